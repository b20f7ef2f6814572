"""GET routes of alerts: the list, and one alert with what was told of it and how every attempt ended."""

from collections.abc import Mapping
from typing import Any

from serving.api.cursors import PARAMETERS, read_cursor
from serving.api.leads import write_page
from serving.api.lookups import Answering, Asked
from serving.api.parameters import read_choice, read_flag, read_limit, read_word
from serving.store.alert_pages import AlertFilter
from serving.usecases.overseeing import browse_alerts, oversee_alert

LIST_PARAMETERS = (*PARAMETERS, "acknowledged", "lead", "recipient", "state")
STATES = ("waiting", "told", "dropped")


def list_alerts(asked: Asked) -> Answering:
    """List alerts, the latest first.

    Parameters: `state` (waiting, told, dropped), `recipient` and `lead` (ids), `acknowledged` (true or false),
    `limit`, `cursor`. Answer: a page whose items have id, lead_id, episode, score_number, origin, recipient_id,
    form (single or digest), digest_id, state, notes (codes that say why it did not go at once), created_at,
    deliver_at, told_at, acknowledged_at, acknowledged_by, level, escalate_at, escalate_to.
    """
    chosen, limit = _read_filter(asked.query), read_limit(asked.query)
    before = read_cursor("alerts", asked.query, (int, str))
    return lambda connection: write_page(
        "alerts", asked, browse_alerts(connection, chosen, most=limit, before=before)
    )


def show_alert(asked: Asked) -> Answering:
    """Show an alert.

    Answer: as in the list, and `messages`, each with id, kind, recipient_id, created_at, `told` (what was told, as
    data) and deliveries (id, channel with id and description, state, next_at, delivered_at, code, and attempts with
    at, seconds, code and status). No channel's address is told. 404 ``unknown_alert``.
    """
    return lambda connection: oversee_alert(connection, asked.id)


def _read_filter(query: Mapping[str, Any]) -> AlertFilter:
    return AlertFilter(
        state=read_choice(query, "state", STATES),
        recipient_id=read_word(query, "recipient"),
        is_acknowledged=read_flag(query, "acknowledged"),
        lead_id=read_word(query, "lead"),
    )
