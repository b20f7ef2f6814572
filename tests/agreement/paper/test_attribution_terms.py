"""Attribution: what the agreement says of channels."""

import pytest

from agreement.episodes import DAY_MICROS
from agreement.paper.attribution_terms import Attribution, EventChannel, ImpossibleAttribution
from agreement.terms import read_terms


def test_a_file_names_the_half_life_and_channels_of_events(tmp_path):
    """The half-life is a duration in words, and each type of event has a table."""
    path = tmp_path / "agreement.toml"
    path.write_text('[attribution]\nhalf_life = "14 d"\n[[attribution.events]]\ntype = "booth"\nchannel = "Fair"\n')
    agreed = Attribution(half_life_micros=14 * DAY_MICROS, events=(EventChannel(type="booth", channel="Fair"),))
    assert read_terms(path).attribution == agreed


@pytest.mark.parametrize(
    "make",
    [
        lambda: Attribution(half_life_micros=0),
        lambda: Attribution(events=(EventChannel(type="a", channel="x"), EventChannel(type="a", channel="y"))),
        lambda: EventChannel(type=" ", channel="x"),
        lambda: EventChannel(type="a", channel=""),
    ],
)
def test_what_credits_nothing_is_refused(make):
    """No half-life, a type that is there twice, and empty names are refused."""
    with pytest.raises(ImpossibleAttribution):
        make()
