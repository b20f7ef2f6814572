"""Curves: the findings of both models as charts, each with the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from agreement.counting.predictions import MonthOfPredictions
from models.findings import Findings, GainsCurve, ReliabilityBin
from serving.usecases.judging import Judged, Rivals
from serving.web.charts.axes import Mark, Table, round_place
from serving.web.charts.densities import DensityChart, count_in_bins, draw_densities
from serving.web.charts.gains import Curve, draw_gains, draw_lift
from serving.web.charts.lines import Fan, Line, LineChart, draw_lines, lay_across
from serving.web.charts.reliability import ReliabilityChart, draw_reliability
from serving.web.visit import Visit

_LOOKS = ("s1", "s2")
_BASELINE_LOOKS = ("s3 dashed", "s4 dashed", "s5 dashed")
_OURS = "hotlead"
_NO_ORDER = frozenset(("base rate",))
_SHOWN_SHARES = (1, 2, 5, 10, 20, 30, 50, 75, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A chart with its legend and the table behind it."""

    chart: LineChart | ReliabilityChart | DensityChart
    table: Table
    names: Sequence[tuple[str, str]]


def name_rivals(visit: Visit, rivals: Rivals) -> list[tuple[str, str, Judged]]:
    """Name those models whose findings are kept, each with its look."""
    told = (("champion", rivals.champion), ("challenger", rivals.challenger))
    return [
        (visit.words.say(f"model.{role}", number=judged.number), look, judged)
        for (role, judged), look in zip(told, _LOOKS, strict=True)
        if judged is not None and judged.findings is not None
    ]


def draw_both_reliabilities(visit: Visit, rivals: Rivals) -> Drawn | None:
    """Draw the reliability of both models; None where no test is kept."""
    curves = [(name, look, _findings(judged).reliability) for name, look, judged in name_rivals(visit, rivals)]
    if not curves:
        return None
    perfect, fmt = visit.words.say("model.perfect"), visit.format
    rows = [_tell_bin(visit, name, each) for name, _, bins in curves for each in bins]
    head = _say(visit, "of", "predicted", "seen", "interval", "rows")
    return Drawn(
        chart=draw_reliability(curves, perfect=perfect, say=fmt.percent),
        table=Table(head=head, rows=rows),
        names=[*((look, name) for name, look, _ in curves), ("target", perfect)],
    )


def draw_both_gains(visit: Visit, rivals: Rivals) -> tuple[Drawn, Drawn] | None:
    """Draw gains and lift of both models beside the champion's baselines; None where no test is kept."""
    curves = _list_curves(visit, rivals)
    if not curves:
        return None
    by_chance, fmt = visit.words.say("model.by_chance"), visit.format
    names = [*((look, name) for name, look, _ in curves), ("target", by_chance)]
    head = [visit.words.say("model.called"), *(name for name, _, _ in curves)]
    gained = [[fmt.percent(at / 100), *(fmt.percent(c[at]) for _, _, c in curves)] for at in _SHOWN_SHARES]
    lifted = [
        [fmt.percent(at / 100), *(fmt.count(100 * c[at] / at, digits=1) for _, _, c in curves)]
        for at in _SHOWN_SHARES
    ]
    gains = draw_gains(curves, by_chance=by_chance, say=fmt.percent)
    lift = draw_lift(
        curves, by_chance=by_chance, say=fmt.percent, say_lift=lambda times: f"{fmt.count(times, digits=1)} ×"
    )
    return (
        Drawn(chart=gains, table=Table(head=head, rows=gained), names=names),
        Drawn(chart=lift, table=Table(head=head, rows=lifted), names=names),
    )


