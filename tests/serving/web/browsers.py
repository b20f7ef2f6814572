"""Browsers: visitors of the pages who signed in, over a whole application whose clock is moved by hand."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from starlette.testclient import TestClient

from serving.app import create_app
from serving.championing import ScorerInForce
from serving.channels.sending import Sender
from serving.service import Service
from serving.settings import Settings
from serving.usecases.committing import Request, commit_requests
from serving.usecases.enrolling import add_user, make_link
from serving.usecases.ingesting import Ingested
from serving.usecases.signing_in import sign_in_by_link
from serving.usecases.told import Command, Item, ToldLead
from serving.web.cookies import SESSION
from tests.serving.api.desks import Notebook
from tests.serving.usecases.tellers import KEEN, NOW

_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
_UNDO = re.compile(r'formaction="/undo/([0-9a-f]+)"')


@dataclass(kw_only=True)
class Site:
    """A served application, its store and its clock."""

    app: Any
    service: Service
    clock: list[int]

    def tell(self, *items: Item) -> Ingested:
        """Tell facts."""
        request = Request(command=Command(items=items), write=lambda *_: (200, b"{}"))
        return commit_requests(self.service.database, [request], self.service.take_force()).ingested[0]

    def tell_lead(
        self, lead_id: str, *, owner_id: str | None = None, stage: str | None = None, **more: Any
    ) -> None:
        """Tell of a lead."""
        told = {"attributes": json.dumps({**KEEN, **more}), "created_at": self.clock[0]}
        self.tell(ToldLead(id=lead_id, owner_id=owner_id, stage=stage, **told))

    def wait(self, seconds: float) -> None:
        """Let time pass, and a worker do what is due then."""
        self.clock[0] += round(seconds * 1_000_000)
        while self.service.worker.do_round():
            pass

    def read(self, query: str) -> list[Any]:
        """Read rows of the store by SQL."""
        with self.service.database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


class Browser:
    """A browser whose visitor has signed in."""

    def __init__(self, site: Site, token: str) -> None:
        self.site = site
        self.client = TestClient(
            site.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5), follow_redirects=False
        )
        self.client.cookies.set(SESSION, token)

    def get(self, path: str) -> Any:
        """Load a page."""
        return self.client.get(path)

    @property
    def csrf(self) -> str:
        """What forms of this session send back."""
        found = _CSRF.search(self.get("/account").text)
        assert found is not None
        return found[1]

    def press(self, path: str, *, part: bool = False, **told: str) -> Any:
        """Send a form as a page of ours has it."""
        headers = {"x-hotlead-part": "1"} if part else {}
        return self.client.post(path, data={"csrf": self.csrf, **told}, headers=headers)

    def list_undos(self) -> list[str]:
        """List the acts that the pages offer to undo."""
        return list(dict.fromkeys(_UNDO.findall(self.get("/account").text)))


def open_browser(site: Site, user_id: str, role: str, person_id: str | None = None) -> Browser:
    """Add a user, and let them sign in."""
    at = site.clock[0]
    with site.service.database.writing() as connection:
        add_user(connection, user_id=user_id, name=user_id.title(), role=role, person_id=person_id, at=at, by="")
        link = make_link(connection, user_id, at=at, by="")
        return Browser(site, sign_in_by_link(connection, link, at=at).token)


@contextmanager
def open_site(url: str, home: Path, in_force: ScorerInForce | None = None) -> Iterator[Site]:
    """Open a site whose worker does nothing by itself."""
    clock = [NOW]
    settings = Settings(home=home / "home", database_url=url, works=False)
    app = create_app(settings, clock=lambda: clock[0], sender=cast(Sender, Notebook()))
    with TestClient(app, base_url="http://127.0.0.1"):
        app.state.championing.in_force = in_force
        yield Site(app=app, service=app.state.service, clock=clock)
