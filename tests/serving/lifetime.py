"""A lead's whole life, asked of a real service over its REST API, with a clock moved by hand, and written down.

``python -m tests.serving.lifetime`` writes docs/life.md anew.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill
from typing import Any, cast

from starlette.testclient import TestClient

from features.times import DAY, SECOND, to_datetime, to_micros
from models.buckets import Thresholds
from serving.app import create_app
from serving.channels.sending import Sender
from serving.drafting import FILE
from serving.settings import Settings
from tests.serving.api.desks import Notebook
from tests.serving.usecases.tellers import put_in_force

PAGE = Path(__file__).parents[2] / "docs" / "life.md"
AGREEMENT = """\
name = "Nordic"
zone = "Europe/Helsinki"
working_hours = "Mon-Fri 09:00-17:00"

[handover]
bucket = "hot"
required = ["email|phone"]

[[response]]
bucket = "hot"
first_contact = "1 h"
attempts = 3
attempts_within = "24 h"

[feedback]
within = "16 h"

[[people]]
id = "anna"
name = "Anna Lindqvist"
manager_id = "eero"

[[people]]
id = "eero"
name = "Eero Harjula"
takes_leads = false
"""
_BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
_INTRODUCTION = """\
# A lead's life

One lead, from its first form to the signature, through the [REST API](api.md) alone. A test asks a real service
all of this, with a clock that it moves by hand, and compares every answer with this page; answers are shortened
to what matters. The agreement:

```toml
{agreement}```
"""
_TIMER = " ".join(f"timers.{name}" for name in ("duty", "started_at", "due_at", "state", "owner_id", "bucket"))
_BETWEEN_LOOKS = 20 * DAY
_WIDTH = 120
_SHOWN = ("stage", "handed_over", "woken", "qualified", "promise_overdue", "acknowledged")


class Life:
    """A service, its clock, and the page that is written."""

    def __init__(self, client: TestClient, app: Any, clock: list[int]) -> None:
        self._client, self._app, self._clock = client, app, clock
        self.page = [_INTRODUCTION.format(agreement=AGREEMENT)]

    def begin_scene(self, at: datetime, title: str, words: str) -> None:
        """Let time pass, and the worker work, then begin a scene."""
        end = to_micros(at)
        # A worker looks all the time; a few looks on the way are enough for what silence changes.
        for moment in (*range(self._clock[0], end, _BETWEEN_LOOKS), end):
            self._clock[0] = moment
            while self._app.state.service.worker.do_round():
                pass
        said = fill(f"*{at.day} {at:%B %Y, %H:%M} UTC.* {words}", _WIDTH, break_on_hyphens=False)
        self.page.append(f"## {title}\n\n{said}\n")

    def ask(self, method: str, path: str, body: Any = None, *, show: str = "") -> Any:
        """Ask, write down what was asked, and of the answer the fields that are named."""
        answer = self._client.request(method, path, **({} if body is None else {"json": body}))
        assert answer.is_success, answer.text
        asked = f"{method} {path}" + (f"\n{_write(body)}" if body is not None else "")
        told = _pick(answer.json(), show.split())
        self.page.append(f"```http\n{asked}\n```\n\n```json\n{_write(told)}\n```\n")
        return answer.json()

    def tell_download(self, number: int) -> None:
        """Tell of a download just now, which shows the lead's bucket."""
        occurred_at = to_datetime(self._clock[0] - (10 - number) * 60 * SECOND).isoformat().replace("+00:00", "Z")
        event = {"id": f"e-{number}", "lead_id": "ada", "type": "download", "occurred_at": occurred_at}
        self.ask("POST", "/v1/events", event, show="status lead.bucket lead.is_hot")

    def say_last_message(self) -> None:
        """Write down the last message that went out."""
        self._app.state.service.worker.deliver(is_retry=False)
        message, _ = self._app.state.service.sender.sent[-1]
        told = {"type": message.kind, "recipient": message.recipient, "why": message.lines[0].sentence_why}
        self.page.append(f"```json\n{_write(told)}\n```\n")

    def say_story(self) -> None:
        """Write down what the journal says of the lead's way."""
        past = self._client.get("/v1/leads/ada/why").json()["past"]
        said = [
            f"- {step['at'][:16].replace('T', ' ')}: {step['sentence']}" for step in past if step["code"] in _SHOWN
        ]
        self.page.append("```http\nGET /v1/leads/ada/why\n```\n")
        self.page.append("\n".join(said) + "\n")


def live() -> str:
    """Live the life and return the page."""
    with _serve() as life:
        _win_attention(life)
        _hand_over(life)
        _put_aside(life)
        _win(life)
    return "\n".join(life.page)


def _win_attention(life: Life) -> None:
    words = "Ada Lovelace leaves her address. She is cold, and the service says what she lacks."
    life.begin_scene(_BEGIN, "A form", words)
    body = {"name": "Ada Lovelace", "email": "ada@analytical.example", "employees": 240}
    life.ask("PUT", "/v1/leads/ada", body, show="status lead.bucket")
    life.ask("GET", "/v1/leads/ada", show="stage.stage handover")
    life.begin_scene(datetime(2026, 3, 2, 9, tzinfo=UTC), "Two downloads", "She comes back and reads: warm.")
    life.tell_download(1)
    life.tell_download(2)


