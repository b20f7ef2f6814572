"""Parameters that several routes take, and the kinds of values that stand in bodies."""

from collections.abc import Sequence
from typing import Any

from agreement.stages import Stage
from serving.api.attributes import MOST_CHARACTERS
from serving.api.descriptions.operation import Parameter
from serving.api.parameters import MOST_ITEMS, USUAL_ITEMS
from serving.api.schemas import MOMENT_EXAMPLE

STAGES = [stage.value for stage in Stage]
# No control characters, and something that is seen.
NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time", "examples": [MOMENT_EXAMPLE]}
TEXT: dict[str, Any] = {"type": "string", "maxLength": MOST_CHARACTERS}
_ESCAPED = "A slash in it is written %2F."


def maybe(schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    """Return the schema of a field that may be null, which is as good as leaving it out."""
    told: dict[str, Any] = {**schema, "type": [schema["type"], "null"]}
    if "enum" in told:
        told["enum"] = [*told["enum"], None]
    return {**told, "description": description} if description else told


def put_id(name: str, what: str, example: str) -> Parameter:
    """Return the parameter for an id in the path."""
    said = f"The id of {what}, 1 to 200 characters. {_ESCAPED}"
    return Parameter(name=name, place="path", description=said, schema=NAME, example=example)


def ask(name: str, description: str, schema: dict[str, Any]) -> Parameter:
    """Return a query parameter."""
    return Parameter(name=name, place="query", description=description, schema=schema)


def ask_word(name: str, description: str) -> Parameter:
    """Return a query parameter that takes an id."""
    return ask(name, description, NAME)


def ask_flag(name: str, description: str) -> Parameter:
    """Return a query parameter that takes true or false."""
    return ask(name, description, {"type": "boolean"})


def ask_choice(name: str, description: str, choices: Sequence[str]) -> Parameter:
    """Return a query parameter that takes one of some words."""
    return ask(name, description, {"type": "string", "enum": list(choices)})


LEAD_ID = put_id("lead_id", "the lead, as your system knows it", "L-1")
ACCOUNT_ID = put_id("account_id", "the company", "A-1")
ALERT_ID = put_id("alert_id", "the alert, as messages and lists tell it", "al_1")
OWNER_ID = put_id("owner_id", "the person", "anna")
CHANNEL_ID = put_id("channel_id", "the channel", "ch_1")
PAGE = (
    ask(
        "limit",
        "How many items a page may have.",
        {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": USUAL_ITEMS},
    ),
    ask(
        "cursor",
        "Where the page before ended: its `next`, with the same filters and sort. Leave it out for the first page.",
        {"type": "string", "maxLength": 4000},
    ),
)
IMPORT = ask(
    "import",
    "Names an import or a backfill. What it turns hot is told in one digest, never one by one.",
    {"type": "string", "minLength": 1, "maxLength": 60, "pattern": r"^[A-Za-z0-9_ .:-]{1,60}$"},
)
IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    place="header",
    description=(
        "A name of your own for this request. The same key with the same body is answered as before and "
        "done once; with another body it is refused with `key_reused`. 1 to 200 visible ASCII characters."
    ),
    schema={"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]+$"},
)
