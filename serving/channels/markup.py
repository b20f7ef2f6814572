"""Markup: our text for services that read Markdown or HTML and nothing plainer.

Apprise would put a backslash before each dot of a link, or a hard blank between all words. In what is rendered for
people, only the operator's own links hold `://`: those of strangers have come apart.
"""

import re
from html import escape

_LINK = re.compile(r"https?://[^\s()<>\[\]\"']+")


def to_markdown(text: str) -> str:
    """Write a text, whose strange words are disarmed, as Markdown that keeps its lines and opens its links."""
    return _LINK.sub(r"[Open](\g<0>)", text).replace("\n", "\n\n")


def to_html(text: str) -> str:
    """Write any text as HTML that keeps its lines and opens its links."""
    parts, at = [], 0
    for found in _LINK.finditer(text):
        parts += [escape(text[at : found.start()]), f'<a href="{escape(found.group())}">Open</a>']
        at = found.end()
    return "".join([*parts, escape(text[at:])]).replace("\n", "<br>\n")
