"""How often the forecast's interval holds, how wide it is, how long it takes: `python -m benchmarks.forecast`.

Every week after a warm-up is a moment from which the next weeks' won revenue is forecast by what was known then:
chances by stage and by the time a lead has stood there, measured until then (once beside a model), values of deals
won until then, and the common uncertainty from forecasts whose weeks were over by then. Forecasts of neighbouring
weeks overlap and are dependent, so those that do not overlap are counted too. The usual miss of 25 % in
`agreement.forecast.forecast_misses` was chosen knowing these companies; no other number was.
"""

import argparse
import time
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from agreement.calendar.zones import DAY_MICROS
from agreement.counting.rates import Rate
from agreement.forecast.forecasting import Forecaster
from agreement.forecast.landmarks import WEEK_MICROS
from agreement.forecast.tracks import Tracks
from agreement.forecast.win_chances import Window
from agreement.goal import Assumptions
from agreement.lives import Life, Step
from agreement.stages import Stage
from benchmarks.forecast_contest import OURS, Entry, compete
from benchmarks.forecast_model import HORIZON_DAYS, fit_early, score_weeks
from benchmarks.forecast_sources import (
    MAVEN,
    MAVEN_UNTIL,
    UNTIL,
    forget_stages,
    generate_company,
    invent_company,
    read_maven,
    tell_lives,
)
from features.times import to_datetime, to_micros

_WARM_UP_WEEKS = 16
# Maven's year has 43 weeks with ends, so its first forecasts rest on twelve of them.
_MAVEN_WARM_UP_WEEKS = 12
_SEED = 7


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9], help="Of the demo companies.")
    parser.add_argument("--model-seeds", type=int, nargs="*", default=[7], help="Of companies scored by a model.")
    parser.add_argument("--leads", type=int, default=50_000, help="Open leads of the measurement of time.")
    options = parser.parse_args()
    for seed in options.seeds:
        company = invent_company(seed=seed)
        report(f"demo company {seed}, stages and values known", company, UNTIL, (4, 8, 13), _WARM_UP_WEEKS)
        report(f"demo company {seed}, ends alone", forget_stages(company), UNTIL, (4, 8, 13), _WARM_UP_WEEKS)
    report_small(range(7, 13))
    for seed in options.model_seeds:
        report_model(seed)
    if MAVEN.exists():
        report("Maven CRM", read_maven(), MAVEN_UNTIL, (4, 6, 8), _MAVEN_WARM_UP_WEEKS)
    else:
        print(f"Maven CRM: skipped, there is no {MAVEN.parent.name} among the shared data")
    measure_time(options.leads)


def report(name: str, lives: Sequence[Life], until: datetime, spans: Sequence[int], warm_up: int) -> None:
    """Print how the forecasters did on a company's leads."""
    forecaster = Forecaster.from_tracks(Tracks.from_lives(lives, as_of=to_micros(until)), Assumptions())
    print(f"\n{name}: {len(lives):,} leads, {forecaster.landmarks.n_weeks} weeks with ends")
    for weeks in spans:
        print_contest(forecaster, weeks, warm_up)


def report_small(seeds: Sequence[int]) -> None:
    """Print how often ours holds for small companies, each alone and all together: one alone says little."""
    print("\nsmall demo companies, 4,000 leads in 14 months, stages and values known")
    companies = [invent_company(seed=seed, months=14, leads=4_000) for seed in seeds]
    tracks = [Tracks.from_lives(lives, as_of=to_micros(UNTIL)) for lives in companies]
    forecasters = [Forecaster.from_tracks(each, Assumptions()) for each in tracks]
    for weeks in (4, 8):
        rates = [
            compete(each, weeks=weeks, warm_up=_WARM_UP_WEEKS, seed=_SEED)[OURS].count_held()
            for each in forecasters
        ]
        whole = Rate(count=sum(rate.count for rate in rates), of=sum(rate.of for rate in rates))
        alone = ", ".join(f"{rate.value or 0:.0%}" for rate in rates)
        print(f"  next {weeks} weeks: ours holds {say_rate(whole)} together; alone {alone}", flush=True)


