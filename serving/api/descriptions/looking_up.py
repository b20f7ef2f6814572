"""Looking up: the routes that show leads and alerts."""

from collections.abc import Sequence

from models.buckets import BUCKETS
from serving.api.alerts import STATES
from serving.api.descriptions.operation import WITH_QUERY, WITH_STORE, Answer, Codes, Operation, refer, unite
from serving.api.descriptions.parameters import (
    ALERT_ID,
    LEAD_ID,
    PAGE,
    STAGES,
    ask,
    ask_choice,
    ask_flag,
    ask_word,
)
from serving.api.leads import SORTS

LEADS, ALERTS = "Leads", "Alerts"
_BROUGHT: Codes = unite(WITH_QUERY, WITH_STORE)
_OF_LEAD: Codes = unite(_BROUGHT, {404: ("unknown_lead",)})
_LEAD_FILTERS = (
    ask_choice("bucket", "Only leads in this bucket.", BUCKETS),
    ask_choice("stage", "Only leads at this stage.", STAGES),
    ask_word("owner", "Only leads of this person."),
    ask_word("account", "Only leads of this company."),
    ask_flag("open", "Whether they can still be won."),
    ask_flag("hot", "Whether their hot episode is open."),
    ask_word("q", "What their ids begin with."),
    ask("min_score", "The lowest score.", {"type": "integer", "minimum": 0, "maximum": 100}),
    ask_choice("sort", "The order; - stands for falling. Usually -score. Never scored comes last.", SORTS),
)
_ALERT_FILTERS = (
    ask_choice("state", "Only alerts in this state.", STATES),
    ask_word("recipient", "Only alerts to this person."),
    ask_word("lead", "Only alerts of this lead."),
    ask_flag("acknowledged", "Whether somebody has answered them."),
)


def list_operations() -> Sequence[Operation]:
    """List the operations."""
    return [*_list_lead_operations(), *_list_alert_operations()]


def _list_lead_operations() -> Sequence[Operation]:
    one = (LEAD_ID,)
    return [
        Operation(
            method="GET",
            path="/v1/leads",
            id="list_leads",
            tag=LEADS,
            scope="read",
            summary="List leads",
            description="A lead whose place does not change while pages are turned is listed exactly once.",
            parameters=(*_LEAD_FILTERS, *PAGE),
            answers={200: Answer(description="A page of leads", schema=refer("LeadPageBody"))},
            problems=_BROUGHT,
        ),
        _show(
            "", "show_lead", "Show a lead", "All that is known of it: score, reasons, change.", "LeadPortraitBody"
        ),
        Operation(
            method="GET",
            path="/v1/leads/{lead_id}/scores",
            id="list_scores",
            tag=LEADS,
            scope="read",
            summary="List a lead's scores",
            description="The latest first, each with its reasons, its model and the terms of then.",
            parameters=(*one, *PAGE),
            answers={200: Answer(description="A page of scores", schema=refer("EntryPageBody"))},
            problems=_OF_LEAD,
        ),
        Operation(
            method="GET",
            path="/v1/leads/{lead_id}/events",
            id="list_events",
            tag=LEADS,
            scope="read",
            summary="List a lead's events",
            description="The latest first.",
            parameters=(*one, *PAGE),
            answers={200: Answer(description="A page of events", schema=refer("EventPageBody"))},
            problems=_OF_LEAD,
        ),
        _show(
            "/why",
            "explain_lead",
            "Say why there was an alert of a lead, or none",
            "A verdict in a sentence, what led to it, and what is so now.",
            "WhyBody",
        ),
    ]


def _show(rest: str, name: str, summary: str, description: str, body: str) -> Operation:
    return Operation(
        method="GET",
        path=f"/v1/leads/{{lead_id}}{rest}",
        id=name,
        tag=LEADS,
        scope="read",
        summary=summary,
        description=description,
        parameters=(LEAD_ID,),
        answers={200: Answer(description="The answer", schema=refer(body))},
        problems=_OF_LEAD,
    )


def _list_alert_operations() -> Sequence[Operation]:
    return [
        Operation(
            method="GET",
            path="/v1/alerts",
            id="list_alerts",
            tag=ALERTS,
            scope="read",
            summary="List alerts",
            description="The latest first. One hot episode of a lead is one alert.",
            parameters=(*_ALERT_FILTERS, *PAGE),
            answers={200: Answer(description="A page of alerts", schema=refer("AlertPageBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="GET",
            path="/v1/alerts/{alert_id}",
            id="show_alert",
            tag=ALERTS,
            scope="read",
            summary="Show an alert",
            description="What was told of it, over which channels, and how every attempt ended.",
            parameters=(ALERT_ID,),
            answers={200: Answer(description="The alert", schema=refer("AlertPortraitBody"))},
            problems=unite(_BROUGHT, {404: ("unknown_alert",)}),
        ),
    ]
