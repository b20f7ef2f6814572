"""The places of the site: for each route that shows something, addresses that show it, and who looks."""

from dataclasses import dataclass

from starlette.routing import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A route and an address of it; who looks, and with which status it answers."""

    route: str
    path: str
    user: str | None = "ada"
    status: int = 200

    def __str__(self) -> str:
        return f"{self.path} as {self.user}"


def _at(route: str, path: str = "", *, user: str | None = "ada", status: int = 200) -> Place:
    return Place(route=route, path=path or route, user=user, status=status)


HOT = "fresh-script"
"""A lead whose name is an attack, and of whom there is most to show."""
_ACTS = ("reject", "return", "snooze", "note", "contact")
# They share a template: the largest tables and the widest.
_VIEWS = ("plan", "attribution")

PLACES = (
    _at("/sign-in", user=None),
    _at("/sign-in/{token}", "/sign-in/a-link", user=None),
    _at("/a/{token}", "/a/a-guess", user=None, status=404),
    _at("/account"),
    _at("/", user="anna"),
    _at("/", "/?owner=all&bucket=all", user="eero"),
    _at("/", "/?q=nobody-has-this-name", user="jonas"),
    _at("/leads/{id}", f"/leads/{HOT}", user="anna"),
    _at("/leads/{id}", "/leads/L-007?range=all", user="sofia"),
    _at("/leads/{id}", "/leads/nobody", status=404),
    *(_at(f"/leads/{{lead_id}}/{act}", f"/leads/{HOT}/{act}", user="anna") for act in _ACTS),
    _at("/keys"),
    _at("/agreement", "/agreement?parts=all", user="eero"),
    _at("/agreement", "/agreement?print=1"),
    _at("/agreement/leads", "/agreement/leads?view=funnel&table=stages&row=lead"),
    *(_at("/agreement/{view}", f"/agreement/{view}") for view in _VIEWS),
    _at("/model", user="sofia"),
    _at("/model/promote", "/model/promote?version=2", user="sofia"),
    _at("/model/roll-back", user="sofia"),
    _at("/model/thresholds", "/model/thresholds?hot=45", user="sofia"),
    _at("/model/work", user="sofia"),
    _at("/setup"),
    _at("/setup/people"),
    _at("/setup/people/new"),
    _at("/setup/people/change", "/setup/people/change?id=jonas"),
    _at("/setup/channels"),
    _at("/setup/routing"),
    _at("/setup/agreement"),
    _at("/setup/agreement/version", "/setup/agreement/version?version={version}"),
    _at("/setup/agreement/new"),
    _at("/setup/import"),
    _at("/setup/import/{id}", "/setup/import/none", status=404),
    _at("/setup/users"),
    _at("/setup/users/new"),
    _at("/setup/users/change", "/setup/users/change?id=jonas"),
    _at("/setup/users/end", "/setup/users/end?id=jonas"),
    _at("/setup/keys"),
    _at("/setup/keys/revoke", "/setup/keys/revoke?id={key_id}"),
    _at("/setup/audit"),
)

# Programs read these, or browsers in a page's name.
_NO_PAGES = ("/v1/", "/static/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/live")


def list_shown(routes: list[object]) -> set[str]:
    """List the paths of the routes that show a page."""
    return {
        route.path
        for route in routes
        if isinstance(route, Route)
        and "GET" in (route.methods or ())
        and not route.path.startswith(_NO_PAGES)
        and not route.path.endswith(".csv")
    }
