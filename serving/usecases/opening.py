"""Opening: one alert as its recipient sees it, whatever has become of it and of its lead since."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from agreement.people import TEAM
from serving.channels.message import LeadLine
from serving.store.alert_pages import read_alert
from serving.store.leads import read_leads
from serving.usecases.inquiring import say_moment
from serving.usecases.linking import UnknownLink
from serving.usecases.standing import Standing
from serving.usecases.telling import describe_lead


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAlert:
    """An alert and its lead now; `told` and `taken` are sentences, `taken` empty as long as nobody acted."""

    line: LeadLine
    recipient: str
    recipient_id: str
    told: str
    until: str
    taken: str


def open_alert(connection: Connection, alert_id: str, standing: Standing) -> OpenedAlert:
    """Open an alert.

    Raises
    ------
    UnknownLink
        If there is none of this id any more, because its lead was forgotten.
    """
    alert = read_alert(connection, alert_id)
    record = None if alert is None else read_leads(connection, {alert.lead_id}).get(alert.lead_id)
    if alert is None or record is None:
        raise UnknownLink("this link opens nothing: its lead is not known any more")
    person = standing.people.get(alert.recipient_id, TEAM)

    def say(at: int) -> str:
        return say_moment(at, now=standing.now, zone=person.zone)

    return OpenedAlert(
        line=describe_lead(connection, record, standing, None),
        recipient=person.name or person.id,
        recipient_id=person.id,
        told=f"Turned hot on {say(alert.created_at)}",
        until="" if alert.escalate_at is None else f"until {say(alert.escalate_at)}",
        taken=_say_taken(alert.acknowledged_by, alert.acknowledged_at, say) if record.is_open else "It is closed.",
    )


def _say_taken(by: str | None, at: int | None, say: Callable[[int], str]) -> str:
    return "" if at is None else f"{by or 'Somebody'} takes care of it since {say(at)}."
