"""The audit: who did what to what, and when; filters and paging stand in the address."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from serving.usecases.auditing import list_entries
from serving.usecases.enrolling import list_enrolled
from serving.usecases.rights import Right
from serving.web.forms import BadForm
from serving.web.site import Site
from serving.web.visit import Visit

_PAGE = 50
_LONGEST_NUMBER = 18
# Stands for somebody on this machine, whom the log knows no name of: no user can have it.
HERE = "-"
_PLACES = ("lead", "model", "agreement", "person", "channel", "import", "user", "session", "key")


def build_audit_routes(site: Site) -> Sequence[Route]:
    """Build the route of the audit."""
    return [site.show("/setup/audit", _show, right=Right.ADMINISTER)]


def _show(visit: Visit, connection: Connection) -> Response:
    who, what, target = (visit.get(name) for name in ("who", "what", "target"))
    found = list_entries(
        connection,
        most=_PAGE,
        before=_read_cursor(visit.get("before")),
        who=("" if who == HERE else who) if who else None,
        what=what or None,
        target=target or None,
    )
    names = {user.visitor.id: user.visitor.name for user in list_enrolled(connection, visit.now)}
    filters = {"who": who, "what": what, "target": target}
    told: dict[str, Any] = {"found": found, "names": names, "filters": filters, "here_id": HERE, "kinds": _PLACES}
    return visit.render("setup/audit.html", **told)


def _read_cursor(told: str) -> int | None:
    if not told:
        return None
    if not (told.isascii() and told.isdigit() and len(told) <= _LONGEST_NUMBER):
        raise BadForm("this page of the audit cannot be found: begin with the latest entries")
    return int(told)
