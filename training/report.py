"""The model report: what was trained on what, how it fared against the baselines, and what that means.

It is written as JSON for programs, as text for the terminal and as one HTML file that needs nothing else.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Literal

import msgspec
import pandas as pd
from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from training.plots import render_svg

MODEL, BASE_RATE = "hotlead", "base rate"
FEWEST = 10  # of each outcome: below this a bootstrap interval means nothing
MODEST = 100  # Collins, Ogundimu and Altman (2016): outcomes of each kind that a validation needs
NEGLIGIBLE = 0.01  # a gain surely under 1 % of the base rate's log loss is no gain
HEADINGS = ("model", "log loss", "Brier", "average precision", "AUC", "calibration error", "lift at 10\u00a0%")
COLOURS = {"lift": "green", "no_lift": "red", "unclear": "yellow"}
SENTENCES = {
    "lift": "{name} beats the base rate of the training period by {size} in log loss ({interval}).",
    "no_lift": "No lift: on the test period the model is no better than the base rate (gain in log loss "
    "{gain}). Do not rank leads by it.",
    "level": "Unclear: the model beats the base rate by {size} in log loss ({interval}), but only in level: it "
    "orders leads no better than chance ({auc}). Do not rank leads by it.",
    "order": "Unclear: the model orders leads better than chance ({auc}), but its probabilities are not shown to "
    "beat the base rate (gain in log loss {gain}). Use the order, not the probability.",
    "few": "Unclear: the test period holds only {rarer} leads of one outcome, too few to judge by.",
    "open": "Unclear: the test period cannot tell the model from the base rate (gain in log loss {gain}). Wait "
    "for more outcomes before ranking leads by it.",
}


class UnpairedComparison(ValueError):
    """A comparison that holds no paired difference between the model and the base rate."""


class MalformedReport(ValueError):
    """A file that is not a training report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether ranking leads by the model pays, and the sentences that say why."""

    kind: Literal["lift", "no_lift", "unclear"]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDescription:
    """The rows a model was made from; `start` and `end` are None for rows that have only an order."""

    name: str
    rows: int
    positives: int
    start: datetime | None
    end: datetime | None
    fingerprint: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One part of the split: `purpose` completes "… were used to"."""

    name: str
    purpose: str
    rows: int
    positives: int
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One row of `compute_comparison`, with None for NaN."""

    model: str
    log_loss: float
    brier: float
    average_precision: float | None
    auc: float | None
    calibration_error: float
    lift_at_10: float | None
    n: int
    positives: int
    auc_lower: float | None
    auc_upper: float | None
    difference: float
    difference_lower: float
    difference_upper: float
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """Everything a reader needs to trust a model, or not; `calibrator_evidence` is log loss by candidate."""

    model: str
    created_at: datetime
    data: DataDescription
    periods: tuple[Period, ...]
    comparison: tuple[ModelRow, ...]
    settings: dict[str, str | int | float | bool | None]
    calibrator: str
    calibrator_evidence: dict[str, float | None]
    thresholds: dict[str, float]
    verdict: Verdict


def list_rows(comparison: pd.DataFrame) -> tuple[ModelRow, ...]:
    """List the rows of `compute_comparison` as values that JSON can hold."""
    table = comparison[[field.name for field in fields(ModelRow)]].astype(object)
    return tuple(msgspec.convert(row, ModelRow) for row in table.where(table.notna(), None).to_dict("records"))


def write_report_json(report: TrainingReport, path: Path) -> None:
    """Write the report as JSON; a number that is not finite becomes null."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))


