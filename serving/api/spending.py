"""Spending: what marketing channels cost in a month, so that cost and return can stand beside revenue."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from agreement.insight.spending import MOST_EUROS, ImpossibleSpending, Spending, read_month
from features.text import normal_form
from features.times import to_datetime
from serving.api.attributes import BadField, read_number
from serving.api.errands import Errand, read_object
from serving.api.lookups import Answering, Asked
from serving.store.spending import list_spending, save_spending

_FIELDS = ("channel", "month", "euros")


def put_spending(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do PUT /v1/spending/{channel}/{month}: the euros of one month; what was told before is replaced.

    Answers ``{"spending": {…}}``, the channel in its normal form.
    """
    channel, month = errand.ids
    told = read_spending(channel, month, errand.body)
    with errand.service.database.writing() as connection:
        save_spending(connection, told, errand.now)
    return 200, {"spending": describe_spending(told, errand.now)}


def list_all_spending(asked: Asked) -> Answering:
    """Answer GET /v1/spending: ``{"items": [spending, …]}``, by channel and month."""

    def answer(connection: Connection) -> Mapping[str, Any]:
        return {"items": [describe_spending(told, at) for told, at in list_spending(connection)]}

    return answer


def read_spending(channel: str, month: str, body: Any) -> Spending:
    """Read what a channel cost.

    Raises
    ------
    BadField
        With the field in the way.
    """
    told = read_object(body, _FIELDS)
    name = normal_form(channel)
    if not name:
        raise BadField("empty", "name the channel by something that is seen")
    for field, of_address in (("channel", name), ("month", month)):
        if field in told and _read_again(told[field]) != of_address:
            raise BadField("different_id", f"the body's {field} is not that of the address", f"/{field}")
    try:
        read_month(month)
    except ImpossibleSpending as error:
        raise BadField("bad_month", str(error)) from None
    if "euros" not in told:
        raise BadField("missing", "euros is required", "/euros")
    return Spending(channel=name, month=month, euros=_read_euros(told["euros"]))


def describe_spending(told: Spending, told_at: int) -> dict[str, Any]:
    """Describe what a channel cost, as callers see it."""
    return {
        "channel": told.channel,
        "month": told.month,
        "euros": told.euros,
        "told_at": to_datetime(told_at),
    }


def _read_again(value: Any) -> str | None:
    return normal_form(value) if type(value) is str else None


def _read_euros(value: Any) -> float:
    try:
        euros = read_number(value)
    except BadField as error:
        raise BadField(error.code, str(error), "/euros") from None
    if not 0 <= euros <= MOST_EUROS:
        raise BadField("out_of_range", f"give euros from 0 to {MOST_EUROS:,.0f}", "/euros")
    # Minus nothing is nothing.
    return euros + 0.0
