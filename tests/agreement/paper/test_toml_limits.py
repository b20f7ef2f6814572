"""What keeps a text from being read as an agreement at all."""

import tomllib
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.paper.toml_limits import MOST_CHARACTERS, MOST_PARTS, find_excess
from agreement.terms import BadTerms, parse_terms

_DEEP = ".".join("a" * (MOST_PARTS + 1))


@pytest.mark.parametrize(
    "text",
    [
        f"{_DEEP} = 1",
        f"[{_DEEP}]",
        f"[[{_DEEP.replace('.', ' . ')}]]",
        f"x = {{{_DEEP} = 1}}",
        ".".join(["'a.b'", '"c\\"d"'] * MOST_PARTS) + " = 1",
        f'x = """a" \\""" \' """\n{_DEEP} = 1',
        f"x = '''a\"'''\n{_DEEP} = 1",
        f'x = {{y = """\'\n""", {_DEEP} = 1}}',
        f"# don't\n{_DEEP} = 1",
    ],
)
def test_a_key_has_few_parts(text):
    """Wherever it stands, however it is quoted, and whatever texts and comments stand before it."""
    tomllib.loads(text)
    assert "parts" in find_excess(text).says
    with pytest.raises(BadTerms, match=r"^TOML: a key has more than"):
        parse_terms(text)


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * MOST_PARTS) + " = 1",
        f"action = 'write to {_DEEP}'",
        f'action = """\n{_DEEP}\n"""',
        f"# {_DEEP}\n",
        "x = [" + "1.5, " * 100 + "]",
        "# ....................\n",
        "x" * MOST_CHARACTERS,
        "",
    ],
)
def test_what_is_no_such_key_is_read(text):
    """Dots in texts, comments and numbers count for nothing."""
    assert find_excess(text) is None


def test_an_agreement_is_no_longer_than_people_can_fill():
    """One character more is refused before anything of it is read."""
    with pytest.raises(BadTerms, match=r"^TOML: use at most 250,000 characters$"):
        parse_terms("#" * (MOST_CHARACTERS + 1))


@pytest.mark.parametrize(
    "piece", ['"', "'", '"""', "'''", '\\"', "a", "a.", "a ", ". ", "#", '"\n', "'\"", "a.\n", "\\"]
)
def test_no_text_takes_long_to_be_looked_through(piece):
    """The time grows as the text does, whatever it repeats."""
    started = perf_counter()
    find_excess((piece * MOST_CHARACTERS)[:MOST_CHARACTERS])
    assert perf_counter() - started < 1


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="a.'\"\\#\n= {}[]", max_size=60))
def test_what_can_be_read_hides_no_such_key(before):
    """After any text that can be read, such a key is found."""
    try:
        tomllib.loads(f"{before}\n{_DEEP} = 1")
    except ValueError:
        return
    assert find_excess(f"{before}\n{_DEEP} = 1") is not None