def read_report_json(path: Path) -> TrainingReport:
    """Read what `write_report_json` wrote; raises MalformedReport when the file is anything else."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=TrainingReport)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise MalformedReport(f"{path.name} is not a training report: {fault}.") from fault


def compute_verdict(comparison: pd.DataFrame, model: str = MODEL, base: str = BASE_RATE) -> Verdict:
    """Compute the verdict on `model` from a comparison made on the test period.

    The comparison's reference is `model` or `base`; `base` must predict the rate of the training period.
    "lift" needs a gain in log loss and an AUC above 1/2, both with their whole 95 % interval; "no_lift" has
    neither, and a gain that is at most negligible; all between is "unclear". Raises UnpairedComparison when a
    row is missing or the reference is a third model.
    """
    rows = {row.model: row for row in list_rows(comparison)}
    if model not in rows or base not in rows or rows[model].reference not in (model, base):
        raise UnpairedComparison(f"Compare {model!r} and {base!r} with one of the two as the reference.")
    own = rows[model]
    row, sign = (rows[base], 1) if own.reference == model else (own, -1)
    lower, upper = sorted((sign * row.difference_lower, sign * row.difference_upper))
    kind, sentence = _judge(own, (sign * row.difference, lower, upper), rows[base].log_loss)
    praise = _list_praise(rows, own, base) if kind == "lift" else ()
    return Verdict(kind=kind, sentences=(sentence, *praise, *_list_cautions(own)))


def render_text(report: TrainingReport, width: int) -> RenderableType:
    """Render the report for a terminal of `width` columns; below 100 the difference takes two lines."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for heading in (*HEADINGS, "log loss difference"):
        side: Any = "left" if heading == HEADINGS[0] else "right"
        table.add_column(heading.replace(" ", "\n"), justify=side, no_wrap=True)
    for row in report.comparison:
        *cells, difference, interval = _list_cells(row)
        texts = [
            Text(cell if width >= 100 else cell.replace(" ", "\n")) for cell in (*cells, f"{difference} {interval}")
        ]
        table.add_row(*texts, style="bold" if row.model == row.reference else "")
    said, colour = Text("\n".join(report.verdict.sentences)), COLOURS[report.verdict.kind]
    facts = [Text(f"{name}: {value}") for name, value in _list_facts(report)]
    verdict = Panel(said, border_style=colour, width=width)
    return Group(Text(report.model, style="bold"), verdict, "", table, "", *facts)


