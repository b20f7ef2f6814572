"""The compiled passes over events and snapshots. Times are int64 microseconds, codes are positions."""

import numpy as np
from numba import njit

from features.event_kinds import Op
from features.times import DAY

# numba freezes module globals into the compiled code, so the operations must be plain numbers.
_COUNT, _SUM, _DAYS_SINCE, _FIRST_SEEN = int(Op.COUNT), int(Op.SUM), int(Op.DAYS_SINCE), int(Op.FIRST_SEEN)
_ACTIVE_DAYS, _DECAY, _TREND = int(Op.ACTIVE_DAYS), int(Op.DECAY), int(Op.TREND)
_SHARE, _ACTIVE_LEADS = int(Op.SHARE), int(Op.ACTIVE_LEADS)
_FOREVER = np.iinfo(np.int64).max
_ROW_BITS = 40
_ROW_MASK = (1 << _ROW_BITS) - 1
_DAYS_PER_MICRO = 1.0 / DAY
_NEVER = np.iinfo(np.int64).min


@njit(cache=True, nogil=True)
def arrange(group, n_groups, occurred_at, recorded_at, event_type, code_of):  # type: ignore[no-untyped-def]
    """Lay events out group by group, as rows (occurred_at, recorded_at, type code and row packed in one).

    Events of no group (negative) are left out. One row is one cache line's worth of what the walk reads.

    Returns
    -------
    offsets : shape (n_groups + 1,)
        Group g stands at ``records[offsets[g]:offsets[g + 1]]``.
    records : shape (m, 3), int64
    """
    offsets = np.zeros(n_groups + 1, np.int64)
    for i in range(group.shape[0]):
        if group[i] >= 0:
            offsets[group[i] + 1] += 1
    for g in range(n_groups):
        offsets[g + 1] += offsets[g]
    cursor = offsets[:-1].copy()
    records = np.empty((offsets[n_groups], 3), np.int64)
    for i in range(group.shape[0]):
        if group[i] >= 0:
            at = cursor[group[i]]
            cursor[group[i]] += 1
            records[at, 0] = occurred_at[i]
            records[at, 1] = recorded_at[i]
            records[at, 2] = (np.int64(code_of[event_type[i]]) << _ROW_BITS) | i
    return offsets, records


@njit(cache=True, nogil=True)
def _is_before(a, b, properties):  # type: ignore[no-untyped-def]
    """Order two records by all that a sum could notice, so that shuffled events sum to the same bits."""
    if a[0] != b[0]:
        return a[0] < b[0]
    if a[2] >> _ROW_BITS != b[2] >> _ROW_BITS:
        return a[2] >> _ROW_BITS < b[2] >> _ROW_BITS
    if a[1] != b[1]:
        return a[1] < b[1]
    for q in range(properties.shape[0]):
        x, y = properties[q, a[2] & _ROW_MASK], properties[q, b[2] & _ROW_MASK]
        x, y = (-np.inf if np.isnan(x) else x), (-np.inf if np.isnan(y) else y)
        if x != y:
            return x < y
    return False


@njit(cache=True, nogil=True)
def _merge(records, scratch, left, middle, right, properties):  # type: ignore[no-untyped-def]
    i, j = left, middle
    for at in range(left, right):
        if j >= right or (i < middle and not _is_before(records[j], records[i], properties)):
            scratch[at] = records[i]
            i += 1
        else:
            scratch[at] = records[j]
            j += 1
    records[left:right] = scratch[left:right]


@njit(cache=True, nogil=True)
def _insert(records, left, right, properties):  # type: ignore[no-untyped-def]
    row = np.empty(3, np.int64)
    for i in range(left + 1, right):
        if not _is_before(records[i], records[i - 1], properties):
            continue
        row[:] = records[i]
        j = i
        while j > left and _is_before(row, records[j - 1], properties):
            records[j] = records[j - 1]
            j -= 1
        records[j] = row


@njit(cache=True, nogil=True)
def sort_groups(first, last, offsets, records, properties):  # type: ignore[no-untyped-def]
    """Sort the records of the groups [first, last) in place, each by time: insertion in runs, then merges."""
    run = 16
    longest = 0
    for g in range(first, last):
        longest = max(longest, offsets[g + 1] - offsets[g])
    scratch = np.empty((longest if longest > run else 0, 3), np.int64)
    for g in range(first, last):
        begin, end = offsets[g], offsets[g + 1]
        for left in range(begin, end, run):
            _insert(records, left, min(left + run, end), properties)
        width = run
        while width < end - begin:
            for left in range(begin, end - width, 2 * width):
                right = min(left + 2 * width, end)
                if _is_before(records[left + width], records[left + width - 1], properties):
                    part = records[left:right]
                    _merge(part, scratch[: right - left], 0, width, right - left, properties)
            width *= 2


