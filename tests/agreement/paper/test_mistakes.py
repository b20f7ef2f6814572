"""Mistakes in an agreement: all of them at once, each with its line."""

import pytest

from agreement.paper.mistakes import BadTerms, Mistake, blame, move_below, name_place
from agreement.terms import Terms, parse_terms

WRONG = """\
name = "North"
zone = "Mars/Base"
working_hours = "Mon-Fri 9-17"
holidays = [2027-12-24, "yesterday"]
holiday = [2027-12-24]

[goal]
revenue = "a lot"
begins = 2027-01-01

[handover]
bucket = "tepid"

[[response]]
bucket = "hot"
first_contact = "4 hrs"

[[response]]
bucket = "cold"
first_contact = "50 h"
attempts = 2

[[people]]
id = "anna"
capacity_per_week = -1

[[people]]
name = "Joe"
zone = "Europe/Nowhere"
"""
FOUND = [
    (2, "zone: no time zone is named 'Mars/Base': use a name such as Europe/Helsinki"),
    (3, "working_hours: 'mon-fri 9-17' names no hours: write them as Mon-Fri 09:00-17:00"),
    (4, 'holidays 2: "yesterday" is no date: write it as 2027-12-24'),
    (5, 'there is no key "holiday": use '),
    (7, "goal: the key ends is missing"),
    (8, 'goal revenue: write a number, not "a lot"'),
    (12, "handover bucket: use one of cold, warm, hot"),
    (16, "response 1 first_contact: '4 hrs' is no duration: write it as 24 h, 7 d or 90 min"),
    (20, "response 2: first_contact and attempts_within: the first is no longer than the second"),
    (25, "people 1: capacity_per_week counts leads: it can be neither negative nor endless"),
    (27, "people 2: the key id is missing"),
    (29, "people 2 zone: no time zone is named 'Europe/Nowhere': use a name such as Europe/Helsinki"),
]


def list_mistakes(text):
    """List the mistakes of a text that has some, each as its line and its sentence."""
    with pytest.raises(BadTerms) as refusal:
        parse_terms(text)
    return [(mistake.line, mistake.sentence) for mistake in refusal.value.mistakes]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    """Whoever mends a file need not read it again after each mistake; what people share is told once."""
    found = list_mistakes(WRONG)
    assert [line for line, _ in found] == [line for line, _ in FOUND]
    assert all(sentence.startswith(says) for (_, sentence), (_, says) in zip(found, FOUND, strict=True))


KEYS = [line for line, _ in FOUND if not WRONG.split("\n")[line - 1].startswith("[")]


@pytest.mark.parametrize("line", KEYS)
def test_mending_one_mistake_leaves_the_others(line):
    """Each is told for its own sake: a file without the line of one has all the rest, in their lines."""
    lines = WRONG.split("\n")
    lines[line - 1] = ""
    told = list_mistakes("\n".join(lines))
    assert {found for found, _ in told} >= {found for found, _ in FOUND} - {line}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('a = 1\nname = "x', 2, "TOML: Unterminated"),
        ("\n\n[people", 3, "TOML: Expected ']'"),
        ("name =\n\n", 1, "TOML: Invalid value"),
        ("a = 1\na = 2\n", 2, "TOML: Cannot overwrite a value"),
        ('a = """\n\n', 1, "TOML: "),
    ],
)
def test_what_is_no_toml_is_told_with_the_line_where_reading_ended(text, line, says):
    """There is one such mistake, for nobody can read on behind it."""
    ((found, sentence),) = list_mistakes(text)
    assert (found, sentence[: len(says)]) == (line, says)
    assert "(at" not in sentence


def test_names_that_are_there_twice_are_told_where_they_come_again():
    """People, routes, stages, reasons and responses are told apart; the second of each is the mistake."""
    text = "".join(
        f'[[{table}]]\n{key} = "{value}"\n{more}\n' * 2
        for table, key, value, more in [
            ("people", "id", "anna", ""),
            ("routes", "name", "All", ""),
            ("stages", "stage", "mql", 'means = "x"'),
            ("reasons", "code", "x", ""),
            ("response", "bucket", "hot", 'first_contact = "4 h"'),
        ]
    )
    assert list_mistakes(text) == [
        (5, 'people 2: "anna" is there twice'),
        (11, 'routes 2: "All" is there twice'),
        (17, 'stages 2: "mql" is there twice'),
        (23, 'reasons 2: "x" is there twice'),
        (29, 'response 2: "hot" is there twice'),
    ]


def test_terms_that_come_as_json_have_no_lines():
    """Their mistakes are told with table and key all the same."""
    with pytest.raises(BadTerms, match=r"^episodes margin: use a part"):
        Terms.from_json('{"episodes": {"margin": 3}}')
    with pytest.raises(BadTerms, match=r"^write a table of keys and values, not \[3\]$"):
        Terms.from_json("[3]")


def test_a_mistake_tells_the_file_and_the_line_that_are_known():
    """What is not known is left out."""
    mistake = Mistake(place=("people", 0, "zone"), says="no such zone", line=7)
    assert mistake.to_text("agreement.toml") == "agreement.toml line 7: people 1 zone: no such zone"
    assert mistake.to_text() == "line 7: people 1 zone: no such zone"
    assert Mistake(place=(), says="empty").to_text("agreement.toml") == "agreement.toml: empty"
    assert str(BadTerms("empty", mistake)) == Mistake(place=(), says="empty").to_text() == "empty"


def test_places_are_counted_as_people_count():
    """The first of a list is 1."""
    assert name_place(("routes", 0, "industries", 1)) == "routes 1 industries 2"
    (moved,) = move_below(("people", 1), [Mistake(place=("zone",), says="x")])
    assert moved.place == ("people", 1, "zone")


@pytest.mark.parametrize(
    ("says", "place", "key", "told"),
    [
        ("margin: too big", ("episodes", "margin"), "", "too big"),
        ("hold and cool_down: too short", ("episodes",), "hold", "hold and cool_down: too short"),
        ("fresh and hold: too short", ("episodes",), "hold", "fresh and hold: too short"),
        ("hold counts days", ("episodes",), "hold", "hold counts days"),
        ("hold, fresh: too short", ("episodes",), "hold", "hold, fresh: too short"),
        ("other: too big", ("episodes",), "", "other: too big"),
        ("nothing fits", ("episodes",), "", "nothing fits"),
        ("", ("episodes",), "", ""),
    ],
)
def test_a_key_that_a_sentence_begins_with_is_at_fault(says, place, key, told):
    """Rules of several keys name them first; what names none is said of the table."""
    mistake = blame({"margin": 1, "hold": 2}, ("episodes",), says)
    assert (mistake.place, mistake.key, mistake.says) == (place, key, told)