def write_html(report: TrainingReport, figures: Mapping[str, Figure], path: Path) -> None:
    """Write the report and its figures, keyed by caption, as one HTML file without scripts or addresses."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in (*HEADINGS, "difference", "95 % interval"))
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in _list_cells(row)) for row in report.comparison)
    rows = "".join(f"<tr>{line}</tr>" for line in lines)
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _list_facts(report))
    drawn = "".join(
        f'<figure role="img" aria-label="{escape(caption)}">{render_svg(figure, f"figure{place}")}'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for place, (caption, figure) in enumerate(figures.items(), 1)
    )
    verdict = "".join(f"<p>{escape(sentence)}</p>" for sentence in report.verdict.sentences)
    parts = {"verdict": verdict, "head": head, "rows": rows, "drawn": drawn, "facts": facts}
    page = PAGE.format(title=escape(report.model), kind=report.verdict.kind, **parts)
    path.write_text(page, encoding="utf-8")


def _judge(own: ModelRow, gain: tuple[float, float, float], base_loss: float) -> tuple[Any, str]:
    (mean, lower, upper), (least, most) = gain, (own.auc_lower or 0.0, own.auc_upper or 1.0)
    flat = mean <= 0 or upper < NEGLIGIBLE * base_loss
    clear = {(True, True): "lift", (True, False): "level", (False, True): "order"}
    case = clear.get((lower > 0, least > 0.5), "no_lift" if flat else "open")
    case = "few" if _count_rarer(own) < FEWEST else case
    sentence = SENTENCES[case].format(
        name=own.model[:1].upper() + own.model[1:],
        size=f"{mean:.3f} ± {(upper - lower) / 2:.3f}",
        interval=_name_interval(lower, upper),
        gain=f"{mean:.3f}, {_name_interval(lower, upper)}",
        auc=f"AUC {own.auc or math.nan:.3f}, {_name_interval(least, most)}",
        rarer=_count_rarer(own),
    )
    return (case if case in COLOURS else "unclear"), sentence


def _count_rarer(row: ModelRow) -> int:
    return min(row.positives, row.n - row.positives)


def _list_cautions(row: ModelRow) -> Iterator[str]:
    if FEWEST <= _count_rarer(row) < MODEST:
        yield f"The test period holds only {_count_rarer(row)} leads of one outcome: take it with care."


def _name_interval(lower: float, upper: float) -> str:
    return f"95 % interval {lower:.3f} to {upper:.3f}"


def _list_praise(rows: Mapping[str, ModelRow], own: ModelRow, base: str) -> Iterator[str]:
    yield f"The tenth of leads it rates highest wins {own.lift_at_10:.1f} times as often as the average lead."
    rivals = [row for row in rows.values() if own.reference == own.model and row.model not in (own.model, base)]
    beaten = [row.model for row in rivals if row.difference_lower > 0]
    if beaten:
        yield f"It also beats the {' and the '.join(beaten)}."
    for row in rivals:
        if row.model not in beaten:
            span = f"{row.difference:.3f}, {_name_interval(row.difference_lower, row.difference_upper)}"
            stands = "is worse than" if row.difference_upper < 0 else "is not clearly better than"
            yield f"It {stands} the {row.model} (gain in log loss {span})."


def _list_cells(row: ModelRow) -> list[str]:
    numbers = (row.log_loss, row.brier, row.average_precision, row.auc, row.calibration_error, row.lift_at_10)
    cells = ["–" if number is None else f"{number:.3f}" for number in numbers]
    if row.model == row.reference:
        return [row.model, *cells, "reference", ""]
    interval = f"[{row.difference_lower:+.3f},{row.difference_upper:+.3f}]"
    return [row.model, *cells, f"{row.difference:+.3f}", interval]


def _list_facts(report: TrainingReport) -> Iterator[tuple[str, str]]:
    data = report.data
    yield "Data", f"{data.name}, {_describe(data)}; fingerprint {data.fingerprint}"
    yield from (("Warning", warning) for warning in data.warnings)
    yield from ((part.name.capitalize(), f"{_describe(part)}, used to {part.purpose}") for part in report.periods)
    evidence = ", ".join(f"{name} {_show(loss)}" for name, loss in report.calibrator_evidence.items())
    yield "Calibration", f"{report.calibrator}" + (f" (log loss: {evidence})" if evidence else "")
    yield "Thresholds", ", ".join(f"{name} from {100 * at:.3g} %" for name, at in report.thresholds.items())
    yield "Settings", ", ".join(f"{name} {_show(value)}" for name, value in report.settings.items())
    yield "Made", f"{report.created_at:%Y-%m-%d %H:%M %Z}"


def _describe(part: DataDescription | Period) -> str:
    rate = f"{part.positives / part.rows:.1%}" if part.rows else "–"
    count = f"{part.rows:,} rows, {part.positives:,} won ({rate})"
    return count if not (part.start and part.end) else f"{count}, {part.start:%Y-%m-%d} to {part.end:%Y-%m-%d}"


def _show(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) and math.isfinite(value) else str(value)


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}: model report</title><style>
:root {{ --paper: #fff; --ink: #1f2933; --muted: #5b6773; --grid: #dfe3e8;
  --lift: #00795a; --no_lift: #b84c00; --unclear: #8a6100 }}
@media (prefers-color-scheme: dark) {{ :root {{ --paper: #14181d; --ink: #e6e9ed; --muted: #a2adb8; --grid: #343b44;
  --lift: #35c79b; --no_lift: #ff8a4c; --unclear: #e6b84a }} }}
body {{ margin: 2.5rem auto; max-width: 62rem; padding: 0 1.2rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif }} h1 {{ font-size: 1.5rem }} h2 {{ font-size: 1.1rem; margin-top: 2.2rem }}
.verdict {{ border-left: .35rem solid; padding: .2rem 1.1rem; font-size: 1.1rem }} .verdict p {{ margin: .45rem 0 }}
.verdict p:first-child {{ font-weight: 600 }} .scroll {{ overflow-x: auto }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }}
th, td {{ padding: .4rem .6rem; text-align: right; border-bottom: 1px solid var(--grid); vertical-align: bottom }}
:is(th, td):first-child {{ text-align: left }} td {{ white-space: nowrap }}
th {{ font-weight: 500; font-size: .85rem }} th, small, figcaption, dt {{ color: var(--muted) }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem }}
figure {{ margin: 0; break-inside: avoid }} svg {{ width: 100%; height: auto; max-height: 32rem }}
figcaption {{ font-size: .85rem }} dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem }}
dd {{ margin: 0; overflow-wrap: anywhere }} tr, dd {{ break-inside: avoid }}
@media print {{ body {{ margin: 0; max-width: none; font-size: 10pt }} @page {{ margin: 16mm }} }}
</style></head><body><h1>{title}</h1>
<section class="verdict" style="border-color: var(--{kind})">{verdict}</section>
<h2>Against the baselines, on the test period</h2>
<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>
<p><small>Log loss, Brier and calibration error: lower is better. Average precision, AUC and lift: higher is
better. Difference: in log loss, on the same rows; above zero is worse than the reference.</small></p>
<h2>Pictures</h2><div class="figures">{drawn}</div>
<h2>Data, split and settings</h2><dl>{facts}</dl></body></html>
"""
