"""A visit: who looks at a page, at which moment, in which words and on whose clock."""

import gzip
import hmac
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agreement.terms import Terms
from serving.api.addresses import SLASH
from serving.service import Service
from serving.usecases.holding import HeldAct, list_own
from serving.usecases.rights import Right, Visitor
from serving.usecases.telling import find_name
from serving.web.assets import find_address
from serving.web.formatting import Format
from serving.web.pages import SITE_HEADERS, TEMPLATES
from serving.web.words import Words, take_words

LANGUAGE = "en"
_LONGEST_PATH, _LONGEST_NAME = 4_000, 60
_NONCE_BYTES = 16
# From so many bytes on a page is sent squeezed, at an effort of about two milliseconds for a queue.
_WORTH_SQUEEZING, _EFFORT = 2_000, 4
_DECODER = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of a browser.

    Attributes
    ----------
    visitor
        None where nobody has signed in: only the pages of signing in are open then.
    token
        The cookie that what this page sends back is tied to.
    zone
        The visitor's own where they own leads, else the agreement's.
    """

    request: Request
    service: Service
    visitor: Visitor | None
    now: int
    terms: Terms
    zone: str
    token: str = field(repr=False)
    secret: bytes = field(repr=False)
    is_fresh: bool = False

    @cached_property
    def words(self) -> Words:
        """The catalogue of the visitor's language."""
        return take_words(LANGUAGE)

    @cached_property
    def format(self) -> Format:
        """How the visitor sees numbers and times."""
        return Format(locale=self.words.locale, zone=self.zone, now=self.now)

    @property
    def who(self) -> Visitor:
        """The visitor of a page that is for those who signed in."""
        assert self.visitor is not None
        return self.visitor

    @property
    def peer(self) -> str:
        """Return the address that the request comes from."""
        return self.request.client.host if self.request.client else ""

    @cached_property
    def held(self) -> tuple[HeldAct, ...]:
        """What the visitor did a moment ago and can still undo, the latest first."""
        if self.visitor is None:
            return ()
        with self.service.database.reading() as connection:
            return tuple(act for act in list_own(connection, self.visitor) if act.due_at > self.now)

    @cached_property
    def csrf(self) -> str:
        """What forms send back to prove that they came from a page of ours: another on each page."""
        return sign_visit(self.secret, self.token, secrets.token_hex(_NONCE_BYTES))

    @property
    def is_part(self) -> bool:
        """Tell whether our script asks, which needs a part of the page only."""
        return self.request.headers.get("x-hotlead-part") == "1"

    def may(self, right: str) -> bool:
        """Tell whether the visitor may do something."""
        return self.visitor is not None and self.visitor.may(Right(right))

    def get(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query_params.get(name, default)

    def link(self, path: str = "", /, **changes: object) -> str:
        """Return an address with this page's query parameters and some of them changed; None takes one out."""
        own = write_path(self.request)
        query: dict[str, object] = dict(self.request.query_params) if path in ("", own) else {}
        kept = {name: value for name, value in (query | changes).items() if value not in (None, "")}
        return (path or own) + (f"?{urlencode(kept)}" if kept else "")

    def to_lead(self, lead_id: str) -> str:
        """Return the address of a lead's page; an id may hold any sign."""
        return f"/leads/{quote(lead_id, safe='')}"

    def name_lead(self, attributes: str, lead_id: str) -> str:
        """Return what a lead is called, by what was told of it as JSON, or its id."""
        name = find_name(_DECODER.decode(attributes)) or lead_id
        return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"

    def tell(self, **values: Any) -> dict[str, Any]:
        """Return what every template of the site is told, and more."""
        return {
            "visit": self,
            "visitor": self.visitor,
            "t": self.words.say,
            "fmt": self.format,
            "asset": find_address,
            "csrf": self.csrf,
            **values,
        }

    def render(self, name: str, /, *, status: int = 200, **values: Any) -> Response:
        """Render a template of the site."""
        page = TEMPLATES.get_template(name).render(self.tell(**values)).encode()
        headers = {**SITE_HEADERS, "vary": "accept-encoding"}
        # Its length tells nothing of the token, which is another on each page.
        if len(page) > _WORTH_SQUEEZING and "gzip" in self.request.headers.get("accept-encoding", ""):
            page, headers["content-encoding"] = gzip.compress(page, _EFFORT, mtime=0), "gzip"
        return HTMLResponse(page, status_code=status, headers=headers)

    def go(self, path: str) -> Response:
        """Send the browser to another page of ours, after something was done."""
        return RedirectResponse(read_own_path(path), status_code=303, headers=SITE_HEADERS)


def build_strange_visit(service: Service, request: Request) -> Visit:
    """Build the visit of somebody of whom nothing is known: what stands in the way is told in it."""
    terms = service.agreeing.get()
    return Visit(
        request=request,
        service=service,
        visitor=None,
        now=service.clock(),
        terms=terms,
        zone=terms.zone,
        token="",
        secret=b"",
    )


def write_path(request: Request) -> str:
    """Write a request's path as an address has it: slashes inside of ids, and signs, are escaped."""
    return "/".join(
        quote(part.replace(SLASH, "/"), safe="@:!$&'()*+,;=~") for part in request.scope["path"].split("/")
    )


def sign_visit(secret: bytes, token: str, nonce: str) -> str:
    """Return what forms of a visit send back: a nonce, and its HMAC-SHA256 (RFC 2104) with the visit's token."""
    return nonce + hmac.new(secret, f"{nonce}{token}".encode(), sha256).hexdigest()


def is_signed(told: object, secret: bytes, token: str) -> bool:
    """Tell whether a form was sent by a page of a visit."""
    if not isinstance(told, str) or not told.isascii():
        return False
    wanted = sign_visit(secret, token, told[: 2 * _NONCE_BYTES])
    return hmac.compare_digest(told.encode(), wanted.encode())


def read_own_path(path: str) -> str:
    """Return a path that stays on this site, that of the first page where it would not."""
    is_own = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_own and path.isprintable() and len(path) <= _LONGEST_PATH else "/"