def report_model(seed: int) -> None:
    """Print how the forecasters did with the probabilities of a model that was fitted before the first moment."""
    history = generate_company(seed=seed)
    tracks = Tracks.from_lives(tell_lives(history), as_of=to_micros(UNTIL))
    marks = Forecaster.from_tracks(tracks, Assumptions()).landmarks
    warm_up = marks.n_weeks // 2
    moments = [marks.find_instant(place) for place in range(warm_up, marks.n_weeks + 1)]
    scorer = fit_early(history, to_datetime(moments[0]))
    ledger = score_weeks(scorer, history, [life.lead_id for life in tracks.lives], moments)
    forecaster = Forecaster.from_tracks(
        tracks, Assumptions(), find_scores=ledger.find_scores, horizon_days=HORIZON_DAYS
    )
    print(f"\ndemo company {seed}, scored each week by a model fitted to its first {warm_up} weeks with ends")
    for weeks in (4, 8):
        print_contest(forecaster, weeks, warm_up)


def print_contest(forecaster: Forecaster, weeks: int, warm_up: int) -> None:
    """Print how the forecasters did on the next weeks, from each moment after the warm-up."""
    entries = compete(forecaster, weeks=weeks, warm_up=warm_up, seed=_SEED)
    print(f"  next {weeks} weeks from {len(entries[OURS].came)} moments")
    for rival, entry in entries.items():
        print(f"    {rival:<34} {describe(entry, weeks, entries[OURS].width)}", flush=True)


def describe(entry: Entry, weeks: int, width: float) -> str:
    """Put what was measured of one forecaster on one line."""
    return (
        f"holds {say_rate(entry.count_held())}, without overlap {say_rate(entry.count_held(weeks))}; "
        f"width {entry.width / entry.came.mean():5.0%} of revenue, {entry.width / width:4.2f} x ours; "
        f"error {entry.error:4.0%}, interval score {entry.score:4.2f}"
    )


def say_rate(rate: Rate) -> str:
    """Say a share with its interval."""
    return f"{rate.value or 0:4.0%} of {rate.of:2d} ({rate.low:.0%}-{rate.high:.0%})"


def measure_time(n_open: int) -> None:
    """Print how long a forecast of so many open leads takes, and as many that have ended."""
    as_of = to_micros(UNTIL)
    lives = _invent_lives(n_open, as_of)
    scores = np.random.default_rng(_SEED).beta(0.5, 8.0, len(lives))
    times: list[tuple[float, float]] = []
    for _ in range(3):
        begin, busy = time.perf_counter(), time.process_time()
        tracks = Tracks.from_lives(lives, as_of=as_of)
        forecaster = Forecaster.from_tracks(tracks, Assumptions(), find_scores=lambda _: scores, horizon_days=90)
        forecaster.forecast(Window(begins=0, ends=8.5), np.random.default_rng(_SEED))
        times.append((time.perf_counter() - begin, time.process_time() - busy))
    waited, busy = min(times)
    print(f"\n{n_open:,} open leads, {n_open:,} ended: {waited:.2f} s ({busy:.2f} s of a processor)")


def _invent_lives(n_open: int, as_of: int) -> list[Life]:
    rng = np.random.default_rng(_SEED)
    ages = rng.integers(1, 80, 2 * n_open) * WEEK_MICROS
    ends = (rng.exponential(60, 2 * n_open) + 10) * DAY_MICROS
    luck = rng.random((2 * n_open, 3))
    return [
        _invent_life(n, as_of, as_of - int(ages[n]), int(ends[n]), luck[n], n >= n_open) for n in range(2 * n_open)
    ]


def _invent_life(
    n: int, as_of: int, at: int, lasts: int, luck: np.ndarray[tuple[int], np.dtype[np.float64]], ended: bool
) -> Life:
    steps = [Step(stage=Stage.MQL, at=at + DAY_MICROS)]
    if luck[0] < 0.5:
        steps.append(Step(stage=Stage.SQL, at=at + 3 * DAY_MICROS))
    if luck[1] < 0.2:
        steps.append(Step(stage=Stage.OPPORTUNITY, at=at + 6 * DAY_MICROS, value=1_000.0 + n))
    if ended:
        stage = Stage.CUSTOMER if luck[2] < 0.2 else Stage.LOST
        steps.append(Step(stage=stage, at=min(as_of, at + lasts), value=1_000.0 + n))
    return Life(lead_id=str(n), created_at=at, steps=tuple(steps))


if __name__ == "__main__":
    main()
