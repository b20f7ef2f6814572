"""Controls: what can be done about each lead of a list, drawn once for all that the same can be done about."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from serving.usecases.offering import Offer
from serving.web.pages import TEMPLATES
from serving.web.visit import Visit

_MACRO = "controls"
# Stand for the address and the name in what is drawn once.
_ID, _NAME = "leadidleadidleadid", "leadnameleadnameleadname"
_PLACES = re.compile(f"({_ID}|{_NAME})")
_LONGEST_NAME = 60


def draw_controls(visit: Visit, offers: Mapping[str, Offer]) -> Mapping[str, Markup]:
    """Draw the controls of leads, by their ids; in a list of fifty most of them have the same few shapes."""
    draw: Callable[[Offer], str] = getattr(
        TEMPLATES.get_template("parts/acts.html").make_module(visit.tell()), _MACRO
    )
    shapes: dict[object, Sequence[str]] = {}
    drawn = {}
    for lead_id, offer in offers.items():
        shape = (offer.acts, offer.held)
        if shape not in shapes:
            shapes[shape] = _PLACES.split(draw(replace(offer, lead_id=_ID, name=_NAME)))
        drawn[lead_id] = _put_in(shapes[shape], visit.to_lead(lead_id), offer.name)
    return drawn


def _put_in(parts: Sequence[str], address: str, name: str) -> Markup:
    """Put a lead in its places; every second part is one of these."""
    own = {_ID: str(escape(address.removeprefix("/leads/"))), _NAME: str(escape(_cut(name)))}
    # The other parts were escaped when they were rendered.
    return Markup("".join(own[part] if place % 2 else part for place, part in enumerate(parts)))


def _cut(name: str) -> str:
    cut: str = TEMPLATES.filters["truncate"](TEMPLATES, name, _LONGEST_NAME)
    return cut
