import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.recipes.reading import MalformedRecipe, parse_recipe, read_recipe
from training.recipes.recipe import (
    AccountsRecipe,
    EventsRecipe,
    LeadsRecipe,
    LookUp,
    MissingRecipe,
    OutcomeRecipe,
    Recipe,
    TimeRecipe,
    find_recipe_file,
    list_bundled_recipes,
)
from training.recipes.writing import format_recipe, recipe_to_plain

SMALL = {"leads": {"id": "a"}, "outcome": {"column": "s", "won": ["x"]}}


def with_key(path, value):
    """Return the small recipe with one key set, given as a dotted path."""
    plain = {key: dict(section) for key, section in SMALL.items()}
    *sections, key = path.split(".")
    place = plain
    for section in sections:
        place = place.setdefault(section, {})
    place[key] = value
    return plain


def test_everything_a_recipe_can_say_is_read():
    """Every section and kind of value ends up in its field."""
    recipe = parse_recipe(
        tomllib.loads("""
        about = "all of it"
        [leads]
        id = ["h", "c"]
        account = "h"
        order = "row"
        missing = "Select"
        exclude = ["tags"]
        [leads.missing_in]
        pdays = ["-1"]
        [leads.firmographics]
        employees = "size"
        [leads.ranges]
        size = "low"
        [leads.spellings.product]
        GTXPro = "GTX Pro"
        [leads.scales]
        income = 1000
        [[leads.join]]
        file = "x.csv"
        on = "h"
        first_by = "day"
        [outcome]
        column = "state"
        won = [1, "yes", true]
        lost = 0
        [outcome.lost_where]
        status = ["junk"]
        [accounts]
        id = "h"
        [[events]]
        account = "h"
        name = "purchase"
        occurred_at = "t"
        one_per = ["basket"]
        [time]
        zone = "Europe/Helsinki"
        horizon_days = 30
        snapshots = "weekly"
        observed_until = 2026-03-01
        """)
    )
    assert recipe == Recipe(
        about="all of it",
        leads=LeadsRecipe(
            id=("h", "c"),
            account="h",
            order="row",
            missing=("Select",),
            exclude={"tags": ""},
            missing_in={"pdays": ("-1",)},
            firmographics={"employees": "size"},
            ranges={"size": "low"},
            spellings={"product": {"GTXPro": "GTX Pro"}},
            scales={"income": 1000},
            join=(LookUp(file="x.csv", on=("h",), first_by="day"),),
        ),
        outcome=OutcomeRecipe(
            column="state", won=("1", "yes", "true"), lost=("0",), lost_where={"status": ("junk",)}
        ),
        accounts=AccountsRecipe(id="h"),
        events=(EventsRecipe(account="h", name="purchase", occurred_at="t", one_per=("basket",)),),
        time=TimeRecipe(
            zone="Europe/Helsinki",
            horizon_days=30,
            snapshots="weekly",
            observed_until=datetime(2026, 3, 1, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("leeds", {}, "leeds is not a key; allowed here: about, accounts, events, leads, outcome, time"),
        ("leads.ids", "a", "leads.ids is not a key"),
        ("leads.firmographics.size", "a", "leads.firmographics.size is not a key; allowed here: employees"),
        ("leads.id", 3, "leads.id must be a text or a list of texts, not 3"),
        ("leads.id", [1], "leads.id must be a text or a list of texts"),
        ("leads.account", ["a"], "leads.account must be a text"),
        ("leads.exclude", "tags", "leads.exclude must be a table"),
        ("leads.ranges.size", "mean", "leads.ranges.size must be one of 'low', 'middle', 'high'"),
        ("leads.scales.x", True, "leads.scales.x must be a number"),
        ("leads.join", {"file": "x"}, r"leads.join must be a list of tables: write \[\[leads.join\]\]"),
        ("leads.join", [{"file": "x"}], r"leads.join\[0\].on is missing"),
        ("outcome.won", [], "outcome.won must list the values"),
        ("outcome.lost", ["x"], "these values mean two things: x"),
        ("time.zone", "Mars/Olympus", "time.zone: no zone 'Mars/Olympus'"),
        ("time.zone", "../../etc/passwd", "time.zone: no zone"),
        ("time.horizon_days", 0, "time.horizon_days must be between 1 and 3650"),
        ("time.horizon_days", True, "time.horizon_days must be a whole number"),
        ("time.snapshots", "daily", "time.snapshots must be one of 'created', 'weekly'"),
        ("time.observed_until", "soon", "time.observed_until must be a date"),
        ("events", [{"occurred_at": "t", "name": "x"}], r"events\[0\] needs `lead` or `account`"),
        ("events", [{"occurred_at": "t", "lead": "a"}], r"events\[0\] needs either `type`, a column"),
    ],
)
def test_faults_are_refused_with_their_path(path, value, message):
    """An unknown key or a wrong value is refused with the key's path and what is allowed."""
    with pytest.raises(MalformedRecipe, match=message):
        parse_recipe(with_key(path, value))


@pytest.mark.parametrize("plain", [{"leads": {"id": "a"}}, {"outcome": {"at": "d"}}, {**SMALL, "outcome": {}}])
def test_what_cannot_be_done_without_is_asked_for(plain):
    """A recipe without leads or without an outcome is refused."""
    with pytest.raises(MalformedRecipe):
        parse_recipe(plain)


def test_faults_in_a_file_name_the_file(tmp_path):
    """A TOML fault, a wrong key and bytes that are no text are told with the file's name."""
    path = tmp_path / "mine.toml"
    for content in (b"[leads", b"leads = 3", b"\xff\xfe\x00"):
        path.write_bytes(content)
        with pytest.raises(MalformedRecipe, match=r"mine\.toml"):
            read_recipe(path)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
RECIPES = st.builds(
    Recipe,
    about=st.text(max_size=20),
    leads=st.builds(
        LeadsRecipe,
        id=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
        account=st.none() | NAMES,
        exclude=st.dictionaries(NAMES, NAMES, max_size=3),
        missing_in=st.dictionaries(NAMES, st.lists(NAMES, min_size=1, max_size=2).map(tuple), max_size=2),
        spellings=st.dictionaries(NAMES, st.dictionaries(NAMES, NAMES, min_size=1, max_size=2), max_size=2),
        scales=st.dictionaries(NAMES, st.floats(1, 1e6), max_size=2),
        join=st.lists(st.builds(LookUp, file=NAMES, on=st.just(("a",))), max_size=2).map(tuple),
    ),
    outcome=st.builds(OutcomeRecipe, column=NAMES, won=st.just(("won",)), lost=st.just(("lost",))),
    time=st.builds(TimeRecipe, horizon_days=st.none() | st.integers(1, 99), day_first=st.none() | st.booleans()),
)


@settings(max_examples=60, deadline=None)
@given(recipe=RECIPES, comment=st.text(max_size=20))
def test_recipe_survives_toml(recipe, comment):
    """What is written as TOML, with any names and comments, is read back as the same recipe."""
    written = format_recipe(recipe, {"leads.id": comment})
    assert parse_recipe(tomllib.loads(written)) == recipe
    assert parse_recipe(recipe_to_plain(recipe)) == recipe


def test_recipe_is_found_by_name_and_by_path(tmp_path):
    """A bare name finds a bundled recipe, a path finds a file, anything else is told with what there is."""
    assert find_recipe_file("xeducation").is_file()
    path = tmp_path / "own.toml"
    path.write_text("")
    assert find_recipe_file(str(path)) == path
    with pytest.raises(MissingRecipe, match="xeducation"):
        find_recipe_file("../recipes/xeducation")
    assert "hubspot" in list_bundled_recipes()
