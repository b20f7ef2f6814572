"""What an agreement would mean for hot leads, said before anybody signs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hotlead.standing import read_clock
from hotlead.store import has_store, open_store

if TYPE_CHECKING:
    from agreement.funnel.previewing import HotPreview
    from agreement.terms import Terms


def list_preview(terms: "Terms", home: Path) -> Iterator[str]:
    """List sentences on how many leads turn hot in a week, and how many its people can answer.

    Nothing where there is no store yet, or no whole week of scores in it.
    """
    from serving.usecases.views.previewing import preview_hot

    if not has_store(home):
        return
    with open_store(home) as database, database.reading() as connection:
        previews = preview_hot(connection, terms, read_clock())
    if previews.in_force is not None and previews.in_force.forecast is not None:
        yield f"Hot leads a week: {_say(previews.in_force)} at the threshold in force."
    if previews.capacity.per_week is not None:
        yield f"Its people can answer {previews.capacity.per_week:,.3g} a week."
    if previews.fitting is not None and previews.fitting.forecast is not None:
        yield f"A threshold of {previews.fitting.threshold:.3f} would fit that: {_say(previews.fitting)}."


def _say(preview: "HotPreview") -> str:
    forecast = preview.forecast
    assert forecast is not None
    return f"{forecast.low:,.0f} to {forecast.high:,.0f} (80 %, from {len(preview.weeks)} weeks)"
