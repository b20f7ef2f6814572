"""Assets: the one style sheet, the one script and the icon, each under a name that changes with what is in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_STATIC = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
# Tokens first, then what is everywhere, then the pages.
_FIRST = ("tokens.css", "base.css", "parts.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    media_type: str
    address: str


def _build(name: str, body: bytes, media_type: str) -> Asset:
    stem, suffix = name.rsplit(".", 1)
    return Asset(
        body=body, media_type=media_type, address=f"/static/{stem}.{sha256(body).hexdigest()[:12]}.{suffix}"
    )


def _join_styles() -> bytes:
    parts = sorted((_STATIC / "style").glob("*.css"), key=lambda path: _rank(path.name))
    return "\n".join(path.read_text("utf-8") for path in parts).encode()


def _rank(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST)), name


ASSETS = {
    "hotlead.css": _build("hotlead.css", _join_styles(), "text/css"),
    "hotlead.js": _build("hotlead.js", (_STATIC / "hotlead.js").read_bytes(), "text/javascript"),
    "icon.svg": _build("icon.svg", (_STATIC / "icon.svg").read_bytes(), "image/svg+xml"),
}


def find_address(name: str) -> str:
    """Return where an asset is found."""
    return ASSETS[name].address


def build_asset_routes() -> list[Route]:
    """Build one route an asset."""
    return [Route(asset.address, _serve(asset), methods=["GET"]) for asset in ASSETS.values()]


def _serve(asset: Asset) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        headers = {"cache-control": _FOREVER, "x-content-type-options": "nosniff"}
        return Response(asset.body, media_type=asset.media_type, headers=headers)

    return serve
