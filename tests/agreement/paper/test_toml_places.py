"""Places in TOML, beside documents that were written with the lines noted down."""

import tomllib
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.paper.toml_places import find_line, list_places

STORY = '''\
# A comment with [brackets] and key = 1
name = "x" # another = 2

"quoted key" = [ # a list
    "]", '[[no]]', # with = comment
    { inside = 1 },
]
a . "b.c".'d' = """
[not]
a = "table\\""""
text = \'\'\'
[[not]]\'\'\'\'\'

[ people . first ]
x = { y = { z = 1 } }
[[routes]]
name = "one"
[routes.more]
deep = 1
[[ "routes" ]] # again
  name = "two"
[[routes.list]]
[[routes.list]]
k = 1
'''


def test_every_table_and_key_is_found_in_its_line():
    """Comments, texts over several lines, lists and braces are not taken for keys, however they look."""
    assert list_places(STORY) == {
        ("name",): 2,
        ("quoted key",): 4,
        ("a",): 8,
        ("a", "b.c"): 8,
        ("a", "b.c", "d"): 8,
        ("text",): 11,
        ("people",): 14,
        ("people", "first"): 14,
        ("people", "first", "x"): 15,
        ("routes",): 16,
        ("routes", 0): 16,
        ("routes", 0, "name"): 17,
        ("routes", 0, "more"): 18,
        ("routes", 0, "more", "deep"): 19,
        ("routes", 1): 20,
        ("routes", 1, "name"): 21,
        ("routes", 1, "list"): 22,
        ("routes", 1, "list", 0): 22,
        ("routes", 1, "list", 1): 23,
        ("routes", 1, "list", 1, "k"): 24,
    }


def test_the_story_is_toml():
    """What the test above looks at can be read."""
    assert tomllib.loads(STORY)["routes"][1]["list"] == [{}, {"k": 1}]


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("routes", 1, "name"), 21),
        (("routes", 1, "nothing"), 20),
        (("routes", 7), 16),
        (("people", "first", "x", "y", "z"), 15),
        (("quoted key", 2, "inside"), 4),
        (("nothing",), None),
        ((), None),
    ],
)
def test_what_has_no_line_of_its_own_has_that_of_what_holds_it(place, line):
    """A key in braces stands in the line of the key before them; what is not there, in that of its table."""
    assert find_line(place, list_places(STORY)) == line


@pytest.mark.parametrize("text", ["", "\n\n", "# only = words", "#"])
def test_nothing_stands_in_an_empty_file(text):
    """Blanks and comments are no places."""
    assert list_places(text) == {}


def test_lines_are_counted_whatever_ends_them():
    """A file of Windows has the same lines, and a last line need not end."""
    assert list_places("a = 1\r\n[b]\r\nc = '''\r\n'''\r\nd = 2") == {
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "d"): 5,
    }


keys = st.text("ab", min_size=1, max_size=3)
odd_keys = st.text("a.=\"#[]{}\\' \té", min_size=1, max_size=4)
VALUES = [
    "1",
    "true",
    '"a = 1"',
    '"\\" # [x]"',
    "'\\'",
    "'''\n[x]\n\"\"\"\n'''",
    '"""\n[[x]]\n\\""" \'\'\'\n"""',
    '""""quoted""""',
    "[]",
    "[1, 2]",
    "[\n  \"]\",  # ] }\n  [\n'[',\n],\n]",
    "{}",
    "{ a = 1, b = { c = '}' } }",
    "[{ a = 1 }, # x = 1\n { a = ']' }\n]",
    "2027-12-24",
    "1979-05-27T07:32:00Z",
]
values = st.sampled_from(VALUES)
noise = st.lists(st.sampled_from(["", "  ", "# a = 1", "\t# [[b]]", '# """', "# '"]), max_size=2)
tables = st.dictionaries(keys | odd_keys, values, max_size=3)
documents = st.recursive(
    st.tuples(tables, st.just({}), st.just({})),
    lambda inner: st.tuples(
        tables,
        st.dictionaries(keys | odd_keys, inner, max_size=2),
        st.dictionaries(keys | odd_keys, st.lists(inner, min_size=1, max_size=2), max_size=2),
    ),
    max_leaves=5,
)


class Writer:
    """Writes a document line by line, and notes where it puts each table and each key."""

    def __init__(self, draw):
        self.draw = draw
        self.lines: list[str] = []
        self.places: dict[tuple, int] = {}

    def add(self, text, *places):
        """Add lines after some that mean nothing; the places stand in the first of them."""
        self.lines += self.draw(noise)
        for place in places:
            self.places.setdefault(place, len(self.lines) + 1)
        end = self.draw(st.sampled_from(["", " ", " # end = 1"]))
        self.lines += (self.draw(st.sampled_from(["", "  "])) + text + end).split("\n")

    def write_key(self, key):
        """Write a key in one of the ways that TOML has for it."""
        ways = ['"' + key.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"']
        ways += [key] if key.isascii() and key.isalnum() else []
        ways += [f"'{key}'"] if "'" not in key else []
        return self.draw(st.sampled_from(ways))

    def write_path(self, names):
        """Write keys with points between them."""
        point = self.draw(st.sampled_from([".", " . "]))
        return point.join(map(self.write_key, names))

    def write_document(self, document, names=(), place=()):
        """Write keys, then tables, then lists of tables, each under its own heading."""
        plain, below, listed = document
        for key, value in plain.items():
            self.add(f"{self.write_key(key)} = {value}", (*place, key))
        taken = set(plain)
        for key, each in below.items():
            if key not in taken:
                self.add(f"[{self.write_path([*names, key])}]", (*place, key))
                self.write_document(each, (*names, key), (*place, key))
        for key, parts in listed.items():
            for number, each in enumerate(parts if key not in taken | set(below) else []):
                self.add(f"[[ {self.write_path([*names, key])} ]]", (*place, key), (*place, key, number))
                self.write_document(each, (*names, key), (*place, key, number))


@settings(max_examples=200, deadline=None)
@given(documents, st.data())
def test_places_are_those_that_were_written_down(document, data):
    """Whatever tables, lists of tables, quoted keys, texts and comments there are, every line is the right one."""
    writer = Writer(data.draw)
    writer.write_document(document)
    text = "\n".join(writer.lines)
    tomllib.loads(text)
    assert list_places(text) == writer.places


@settings(max_examples=100, deadline=None)
@given(documents, st.data())
def test_every_key_that_is_read_has_a_line(document, data):
    """What `tomllib` finds is found here too, but for what stands in braces and brackets."""
    writer = Writer(data.draw)
    writer.write_document(document)
    text = "\n".join(writer.lines)
    places = list_places(text)

    def look(value, place):
        for key, each in value.items() if isinstance(value, Mapping) else ():
            assert find_line((*place, key), places) is not None
            look(each, (*place, key))

    look(tomllib.loads(text), ())


@given(st.text("ab=.[]{}\"'\\#\n", max_size=30))
def test_what_is_no_toml_ends_too(text):
    """Nothing is promised of what cannot be read, but that looking at it comes to an end."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(tomllib.loads(text)) == {place[0] for place in list_places(text)}
