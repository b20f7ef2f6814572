"""Compiled: laying events and snapshots out group by group, and each group's events in order of time."""

import numpy as np

from features.compiling import compiled
from features.times import MISSING_TIME

# A record's tag holds the event's row, how late it was recorded (a power of two) and its type's code.
ROW_BITS, DELAY_BITS = 40, 6
ROW_MASK, DELAY_MASK = (1 << ROW_BITS) - 1, (1 << DELAY_BITS) - 1
CODE_SHIFT = ROW_BITS + DELAY_BITS
_UNBOUNDED_DELAY = 62
_NEVER = np.iinfo(np.int64).max
_RUN = 16


@compiled
def arrange_snapshots(group, as_of, n_groups):  # type: ignore[no-untyped-def]
    """Lay snapshots out group by group; those of no group (negative) are left out.

    Returns
    -------
    rooms : shape (n_groups + 1,)
        Group g stands at ``moments[rooms[g]:rooms[g + 1]]``.
    moments : shape (m, 2)
        as_of and position of each snapshot.
    """
    places = np.zeros(n_groups + 2, np.int64)
    for i in range(group.shape[0]):
        if group[i] >= 0:
            places[group[i] + 2] += 1
    for g in range(n_groups):
        places[g + 2] += places[g + 1]
    moments = np.empty((places[n_groups + 1], 2), np.int64)
    for i in range(group.shape[0]):
        if group[i] >= 0:
            at = places[group[i] + 1]
            places[group[i] + 1] = at + 1
            moments[at, 0], moments[at, 1] = as_of[i], i
    return places[: n_groups + 1], moments


@compiled
def count_events(first, last, group, counts):  # type: ignore[no-untyped-def]
    """Count the events [first, last) of each group into `counts`, shape (n_groups,); negative is no group."""
    for i in range(first, last):
        if group[i] >= 0:
            counts[group[i]] += 1


@compiled
def lay_out(counts, rooms):  # type: ignore[no-untyped-def]
    """Turn the counts of several parts, shape (parts, n_groups), into the places where each part writes.

    Groups without snapshots, which have no `rooms`, get no space and the place -1.

    Returns
    -------
    offsets : shape (n_groups + 1,)
        Where each group begins.
    """
    n_groups = counts.shape[1]
    offsets = np.zeros(n_groups + 1, np.int64)
    for g in range(n_groups):
        at = offsets[g]
        for part in range(counts.shape[0]):
            n = counts[part, g] if rooms[g] < rooms[g + 1] else 0
            counts[part, g] = at if rooms[g] < rooms[g + 1] else -1
            at += n
        offsets[g + 1] = at
    return offsets


@compiled
def _bound_delay(occurred, recorded):  # type: ignore[no-untyped-def]
    """Return b so that an event which occurred 2**b microseconds ago or more has surely been recorded."""
    if recorded <= occurred:
        return 0
    for bits in range(8, 57, 8):
        if (recorded - occurred) >> bits == 0:
            return bits
    return _UNBOUNDED_DELAY


@compiled
def place_events(first, last, group, places, occurred_at, recorded_at, event_type, code_of, records):  # type: ignore[no-untyped-def]
    """Write the events [first, last) into their groups' space, as (occurred_at, tag).

    Small records, since writing them all over memory is what takes time. An event that occurred nobody knows
    when never comes.
    """
    for i in range(first, last):
        at = places[group[i]] if group[i] >= 0 else -1
        if at < 0:
            continue
        places[group[i]] = at + 1
        occurred = occurred_at[i] if occurred_at[i] != MISSING_TIME else _NEVER
        tag = (np.int64(code_of[event_type[i]]) << DELAY_BITS) | _bound_delay(occurred, recorded_at[i])
        records[at, 0], records[at, 1] = occurred, (tag << ROW_BITS) | i


@compiled
def _is_before(a, b, properties):  # type: ignore[no-untyped-def]
    """Order two records by all that a sum could notice, so that shuffled events sum to the same bits."""
    if a[0] != b[0]:
        return a[0] < b[0]
    if a[1] >> CODE_SHIFT != b[1] >> CODE_SHIFT:
        return a[1] >> CODE_SHIFT < b[1] >> CODE_SHIFT
    i, j = a[1] & ROW_MASK, b[1] & ROW_MASK
    for q in range(properties.shape[0]):
        x = -np.inf if np.isnan(properties[q, i]) else properties[q, i]
        y = -np.inf if np.isnan(properties[q, j]) else properties[q, j]
        if x != y:
            return x < y
    return False


@compiled
def _merge(records, scratch, middle, properties):  # type: ignore[no-untyped-def]
    """Merge the ordered records before and from `middle` on."""
    scratch[:middle] = records[:middle]
    i, j = 0, middle
    for at in range(records.shape[0]):
        if i == middle:
            break
        if j < records.shape[0] and _is_before(records[j], scratch[i], properties):
            records[at] = records[j]
            j += 1
        else:
            records[at] = scratch[i]
            i += 1


@compiled
def _insert(records, properties):  # type: ignore[no-untyped-def]
    row = np.empty(2, np.int64)
    for i in range(1, records.shape[0]):
        if not _is_before(records[i], records[i - 1], properties):
            continue
        row[:] = records[i]
        j = i
        while j > 0 and _is_before(row, records[j - 1], properties):
            records[j] = records[j - 1]
            j -= 1
        records[j] = row


@compiled
def sort_by_time(records, scratch, properties):  # type: ignore[no-untyped-def]
    """Sort records in place by time: insertion in short runs, then merges; `scratch` is as long as they are."""
    n = records.shape[0]
    for left in range(0, n, _RUN):
        _insert(records[left : min(left + _RUN, n)], properties)
    width = _RUN
    while width < n:
        for left in range(0, n - width, 2 * width):
            part = records[left : min(left + 2 * width, n)]
            if _is_before(part[width], part[width - 1], properties):
                _merge(part, scratch, width, properties)
        width *= 2


@compiled
def find_crowded(lead, account, most):  # type: ignore[no-untyped-def]
    """Return the rows of all events whose lead, or whose account where there is no lead, has more than `most`."""
    n_leads, n_accounts = 0, 0
    for i in range(lead.shape[0]):
        n_leads, n_accounts = max(n_leads, lead[i] + 1), max(n_accounts, account[i] + 1)
    counts = np.zeros(n_leads + n_accounts + 1, np.int32)
    for i in range(lead.shape[0]):
        counts[lead[i] if lead[i] >= 0 else n_leads + account[i] + 1] += 1
    if counts.max() <= most:
        return np.empty(0, np.int64)
    rows = np.empty(lead.shape[0], np.int64)
    found = 0
    for i in range(lead.shape[0]):
        if counts[lead[i] if lead[i] >= 0 else n_leads + account[i] + 1] > most:
            rows[found] = i
            found += 1
    return rows[:found]
