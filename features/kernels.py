"""Compiled: the walk through the events of a group for each of its snapshots. Times are int64 microseconds."""

import numpy as np

from features.compiling import compiled
from features.event_feature import Op
from features.ordering import CODE_SHIFT, DELAY_MASK, ROW_BITS, ROW_MASK, sort_by_time
from features.plan import BAND, BAND_BEFORE, CODE, COLUMN, OP, SLOT
from features.prefetching import prefetch_row
from features.times import DAY

# numba freezes module globals into the compiled code, so the operations must be plain numbers.
_DAYS_SINCE, _FIRST_SEEN, _TREND = int(Op.DAYS_SINCE), int(Op.FIRST_SEEN), int(Op.TREND)
_SHARE, _ACTIVE_DAYS, _ACTIVE_LEADS = int(Op.SHARE), int(Op.ACTIVE_DAYS), int(Op.ACTIVE_LEADS)
_FOREVER = np.iinfo(np.int64).max


@compiled
def _find_begin(records, moment, reach):  # type: ignore[no-untyped-def]
    """Find the first record that occurred at or after ``moment - reach``."""
    begin, end = 0, records.shape[0]
    if reach == _FOREVER:
        return begin
    while begin < end:
        middle = (begin + end) // 2
        if records[middle, 0] < moment - reach:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled
def _is_recorded(tag, age, moment, recorded_at):  # type: ignore[no-untyped-def]
    """Tell whether an event had been recorded by the moment: mostly its bound says so."""
    return age >> (tag >> ROW_BITS & DELAY_MASK) > 0 or recorded_at[tag & ROW_MASK] <= moment


@compiled
def _count(records, recorded_at, moment, edges, counts, earliest, latest):  # type: ignore[no-untyped-def]
    """Count the events in each cell, and keep the greatest age in it and the least age of its type.

    Returns the first record that the snapshot lies before.
    """
    counts[:], earliest[:], latest[:] = 0, 0, _FOREVER
    band, i = edges.shape[0] - 1, _find_begin(records, moment, edges[-1])
    while i < records.shape[0] and records[i, 0] < moment:
        age, tag = moment - records[i, 0], records[i, 1]
        i += 1
        if _is_recorded(tag, age, moment, recorded_at):
            while band > 0 and age <= edges[band - 1]:
                band -= 1
            code = tag >> CODE_SHIFT
            counts[band, code] += 1
            earliest[band, code] = max(earliest[band, code], age)
            latest[code] = age
    return i


@compiled
def _sum(records, recorded_at, moment, edges, half_lives, quantities, properties, sums):  # type: ignore[no-untyped-def]
    """Add up faded counts, then properties, in each cell."""
    sums[:] = 0.0
    band, i, n_decays = edges.shape[0] - 1, _find_begin(records, moment, edges[-1]), half_lives.shape[0]
    while i < records.shape[0] and records[i, 0] < moment:
        age, tag = moment - records[i, 0], records[i, 1]
        i += 1
        if _is_recorded(tag, age, moment, recorded_at):
            while band > 0 and age <= edges[band - 1]:
                band -= 1
            code = tag >> CODE_SHIFT
            for h in range(n_decays):
                sums[h, band, code] += np.exp2(-(age / half_lives[h]))
            for q in range(quantities.shape[0]):
                amount = properties[quantities[q], tag & ROW_MASK]
                if not np.isnan(amount):
                    sums[n_decays + q, band, code] += amount


@compiled
def _count_distinct(  # type: ignore[no-untyped-def]
    records, recorded_at, end, moment, s, reach, is_days, starts, touched, lead_of, days, seen_by, distinct
):
    """Count the days, or the people, that have an event, each once, from the latest record backwards."""
    distinct[:], days[:] = 0.0, _FOREVER
    widest = reach.max()
    for i in range(end - 1, -1, -1):
        age, tag = moment - records[i, 0], records[i, 1]
        if age > widest:
            break
        if not _is_recorded(tag, age, moment, recorded_at):
            continue
        day = records[i, 0] // DAY
        for j in range(starts[tag >> CODE_SHIFT], starts[(tag >> CODE_SHIFT) + 1]):
            d = touched[j]
            if age > reach[d]:
                break
            if is_days[d]:
                distinct[d] += day != days[d]
                days[d] = day
                continue
            lead = lead_of[tag & ROW_MASK]
            if lead >= 0 and seen_by[d, lead] != s:
                seen_by[d, lead] = s
                distinct[d] += 1.0


@compiled
def _add_up_counts(counts, earliest, latest):  # type: ignore[no-untyped-def]
    """Turn what bands and types hold into what windows hold, with any type in the last column."""
    n_bands, any_type = counts.shape[0], counts.shape[1] - 1
    for band in range(n_bands):
        n, age = 0, 0
        for code in range(any_type):
            n, age = n + counts[band, code], max(age, earliest[band, code])
        counts[band, any_type], earliest[band, any_type] = n, age
    for band in range(1, n_bands):
        for code in range(any_type + 1):
            counts[band, code] += counts[band - 1, code]
            earliest[band, code] = max(earliest[band, code], earliest[band - 1, code])
    for code in range(any_type):
        latest[any_type] = min(latest[any_type], latest[code])


