"""Attribution: what the agreement says of the channels to which won revenue is credited."""

from collections import Counter
from dataclasses import dataclass

from agreement.episodes import DAY_MICROS


class ImpossibleAttribution(ValueError):
    """No revenue could be credited like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChannel:
    """The marketing channel of all events of a type that do not name one themselves.

    Raises
    ------
    ImpossibleAttribution
        If the type or the channel is empty.
    """

    type: str
    channel: str

    def __post_init__(self) -> None:
        if not self.type.strip() or not self.channel.strip():
            raise ImpossibleAttribution("events: name a type of events and its channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """How touches share the revenue of a deal.

    Parameters
    ----------
    half_life_micros : int
        Microseconds, above 0: a touch that much older has half the weight. Seven days is what Google Analytics
        took for its time-decay model: a convention, which suits short buying better than long.
    events : tuple of EventChannel
        Each type is there once.

    Raises
    ------
    ImpossibleAttribution
        If the half-life is 0, or a type is there twice.
    """

    half_life_micros: int = 7 * DAY_MICROS
    events: tuple[EventChannel, ...] = ()

    def __post_init__(self) -> None:
        if self.half_life_micros <= 0:
            raise ImpossibleAttribution("half_life: use more than 0")
        twice = [name for name, count in Counter(event.type for event in self.events).items() if count > 1]
        if twice:
            raise ImpossibleAttribution(f"events: {twice[0]} is there twice")
