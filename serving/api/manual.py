"""The manual at /docs: the OpenAPI document as one page, rendered here; nothing is fetched from anywhere."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from serving.errors import TITLES

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --dim: #667085; --line: #d8dde6; --card: #f6f7f9; --hot: #c2410c }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --dim: #98a2b3; --line: #323a48; --card: #1b212c; --hot: #fb923c }
  body { background: #12161d }
}
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); max-width: 54rem; margin: 3rem auto;
  padding: 0 1rem }
h1 { margin-bottom: .2rem } h2 { margin-top: 2.6rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; overflow-x: auto }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .35rem .6rem .35rem 0;
  border-bottom: 1px solid var(--line); vertical-align: top }
.verb { color: var(--hot); font-weight: 700; text-transform: uppercase } .dim { color: var(--dim) }
:target { background: var(--card) }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'; base-uri 'none'"


def render_manual(document: Mapping[str, Any]) -> str:
    """Render an OpenAPI document as a page."""
    info = document["info"]
    operations = [
        _render_operation(path, verb, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    schemas = [_render_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>",
            f'<h1>{escape(info["title"])} API</h1><p class="dim">Version {escape(info["version"])} · ',
            '<a href="/openapi.json">openapi.json</a></p>',
            f"<p>{escape(info['description'])}</p>",
            *operations,
            "<h2>Bodies</h2>",
            *schemas,
            "<h2>Codes of problems</h2>",
            _render_table((f'<code id="{code}">{code}</code>', escape(said)) for code, said in TITLES.items()),
            "</body></html>",
        ]
    )


def _render_operation(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    examples = [example for kind in content.values() for example in kind.get("examples", {}).values()]
    answers = ((f"<code>{code}</code>", escape(a["description"])) for code, a in operation["responses"].items())
    parameters = (
        (f"<code>?{escape(p['name'])}=</code>", escape(p["description"])) for p in operation.get("parameters", ())
    )
    return "\n".join(
        [
            f'<h2><span class="verb">{verb}</span> <code>{escape(path)}</code></h2>',
            f"<p><strong>{escape(operation['summary'])}.</strong> {escape(operation.get('description', ''))}</p>",
            _render_table(parameters),
            *(_render_example(example) for example in examples),
            _render_table(answers),
        ]
    )


def _render_example(example: Mapping[str, Any]) -> str:
    body = json.dumps(example["value"], indent=2, ensure_ascii=False)
    return f"<p>{escape(example['summary'])}:</p><pre>{escape(body)}</pre>"


def _render_schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    rows = (
        (
            f"<code>{escape(field)}</code>{'' if field in required else ' <span class=dim>optional</span>'}",
            f"<code>{escape(_say_type(described))}</code> {escape(described.get('description', ''))}",
        )
        for field, described in schema["properties"].items()
    )
    return f'<h3 id="{escape(name)}">{escape(name)}</h3>{_render_table(rows)}'


def _say_type(described: Mapping[str, Any]) -> str:
    if "$ref" in described:
        return str(described["$ref"]).rpartition("/")[2]
    if choices := described.get("anyOf"):
        return " or ".join(_say_type(choice) for choice in choices)
    if described.get("type") == "array":
        return f"array of {_say_type(described.get('items', {}))}"
    kind = described.get("format", described.get("type", "anything"))
    return kind if isinstance(kind, str) else " or ".join(kind)


def _render_table(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{left}</td><td>{right}</td></tr>" for left, right in rows)
    return f"<table>{body}</table>" if body else ""
