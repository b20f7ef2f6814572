"""The catalogue: every word that the pages say stands in it, is said with its values, and is said somewhere."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from jinja2 import nodes

import serving.web
from serving.web.pages import TEMPLATES
from serving.web.words import UnknownWords, Words, take_words

_ROOM = Path(serving.web.__file__).parent
_FOLDER = _ROOM / "templates"
# Behind links of messages and on paper: they speak the language of the messages.
_STAND_ALONE = ("alert.html", "gone.html", "sheet.html")
_SEEN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
_ANYTHING = "\x00"
_ATTRIBUTE = re.compile(" (selected|checked|disabled)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words that something says: a key, in which a sign stands for what is known when the page is made."""

    place: str
    key: str
    values: frozenset[str] | None

    @property
    def is_exact(self) -> bool:
        """Tell whether it is one key."""
        return _ANYTHING not in self.key

    def list_keys(self, words: Words) -> list[str]:
        """List the keys of the catalogue that may be said here."""
        if self.is_exact:
            return [self.key] if self.key in words else []
        pattern = re.compile(".+".join(map(re.escape, self.key.split(_ANYTHING))))
        return [key for key in words if pattern.fullmatch(key)]


def list_templates() -> list[str]:
    """List the templates of the site."""
    names = [path.relative_to(_FOLDER).as_posix() for path in sorted(_FOLDER.rglob("*.html"))]
    return [name for name in names if name not in _STAND_ALONE]


def read_template(name: str) -> str:
    """Read a template as it is written."""
    return (_FOLDER / name).read_text("utf-8")


def list_said_by_templates() -> Iterator[Said]:
    """List what templates say by ``t(…)``."""
    for name in list_templates():
        for call in TEMPLATES.parse(read_template(name)).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                values = frozenset(each.key for each in call.kwargs) if call.dyn_kwargs is None else None
                for key in spell(call.args[0]):
                    yield Said(place=f"{name}:{call.lineno}", key=key, values=values)


def spell(node: Any) -> Sequence[str]:
    """Spell the keys that an expression of a template may be."""
    if isinstance(node, nodes.Const):
        return [str(node.value)]
    if isinstance(node, nodes.CondExpr):
        return [*spell(node.expr1), *(spell(node.expr2) if node.expr2 is not None else ())]
    if isinstance(node, nodes.Concat):
        whole = [""]
        for part in node.nodes:
            whole = [left + right for left in whole for right in spell(part)]
        return whole
    return [_ANYTHING]