@compiled
def _add_up_sums(sums):  # type: ignore[no-untyped-def]
    """Turn what bands and types hold into what windows hold, with any type in the last column."""
    n_measures, n_bands, any_type = sums.shape[0], sums.shape[1], sums.shape[2] - 1
    for measure in range(n_measures):
        for band in range(n_bands):
            for code in range(any_type):
                sums[measure, band, any_type] += sums[measure, band, code]
        for band in range(1, n_bands):
            for code in range(any_type + 1):
                sums[measure, band, code] += sums[measure, band - 1, code]


@compiled
def _write(n_counts, rules, counts, earliest, latest, sums, distinct, s, out):  # type: ignore[no-untyped-def]
    """Read each feature out of its cell into row `s`; plain counts, most of them, stand first."""
    any_type = counts.shape[1] - 1
    for f in range(n_counts):
        out[s, rules[f, COLUMN]] = counts[rules[f, BAND], rules[f, CODE]]
    for f in range(n_counts, rules.shape[0]):
        op, band, code = rules[f, OP], rules[f, BAND], rules[f, CODE]
        n = counts[band, code]
        if op == _DAYS_SINCE:
            value = latest[code] / DAY if n > 0 else np.nan
        elif op == _FIRST_SEEN:
            value = earliest[band, code] / DAY if n > 0 else np.nan
        elif op == _TREND:
            value = np.log((1.0 + n) / (1.0 + counts[rules[f, BAND_BEFORE], code] - n))
        elif op == _SHARE:
            value = n / counts[band, any_type] if counts[band, any_type] > 0 else np.nan
        elif op == _ACTIVE_DAYS or op == _ACTIVE_LEADS:  # noqa: SIM109 - numba builds a tuple
            value = distinct[rules[f, SLOT]]
        else:
            value = sums[rules[f, SLOT], band, code]
        out[s, rules[f, COLUMN]] = value


@compiled
def _find_longest(first, last, offsets):  # type: ignore[no-untyped-def]
    longest = 0
    for g in range(first, last):
        longest = max(longest, offsets[g + 1] - offsets[g])
    return longest


@compiled
def compute_groups(  # type: ignore[no-untyped-def]
    first, last, offsets, records, recorded_at, properties, lead_of, n_leads, rooms, moments, plan, out
):
    """Compute the planned features of all snapshots of the groups [first, last) into `out`.

    Each group's records are sorted, then walked once a snapshot, while they are in the cache. A snapshot sees an
    event that occurred before `as_of` and was recorded by it. Sums run in the order of `sort_by_time`, so one
    lead online and a million in batch agree to the bit.

    Parameters
    ----------
    offsets, records
        Group g's events stand at ``records[offsets[g]:offsets[g + 1]]``, see `ordering.place_events`.
    lead_of
        Shape (number of events,), whose each event is; there are `n_leads`.
    rooms, moments
        Group g's snapshots are ``moments[rooms[g]:rooms[g + 1]]``, as_of and row of `out` of each.
    """
    # Unpacked once: reading a tuple's array counts a reference, which costs more than a step of the walk.
    edges, rules, half_lives, quantities = plan.edges, plan.rules, plan.half_lives, plan.quantities
    reach, is_days, starts, touched = plan.reach, plan.is_days, plan.starts, plan.touched
    n_bands, width, n_distinct = edges.shape[0], starts.shape[0], reach.shape[0]
    counts, earliest = np.empty((n_bands, width), np.int64), np.empty((n_bands, width), np.int64)
    latest = np.empty(width, np.int64)
    sums = np.empty((half_lives.shape[0] + quantities.shape[0], n_bands, width))
    distinct, days = np.empty(n_distinct), np.empty(n_distinct, np.int64)
    seen_by = np.full((n_distinct, 0 if is_days.all() else n_leads), -1, np.int64)
    scratch = np.empty((_find_longest(first, last, offsets), 2), np.int64)
    for g in range(first, last):
        if rooms[g] == rooms[g + 1]:
            continue
        own = records[offsets[g] : offsets[g + 1]]
        sort_by_time(own, scratch, properties)
        for at in range(rooms[g], rooms[g + 1]):
            moment, s = moments[at, 0], moments[at, 1]
            prefetch_row(out, s)
            end = _count(own, recorded_at, moment, edges, counts, earliest, latest)
            _add_up_counts(counts, earliest, latest)
            if sums.shape[0]:
                _sum(own, recorded_at, moment, edges, half_lives, quantities, properties, sums)
                _add_up_sums(sums)
            if n_distinct:
                _count_distinct(
                    own,
                    recorded_at,
                    end,
                    moment,
                    s,
                    reach,
                    is_days,
                    starts,
                    touched,
                    lead_of,
                    days,
                    seen_by,
                    distinct,
                )
            _write(plan.n_counts, rules, counts, earliest, latest, sums, distinct, s, out)