@njit(cache=True, nogil=True)
def _first_at_or_after(records, begin, end, moment):  # type: ignore[no-untyped-def]
    while begin < end:
        middle = (begin + end) // 2
        if records[middle, 0] < moment:
            begin = middle + 1
        else:
            end = middle
    return begin


@njit(cache=True, nogil=True)
def _reset(op, total, other, day):  # type: ignore[no-untyped-def]
    for f in range(op.shape[0]):
        total[f] = np.nan if op[f] == _DAYS_SINCE or op[f] == _FIRST_SEEN else 0.0
        other[f] = 0.0
        day[f] = _NEVER


@njit(cache=True, nogil=True)
def _add(f, kind, occurred, age, window, half_life, amount, is_own, total, other, day):  # type: ignore[no-untyped-def]  # noqa: C901
    """Let one event touch one feature."""
    if kind == _COUNT:
        total[f] += 1.0
    elif kind == _DECAY:
        total[f] += 2.0 ** (-(age / half_life))
    elif kind == _DAYS_SINCE:
        total[f] = age * _DAYS_PER_MICRO
    elif kind == _FIRST_SEEN:
        if np.isnan(total[f]):
            total[f] = age * _DAYS_PER_MICRO
    elif kind == _ACTIVE_DAYS:
        if occurred // DAY != day[f]:
            day[f] = occurred // DAY
            total[f] += 1.0
    elif kind == _TREND:
        if age <= window:
            total[f] += 1.0
        else:
            other[f] += 1.0
    elif kind == _SHARE:
        other[f] += 1.0
        if is_own:
            total[f] += 1.0
    elif not np.isnan(amount):
        total[f] += amount


@njit(cache=True, nogil=True)
def _write(columns, op, total, other, row):  # type: ignore[no-untyped-def]
    for f in range(op.shape[0]):
        if op[f] == _TREND:
            row[columns[f]] = np.log((1.0 + total[f]) / (1.0 + other[f]))
        elif op[f] == _SHARE:
            row[columns[f]] = total[f] / other[f] if other[f] > 0 else np.nan
        else:
            row[columns[f]] = total[f]


@njit(cache=True, nogil=True)
def accumulate(first, last, group, as_of, offsets, records, event_lead, n_leads, properties, plan, out):  # type: ignore[no-untyped-def]  # noqa: C901
    """Compute the planned features of the snapshots [first, last) into `out`, one walk a snapshot.

    A snapshot sees an event that occurred before `as_of` and was recorded by it. Snapshots of no group
    (negative) get NaN. Sums run in the order of `sort_groups`, so one lead online and a million in batch
    agree to the bit.
    """
    columns, op, own, quantity, length, reach, half_life, starts, touched = plan
    k = op.shape[0]
    total, other, day = np.empty(k), np.empty(k), np.empty(k, np.int64)
    n_people = n_leads if (op == _ACTIVE_LEADS).any() else 0
    seen_at = np.full((k if n_people else 0, n_people), -1, np.int64)
    longest = reach.max()
    for s in range(first, last):
        g, moment = group[s], as_of[s]
        if g < 0:
            out[s][columns] = np.nan
            continue
        _reset(op, total, other, day)
        begin, end = offsets[g], offsets[g + 1]
        if longest < _FOREVER:
            begin = _first_at_or_after(records, begin, end, moment - longest)
        for i in range(begin, end):
            occurred = records[i, 0]
            if occurred >= moment:
                break
            if records[i, 1] > moment:
                continue
            age, code, row = moment - occurred, records[i, 2] >> _ROW_BITS, records[i, 2] & _ROW_MASK
            for j in range(starts[code], starts[code + 1]):
                f = touched[j]
                if age > reach[f]:
                    break
                if op[f] == _ACTIVE_LEADS:
                    lead = event_lead[row]
                    if lead >= 0 and seen_at[f, lead] != s:
                        seen_at[f, lead] = s
                        total[f] += 1.0
                    continue
                amount = properties[quantity[f], row] if op[f] == _SUM else np.nan
                is_own = code == own[f]
                _add(f, op[f], occurred, age, length[f], half_life[f], amount, is_own, total, other, day)
        _write(columns, op, total, other, out[s])