def _hand_over(life: Life) -> None:
    words = (
        "Two more within the hour, and she is hot. In one transaction Anna becomes her owner, as the routing "
        "chose, an alert is raised for her, Ada is handed over, and three clocks start, in Anna's working time."
    )
    life.begin_scene(datetime(2026, 3, 2, 10, tzinfo=UTC), "Hot, and handed over", words)
    life.tell_download(3)
    life.tell_download(4)
    life.ask("GET", "/v1/leads/ada", show=f"stage.stage owner.id alert.state {_TIMER}")
    words = "Anna calls within the hour. Nobody answers; the first clock is met, and so is the alert answered."
    life.begin_scene(datetime(2026, 3, 2, 10, 40, tzinfo=UTC), "First attempt", words)
    _call(life, "c-1", "call", "no_answer")
    life.ask("GET", "/v1/leads/ada", show="alert timers.duty timers.state")
    life.begin_scene(datetime(2026, 3, 3, 9, tzinfo=UTC), "Second attempt", "The next day she reaches her.")
    _call(life, "c-2", "call", "reached")


def _put_aside(life: Life) -> None:
    words = "There is no money before January. The reason says what becomes of her: put aside, until Anna's date."
    life.begin_scene(datetime(2026, 3, 3, 10, tzinfo=UTC), "Rejected: budget next year", words)
    body = {"id": "r-1", "reason": "budget_next_year", "until": "2027-01-11T07:00:00Z", "by": "anna"}
    life.ask("POST", "/v1/leads/ada/reject", body, show="status")
    life.ask("GET", "/v1/leads/ada", show="stage.stage wake_at timers.duty timers.state")
    words = "Nothing happened for ten months, and her episode is long over. On the day she is a lead again."
    life.begin_scene(datetime(2027, 1, 11, 7, tzinfo=UTC), "She wakes", words)
    life.ask("GET", "/v1/leads/ada", show="stage.stage wake_at score.bucket handover")
    words = "In one digest a day, with why Ada slept:"
    life.begin_scene(datetime(2027, 1, 11, 7, 5, tzinfo=UTC), "Anna hears of it", words)
    life.say_last_message()


def _win(life: Life) -> None:
    words = "She reads again: a new episode, a new hand-over, new clocks. The old ones stay as they ended."
    life.begin_scene(datetime(2027, 1, 12, 9, tzinfo=UTC), "Hot again", words)
    for number in range(5, 9):
        life.tell_download(number)
    life.ask("GET", "/v1/leads/ada", show="stage.stage timers.duty timers.started_at timers.state")
    life.begin_scene(datetime(2027, 1, 12, 9, 30, tzinfo=UTC), "Accepted", "Anna takes her, and meets her.")
    life.ask("POST", "/v1/leads/ada/accept", {"id": "a-1", "by": "anna"}, show="status")
    _call(life, "c-3", "meeting", "meeting")
    life.begin_scene(datetime(2027, 2, 2, 9, tzinfo=UTC), "Won", "Three weeks later she signs.")
    deal = {"id": "d-1", "stage": "customer", "value": 48000, "by": "anna"}
    life.ask("POST", "/v1/leads/ada/stage", deal, show="status")
    life.ask("GET", "/v1/leads/ada", show="stage.stage stage.is_open timers.duty timers.started_at timers.state")
    words = "What the journal says of all this, the sentences on Anna's clock:"
    life.begin_scene(datetime(2027, 2, 2, 9, 1, tzinfo=UTC), "The story", words)
    life.say_story()


def _call(life: Life, its_id: str, kind: str, outcome: str) -> None:
    body = {"id": its_id, "kind": kind, "outcome": outcome, "by": "anna"}
    life.ask("POST", "/v1/leads/ada/contacts", body, show="status")


@contextmanager
def _serve() -> Iterator[Life]:
    with tempfile.TemporaryDirectory() as folder:
        home, clock = Path(folder), [to_micros(_BEGIN)]
        (home / FILE).write_text(AGREEMENT, "utf-8")
        in_force = put_in_force(home / "model")
        in_force.scorer.thresholds_ = Thresholds(warm=0.175, hot=0.21)
        settings = Settings(home=home, works=False)
        app = create_app(settings, clock=lambda: clock[0], sender=cast(Sender, Notebook()))
        with TestClient(app, base_url="http://127.0.0.1") as client:
            app.state.championing.in_force = in_force
            hook = {"owner_id": "anna", "kind": "webhook", "url": "https://crm.example/anna"}
            client.post("/v1/channels", json=hook)
            yield Life(client, app, clock)


def _pick(told: Any, paths: list[str]) -> Any:
    """Pick fields by their paths, of each item where there are several; each keeps its place."""
    if isinstance(told, list):
        return [_pick(item, paths) for item in told]
    if not isinstance(told, dict):
        return told
    picked: dict[str, Any] = {}
    for name in dict.fromkeys(path.partition(".")[0] for path in paths):
        below = [path.partition(".")[2] for path in paths if path.partition(".")[0] == name]
        picked[name] = told[name] if below == [""] else _pick(told[name], below)
    return picked


def _write(told: Any) -> str:
    """Write JSON, the items of a list each on a line of its own."""
    if not isinstance(told, dict) or not any(isinstance(value, list) and value for value in told.values()):
        return json.dumps(told, ensure_ascii=False)
    lines = []
    for name, value in told.items():
        if isinstance(value, list) and value:
            items = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value)
            lines.append(f'"{name}": [\n  {items}]')
        else:
            lines.append(f'"{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{" + ",\n ".join(lines) + "}"


if __name__ == "__main__":
    PAGE.write_text(live(), "utf-8")
