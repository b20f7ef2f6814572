"""Pages: templates rendered with everything escaped, and the headers that keep a page from running anything."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent
_STATIC = _FOLDER / "static"


def read_style(name: str) -> str:
    """Read a style sheet of ours."""
    return (_STATIC / name).read_text("utf-8")


_SMALL = read_style("small.css")
_DIGEST = base64.b64encode(hashlib.sha256(_SMALL.encode()).digest()).decode()
TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    cache_size=-1,
)
_SHARED = "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_PRIVATE = {
    # An address here may be a capability, and names leads: it must not travel to another site, or stay anywhere.
    # With "no-referrer" browsers would send our own forms with the Origin "null", as from another site.
    "referrer-policy": "same-origin",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
}
HEADERS: Mapping[str, str] = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; {_SHARED}",
    **_PRIVATE,
}
"""Of a page that stands alone, with its style sheet in it."""

SITE_HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        f"manifest-src 'self'; {_SHARED}"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    **_PRIVATE,
}
"""Of the pages that share one style sheet and one script."""


def render_page(name: str, /, **values: Any) -> str:
    """Render a page that stands alone, with the small style sheet in it unless another is given."""
    return TEMPLATES.get_template(name).render({"style": _SMALL, **values})