def draw_spread(visit: Visit, judged: Judged, open_now: Sequence[float], tried: float | None) -> Drawn | None:
    """Draw how probabilities are spread over the test and over the open leads; None where no test is kept.

    Parameters
    ----------
    tried
        A hot threshold that is not in force, None where none is tried.
    """
    findings, facts, fmt = judged.findings, judged.facts, visit.format
    if findings is None or facts is None or not findings.distribution:
        return None
    bins = findings.distribution
    edges = [each.begins for each in bins] + [bins[-1].ends]
    tested, found = [each.won + each.lost for each in bins], count_in_bins(open_now, edges)
    n_tested, n_open = sum(tested), sum(found)
    crowds = [
        (visit.words.say("model.tested", n=fmt.count(n_tested)), "s1", tested),
        (visit.words.say("model.open", n=fmt.count(n_open)), "s3", found),
    ]
    thresholds = [("warm", "target", facts.warm), ("hot", "flag-hot", facts.hot)]
    thresholds += [] if tried is None else [("tried", "flag-tried", tried)]
    flags = [
        (visit.words.say(f"model.flag.{word}", at=fmt.percent(at, digits=1)), look, at)
        for word, look, at in thresholds
    ]
    rows = [
        [f"{fmt.percent(each.begins, digits=1)} – {fmt.percent(each.ends, digits=1)}", *map(fmt.count, counts)]
        for each, *counts in zip(bins, tested, [each.won for each in bins], found, strict=True)
        if any(counts)
    ]
    return Drawn(
        chart=draw_densities(
            edges, crowds, flags, say=lambda share: fmt.percent(share, digits=int(0 < share < 0.01))
        ),
        table=Table(head=_say(visit, "probability", "test_rows", "test_won", "open_leads"), rows=rows),
        names=[(look, name) for name, look, counts in crowds if sum(counts)],
    )


def draw_months(visit: Visit, months: Sequence[MonthOfPredictions]) -> Drawn | None:
    """Draw what was predicted and seen by month; None where no month is over."""
    if not months:
        return None
    fmt, places = visit.format, [float(place) for place in range(len(months))]
    # A single month is a point in the middle.
    across = lay_across(-0.5, len(months) - 0.5)
    predicted, seen = visit.words.say("model.predicted"), visit.words.say("model.seen")
    lines = [
        Line(
            name=predicted, look="target", points=[(at, m.predicted) for at, m in zip(places, months, strict=True)]
        ),
        Line(
            name=seen, look="s1", points=[(at, m.seen.value or 0.0) for at, m in zip(places, months, strict=True)]
        ),
    ]
    fan = Fan(
        name=seen,
        low=[(at, m.seen.low) for at, m in zip(places, months, strict=True)],
        high=[(at, m.seen.high) for at, m in zip(places, months, strict=True)],
    )
    every = max(1, len(months) // 8)
    marks = [
        Mark(place=round_place(across.place(at)), text=fmt.month(m.month))
        for at, m in list(zip(places, months, strict=True))[::every]
    ]
    rows = [
        [
            fmt.month(m.month),
            fmt.percent(m.predicted, digits=1),
            fmt.percent(m.seen.value, digits=1),
            f"{fmt.percent(m.seen.low, digits=1)} – {fmt.percent(m.seen.high, digits=1)}",
            f"{fmt.count(m.seen.count)} / {fmt.count(m.seen.of)}",
        ]
        for m in months
    ]
    return Drawn(
        chart=draw_lines(lines, across=across, marks=marks, say=fmt.percent, fans=[fan]),
        table=Table(head=_say(visit, "month", "predicted", "seen", "interval_80", "won_of"), rows=rows),
        names=[("target", predicted), ("s1", seen), ("fs", visit.words.say("model.interval_80"))],
    )


def _list_curves(visit: Visit, rivals: Rivals) -> list[Curve]:
    named = name_rivals(visit, rivals)
    curves: list[Curve] = []
    for name, look, judged in named:
        ours = _find_curve(_findings(judged), _OURS)
        if ours is not None and ours.captured:
            curves.append((name, look, ours.captured))
    if curves:
        # A base rate orders nobody: it lies on the line of chance.
        others = [c for c in _findings(named[0][2]).gains if c.model not in {_OURS, *_NO_ORDER} and c.captured]
        curves += [(c.model, look, c.captured) for c, look in zip(others, _BASELINE_LOOKS, strict=False)]
    return curves


def _find_curve(findings: Findings, model: str) -> GainsCurve | None:
    return next((curve for curve in findings.gains if curve.model == model), None)


def _findings(judged: Judged) -> Findings:
    assert judged.findings is not None
    return judged.findings


def _tell_bin(visit: Visit, name: str, each: ReliabilityBin) -> list[str]:
    fmt = visit.format
    return [
        name,
        fmt.percent(each.predicted, digits=1),
        fmt.percent(each.seen, digits=1),
        f"{fmt.percent(each.lower, digits=1)} – {fmt.percent(each.upper, digits=1)}",
        fmt.count(each.count),
    ]


def _say(visit: Visit, *keys: str) -> list[str]:
    return [visit.words.say(f"model.{key}") for key in keys]
