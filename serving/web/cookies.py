"""Cookies: no script reads them, no other site sends them, and by https no other host can set them."""

from starlette.requests import Request
from starlette.responses import Response

from serving.service import Service

SESSION, VISIT, DEVICE = "hotlead_session", "hotlead_visit", "hotlead_device"
"""Who has signed in; a browser that has not; a browser in which somebody did before."""


def read_cookie(service: Service, request: Request, name: str) -> str:
    """Read a cookie of ours, "" where there is none."""
    return request.cookies.get(_name(service, name), "")


def set_cookie(service: Service, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie, until the browser is closed or for some seconds."""
    response.set_cookie(
        _name(service, name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=_is_secure(service),
        path="/",
    )


def drop_cookie(service: Service, response: Response, name: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(
        _name(service, name), path="/", secure=_is_secure(service), httponly=True, samesite="lax"
    )


def _name(service: Service, name: str) -> str:
    # Browsers take a cookie of this prefix from the very host alone, by https: no neighbour can plant one.
    return f"__Host-{name}" if _is_secure(service) else name


def _is_secure(service: Service) -> bool:
    return service.settings.public_url.startswith("https://")