def list_said_by_code() -> Iterator[Said]:
    """List what code says by ``say(…)``, and the other texts in it, which may be keys that are said elsewhere."""
    for path in sorted(_ROOM.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            place = f"{path.relative_to(_ROOM)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and node.args and _name(node.func) == "say":
                named = {each.arg for each in node.keywords}
                values = None if None in named else frozenset(filter(None, named))
                for key in _spell_code(node.args[0]):
                    yield Said(place=place, key=key, values=values)
            elif isinstance(node, ast.Constant | ast.JoinedStr):
                for key in _spell_code(node):
                    yield Said(place="", key=key, values=None)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _spell_code(node: ast.expr) -> Sequence[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        parts = [str(each.value) if isinstance(each, ast.Constant) else _ANYTHING for each in node.values]
        return ["".join(parts)]
    if isinstance(node, ast.IfExp):
        return [*_spell_code(node.body), *_spell_code(node.orelse)]
    return []


def list_fields(words: Words, key: str) -> list[frozenset[str]]:
    """List the values that the texts of a key show, one set a plural form."""
    text = words._texts[key]
    forms = [text] if isinstance(text, str) else list(text.values())
    return [frozenset(field for _, field, _, _ in Formatter().parse(form) if field) for form in forms]


@pytest.fixture(scope="module")
def words() -> Words:
    """The English catalogue."""
    return take_words("en")


@pytest.fixture(scope="module")
def said() -> list[Said]:
    """Whatever templates and code say."""
    return [*list_said_by_templates(), *list_said_by_code()]


def test_whatever_is_said_stands_in_the_catalogue(words: Words, said: list[Said]) -> None:
    """A key that is misspelt, or was taken out, is found here and not by a visitor."""
    unknown = [f"{each.place} {each.key!r}" for each in said if each.place and not each.list_keys(words)]
    assert unknown == []
    assert len(said) > 100


def test_whatever_stands_in_the_catalogue_is_said(words: Words, said: list[Said]) -> None:
    """A translator never translates what nobody reads."""
    texts = {key for name in list_templates() for key in _list_texts(name)}
    # A text on its own is a key; a mere dynamic piece of one would match everything.
    used = {key for each in said if each.key.strip(_ANYTHING + ".") for key in each.list_keys(words)} | texts
    assert sorted(set(words) - used) == []


def _list_texts(name: str) -> Iterator[str]:
    """List the keys that a template has as texts, or puts together outside of the call that says them."""
    tree = TEMPLATES.parse(read_template(name))
    for node in tree.find_all((nodes.Const, nodes.Concat)):
        for key in spell(node):
            if key.strip(_ANYTHING + "."):
                yield from Said(place=name, key=key, values=None).list_keys(take_words("en"))


def test_values_are_those_that_the_text_shows(words: Words, said: list[Said]) -> None:
    """No text shows braces for want of a value, and none is given a value that it does not show."""
    wrong = []
    for each in said:
        if each.values is None or not each.is_exact or each.key not in words:
            continue
        shown = frozenset().union(*list_fields(words, each.key))
        counts = {"count"} if isinstance(words._texts[each.key], dict) else set[str]()
        if shown | counts != each.values:
            wrong.append(f"{each.place} {each.key}: shows {sorted(shown)}, is given {sorted(each.values)}")
    assert wrong == []


def test_every_text_can_be_filled(words: Words) -> None:
    """Braces are balanced and name their values; nothing is blank; plural forms have the last of them all."""
    for key in words:
        for fields in list_fields(words, key):
            assert all(field.isidentifier() for field in fields), key
        text = words._texts[key]
        forms = [text] if isinstance(text, str) else list(text.values())
        assert all(form.strip() for form in forms), key
        assert isinstance(text, str) or "other" in text


class _Visible(HTMLParser):
    """Gathers what a template shows by itself, without the catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_code = False

    def handle_data(self, data: str) -> None:
        if not self._is_code:
            self._look(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_code = self._is_code and tag != "code"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Commands are the same in every language.
        self._is_code = self._is_code or tag == "code"
        for name, value in attrs:
            if name in _SEEN_ATTRIBUTES:
                self._look(value or "")

    def _look(self, text: str) -> None:
        if any(letter.isalpha() for letter in text):
            self.found.append(text.strip())


def list_visible(source: str) -> list[str]:
    """List what a template shows by itself."""
    told = "".join(_ANYTHING if kind == "variable_begin" else text for kind, text in _list_pieces(source))
    # A value may be the name of a tag, or a macro an attribute.
    tagged = re.sub(rf"(</?){_ANYTHING}", r"\1x", told).replace(_ANYTHING, "")
    visible = _Visible()
    visible.feed(tagged)
    visible.close()
    return visible.found


def _list_pieces(source: str) -> Iterator[tuple[str, str]]:
    for _, kind, text in TEMPLATES.lex(source):
        if kind == "variable_begin" or (kind == "data" and not _ATTRIBUTE.fullmatch(text)):
            yield kind, text


@pytest.mark.parametrize("name", list_templates())
def test_a_template_says_nothing_by_itself(name: str) -> None:
    """Between tags, and in what screen readers and tips tell, there is no letter that the catalogue has not."""
    assert list_visible(read_template(name)) == []


def test_the_check_finds_words_of_templates() -> None:
    """It would see a text, a label, and a letter between values."""
    source = '<p title="Hello">{{ x }}</p><img alt="{{ t("a.b") }} y"><b>Bye{% if x %}!{% endif %}</b>'
    assert list_visible(source) == ["Hello", "y", "Bye!"]


def test_words_depend_on_numbers_and_values(words: Words) -> None:
    """One browser, two browsers; an unknown key is an error with its name."""
    assert words.say("users.signed_in", count=1) == "Signed in, 1 browser"
    assert words.say("users.signed_in", count=2) == "Signed in, 2 browsers"
    assert "{ada}" in words.say("users.linked", user="{ada}")
    with pytest.raises(UnknownWords, match=r"no\.such"):
        words.say("no.such")
