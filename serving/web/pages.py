"""Pages: templates rendered with everything escaped, and the headers that keep a page from running anything."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent


def read_style(name: str) -> str:
    """Read a style sheet of ours."""
    return (_FOLDER / name).read_text("utf-8")


_STYLE = read_style("style.css")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    # A link is a capability: it must not travel to another site, or stay where others look.
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


def render_page(name: str, /, **values: Any) -> str:
    """Render a template with a style sheet in it, that of all pages unless another is given."""
    return _TEMPLATES.get_template(name).render({"style": _STYLE, **values})
