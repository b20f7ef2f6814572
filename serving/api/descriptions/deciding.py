"""Deciding: the routes by which people say where a lead stands: its stage, and what sales makes of a hand-over."""

from collections.abc import Sequence
from typing import Any

from agreement.insight.spending import MOST_EUROS
from agreement.recycling import USUAL_REASONS
from serving.api.descriptions.operation import Answer, Body, Codes, Operation, refer, unite
from serving.api.descriptions.parameters import IDEMPOTENCY_KEY, LEAD_ID, MOMENT, NAME, STAGES, maybe

_UNTIL = maybe(MOMENT, "Where it is put aside: when it wakes. After `occurred_at`; left out, the agreement says.")
_REASON = f"A code of the agreement's reasons, such as {', '.join(f'`{one.code}`' for one in USUAL_REASONS[:4])}."


def list_operations(tag: str, brought: Codes, answers: dict[int, Answer]) -> Sequence[Operation]:
    """List the operations; what they share with other facts is handed in."""

    def describe(act: str, its_id: str, summary: str, description: str, body: Body, codes: Codes) -> Operation:
        return Operation(
            method="POST",
            path=f"/v1/leads/{{lead_id}}/{act}",
            id=its_id,
            tag=tag,
            scope="ingest",
            summary=summary,
            description=description,
            parameters=(LEAD_ID, IDEMPOTENCY_KEY),
            body=body,
            answers=answers,
            problems=unite(brought, codes),
        )

    by_anna: dict[str, Any] = {"by": "anna"}
    return [
        describe(
            "stage",
            "tell_stage",
            "Tell of a lead's new stage",
            "The latest by `occurred_at` counts, in whatever order they come. No alerts of closed leads. An `sql` "
            "hands the lead over: the clocks of the agreement start.",
            _show("StageFacts", "Won", {"stage": "customer", "value": 12500, **by_anna}),
            {422: ("unknown_stage", "not_number", "not_finite")},
        ),
        describe(
            "accept",
            "accept_lead",
            "Take a lead that was handed over",
            "The lead is an SQL, and its open alerts are answered. It starts no clock of its own: a lead that "
            "nobody handed over is taken all the same. One that is further on stays there.",
            _show("AcceptanceFacts", "Anna takes it", by_anna),
            {},
        ),
        describe(
            "reject",
            "reject_lead",
            "Say why a lead is not taken",
            "The reason decides what becomes of it, as agreed: put aside until it wakes, lost, or marketing's "
            "again. Its open alerts are answered. Until it does something new, or wakes, nobody gets it again.",
            _show(
                "RefusalFacts",
                "Next year",
                {"reason": "budget_next_year", "until": "2030-01-15T08:00:00Z", **by_anna},
            ),
            {422: ("unknown_reason",)},
        ),
        describe(
            "return",
            "return_lead",
            "Give a lead back to marketing",
            "The lead is an MQL again. With a reason, marketing has heard why.",
            _show("ReturnFacts", "Too little is known", {"reason": "missing_information", **by_anna}),
            {422: ("unknown_reason",)},
        ),
    ]


def list_schemas(shared: dict[str, Any]) -> dict[str, Any]:
    """List the schemas of what is told, by name; `shared` has the fields that every act takes."""
    reason = {**NAME, "description": _REASON}
    word = maybe(NAME, "Why, in a code of yours or of the agreement.")
    value = maybe(
        {"type": "number", "minimum": 0, "maximum": MOST_EUROS},
        "Euros: what the deal is worth, or was when it was won.",
    )
    stage = {"type": "string", "enum": STAGES}
    return {
        "StageFacts": _describe(("stage",), stage=stage, reason=word, until=_UNTIL, value=value, **shared),
        "AcceptanceFacts": _describe((), **shared),
        "RefusalFacts": _describe(("reason",), reason=reason, until=_UNTIL, **shared),
        "ReturnFacts": _describe((), reason=maybe(NAME, _REASON), **shared),
    }


def _describe(required: Sequence[str], **properties: Any) -> dict[str, Any]:
    others = {"description": "Unknown fields are answered with a warning."}
    told = {"type": "object", "properties": properties, "additionalProperties": others}
    return {**told, "required": list(required)} if required else told


def _show(name: str, summary: str, value: dict[str, Any]) -> Body:
    return Body(schema=refer(name), examples={"usual": {"summary": summary, "value": value}})
