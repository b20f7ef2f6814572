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


PLACES = (
    _at("/sign-in", user=None),
    _at("/sign-in/{token}", "/sign-in/a-link", user=None),
    _at("/a/{token}", "/a/a-guess", user=None, status=404),
    _at("/account"),
    _at("/", user="anna"),
    _at("/"),
    _at("/setup"),
    _at("/setup/people"),
    _at("/setup/people/new"),
    _at("/setup/people/change", "/setup/people/change?id=jonas"),
    _at("/setup/channels"),
    _at("/setup/routing"),
    _at("/setup/agreement"),
    _at("/setup/agreement/version"),
    _at("/setup/agreement/new"),
)

_NO_PAGES = ("/v1/", "/static/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs")


def list_shown(routes: list[object]) -> set[str]:
    """List the paths of the routes that show a page."""
    return {
        route.path
        for route in routes
        if isinstance(route, Route) and "GET" in (route.methods or ()) and not route.path.startswith(_NO_PAGES)
    }
