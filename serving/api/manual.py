"""The manual at /docs: the OpenAPI document as one page, rendered here; nothing is fetched from anywhere."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
h3 { margin-top: 2rem } nav ul { list-style: none; padding-left: 1rem } nav > ul { padding: 0 }
a { color: inherit; text-underline-offset: .2em }
.verb { color: var(--hot); font-weight: 700; text-transform: uppercase } .dim { color: var(--dim) }
:target { background: var(--card) }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'; base-uri 'none'"


def render_manual(document: Mapping[str, Any]) -> str:
    """Render an OpenAPI document as a page: its operations by group, webhooks, bodies, codes of problems."""
    info, schemas = document["info"], document["components"]["schemas"]
    groups = _list_groups(document)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>",
            f'<h1>{escape(info["title"])} API</h1><p class="dim">Version {escape(info["version"])} · ',
            '<a href="/openapi.json">openapi.json</a></p>',
            f"<p>{_render_text(info['description'])}</p>",
            _render_contents(groups),
            "<h2>Keys</h2>",
            _render_table(
                (f"<code>{escape(name)}</code>", _render_text(scheme["description"]))
                for name, scheme in document["components"].get("securitySchemes", {}).items()
            ),
            *(_render_group(group) for group in groups),
            '<h2 id="bodies">Bodies</h2>',
            *(_render_schema(name, schema) for name, schema in schemas.items()),
            '<h2 id="codes">Codes of problems</h2>',
            _render_table((f'<code id="{code}">{code}</code>', escape(said)) for code, said in TITLES.items()),
            "</body></html>",
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Operations that belong together, each with its verb and its path."""

    anchor: str
    name: str
    description: str
    operations: Sequence[tuple[str, str, Mapping[str, Any]]]


def _list_groups(document: Mapping[str, Any]) -> list[_Group]:
    told = [
        (verb, path, operation) for path, verbs in document["paths"].items() for verb, operation in verbs.items()
    ]
    groups = [
        _Group(
            anchor=f"group-{number}",
            name=tag["name"],
            description=tag["description"],
            operations=[one for one in told if tag["name"] in one[2]["tags"]],
        )
        for number, tag in enumerate(document["tags"])
    ]
    hooks = [(verb, kind, said) for kind, verbs in document["webhooks"].items() for verb, said in verbs.items()]
    described = "What the service posts to your webhooks, signed as Standard Webhooks asks."
    return [*groups, _Group(anchor="webhooks", name="Webhooks", description=described, operations=hooks)]


def _render_contents(groups: Iterable[_Group]) -> str:
    parts = []
    for group in groups:
        links = (
            f'<li><a href="#{operation["operationId"]}"><span class="verb">{verb}</span> {escape(path)}</a> '
            f'<span class="dim">{escape(operation["summary"])}</span></li>'
            for verb, path, operation in group.operations
        )
        parts.append(f'<li><a href="#{group.anchor}">{escape(group.name)}</a><ul>{"".join(links)}</ul></li>')
    rest = '<li><a href="#bodies">Bodies</a></li><li><a href="#codes">Codes of problems</a></li>'
    return f"<nav><ul>{''.join(parts)}{rest}</ul></nav>"


def _render_group(group: _Group) -> str:
    heading = f'<h2 id="{group.anchor}">{escape(group.name)}</h2><p>{escape(group.description)}</p>'
    return "\n".join([heading, *(_render_operation(*one) for one in group.operations)])


def _render_operation(verb: str, path: str, operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    examples = [example for kind in content.values() for example in kind.get("examples", {}).values()]
    described = _render_text(operation["description"])
    heading = f'<span class="verb">{verb}</span> <code>{escape(path)}</code>'
    return "\n".join(
        [
            f'<h3 id="{operation["operationId"]}">{heading}</h3>',
            f"<p><strong>{escape(operation['summary'])}.</strong> {described} {_say_scope(operation)}</p>",
            _render_table(_render_parameter(parameter) for parameter in operation.get("parameters", ())),
            *(f"<p>Takes {_link_type(kind['schema'])}.</p>" for kind in content.values()),
            *(_render_example(example) for example in examples),
            _render_table(_render_answer(*answer) for answer in operation["responses"].items()),
        ]
    )


def _say_scope(operation: Mapping[str, Any]) -> str:
    scopes = [scope for way in operation.get("security", ()) for scope in way.get("key", ())]
    return f"Needs the scope <code>{escape(scopes[0])}</code>." if scopes else ""


def _render_parameter(parameter: Mapping[str, Any]) -> tuple[str, str]:
    forms = {"query": "?{}=", "path": "{{{}}}", "header": "{}:"}
    name = forms[parameter["in"]].format(parameter["name"])
    choices = parameter["schema"].get("enum", ())
    said = f"{_render_text(parameter['description'])} {escape(', '.join(map(str, choices)))}"
    return f"<code>{escape(name)}</code>", said


def _render_answer(status: str, answer: Mapping[str, Any]) -> tuple[str, str]:
    bodies = (_link_type(kind["schema"]) for kind in answer.get("content", {}).values())
    return f"<code>{status}</code>", " · ".join([_render_text(answer["description"]), *bodies])


def _link_type(schema: Mapping[str, Any]) -> str:
    said = escape(_say_type(schema))
    return re.sub(r"\b([A-Z]\w+)", r'<a href="#\1">\1</a>', said)


def _render_text(text: str) -> str:
    """Render a text in which backquotes stand around code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _render_example(example: Mapping[str, Any]) -> str:
    body = json.dumps(example["value"], indent=2, ensure_ascii=False)
    return f"<p>{escape(example['summary'])}:</p><pre>{escape(body)}</pre>"


def _render_schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    rows = (
        (
            f"<code>{escape(field)}</code>{'' if field in required else ' <span class=dim>optional</span>'}",
            f"{_link_type(described)} {_render_text(described.get('description', ''))}",
        )
        for field, described in schema["properties"].items()
    )
    said = _render_text(schema.get("description", ""))
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{said}</p>{_render_table(rows)}'


def _say_type(described: Mapping[str, Any]) -> str:
    if "$ref" in described:
        return str(described["$ref"]).rpartition("/")[2]
    if choices := described.get("anyOf"):
        return " or ".join(_say_type(choice) for choice in choices)
    if described.get("type") == "array":
        return f"array of {_say_type(described.get('items', {}))}"
    if choices := described.get("enum"):
        return " | ".join("null" if choice is None else str(choice) for choice in choices)
    kind = described.get("format", described.get("type", "anything"))
    return kind if isinstance(kind, str) else " or ".join(kind)


def _render_table(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{left}</td><td>{right}</td></tr>" for left, right in rows)
    return f"<table>{body}</table>" if body else ""
