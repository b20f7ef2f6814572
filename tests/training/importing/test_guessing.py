import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.importing.candidates import UnknownColumn, find_weakest
from training.importing.guessing import guess_recipe
from training.importing.guessing_outcomes import UnknownOutcome
from training.importing.synonyms import judge_answer, judge_outcome, score_name
from training.importing.tables import Table
from training.recipes.reading import parse_recipe


def table(columns, file="leads.csv"):
    """Return a table of texts as a CSV gives them."""
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    lines = np.arange(2, len(frame) + 2)
    return Table(frame=frame, lines=lines, file=file, rows_read=len(frame))


def many(*values, n=60):
    """Repeat values to n rows."""
    return [values[position % len(values)] for position in range(n)]


IDS = [f"L{number:03}" for number in range(60)]
DATES = [f"2026-{1 + number % 12:02}-{1 + number % 28:02}" for number in range(60)]


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (
            ("Lead ID", "Create Date", "Lead Owner", "Deal Stage", "Close Date", "Amount", "Country/Region"),
            ("Closed Won", "Closed Lost", "Proposal"),
        ),
        (
            ("Kontakt-ID", "Erstellt am", "Betreuer", "Status", "Abschlussdatum", "Auftragswert", "Land"),
            ("Gewonnen", "Verloren", "Angebot"),
        ),
        (
            ("ID prospect", "Date de création", "Commercial", "Étape", "Date de clôture", "Montant", "Pays"),
            ("Gagné", "Perdu", "Devis"),
        ),
        (
            ("Tunniste", "Luotu", "Omistaja", "Tila", "Päättymispäivä", "Arvo", "Maa"),
            ("Voitettu", "Hävitty", "Tarjous"),
        ),
    ],
)
def test_exports_in_several_languages_are_understood(names, values):
    """Identifier, dates, owner, outcome with its values, value and country are found by name and content."""
    identifier, created, owner, stage, closed, amount, country = names
    guessed = guess_recipe(
        table(
            {
                country: many("Finland", "Italy"),
                amount: many("1,000.50", "20", None),
                closed: [date if number % 3 else None for number, date in enumerate(DATES)],
                stage: many(*values),
                owner: many("Ann", "Bo"),
                created: DATES,
                identifier: IDS,
            }
        )
    )
    leads, outcome = guessed.recipe.leads, guessed.recipe.outcome
    assert (leads.id, leads.created_at, leads.owner, leads.value) == ((identifier,), created, owner, amount)
    assert leads.firmographics == {"country": country}
    assert (outcome.column, outcome.won, outcome.lost, outcome.at) == (stage, values[:1], values[1:2], closed)


def test_yes_and_no_count_only_under_a_telling_name():
    """A yes/no column is the outcome if it is called so; another one never is."""
    guessed = guess_recipe(
        table({"id": IDS, "newsletter": many("yes", "no"), "converted": many("no", "no", "yes")})
    )
    assert guessed.recipe.outcome.column == "converted"
    with pytest.raises(UnknownOutcome, match=r'leads\.csv .* \[outcome\] column = "…" won = '):
        guess_recipe(table({"id": IDS, "newsletter": many("yes", "no")}))


def test_date_of_winning_is_an_outcome():
    """Where only a date of becoming a customer is there, whoever has one is won."""
    became = [date if number % 4 == 0 else None for number, date in enumerate(DATES)]
    guessed = guess_recipe(table({"id": IDS, "created_at": DATES, "Became a Customer Date": became}))
    assert guessed.recipe.outcome.at == "Became a Customer Date"
    assert guessed.recipe.outcome.column is None


def test_firmographics_are_told_by_content_too():
    """An e-mail address, a website and ranges of employees are recognised by what they look like."""
    guessed = guess_recipe(
        table(
            {
                "id": IDS,
                "won": many("1", "0"),
                "reach": [f"a{number}@firm.com" for number in range(60)],
                "net": [f"www.firm{number}.com" for number in range(60)],
                "Mitarbeiter": many("1-10", "11-50", "51-200", "200+"),
                "Job Title": [f"Head of {number}" for number in range(60)],
            }
        )
    )
    expected = {"email": "reach", "website": "net", "employees": "Mitarbeiter", "role": "Job Title"}
    assert guessed.recipe.leads.firmographics == expected
    assert guessed.recipe.leads.ranges == {"Mitarbeiter": "middle"}


def test_placeholders_of_forms_are_missing_values():
    """Texts that a form leaves behind are listed as missing."""
    guessed = guess_recipe(table({"id": IDS, "won": many("1", "0"), "course": many("Select", "Maths", "-None-")}))
    assert guessed.recipe.leads.missing == ("-None-", "Select")


def test_without_identifier_rows_are_numbered_and_the_guess_is_weak():
    """Where no column differs in every row, the row's number is the name, and that is the weakest guess."""
    guessed = guess_recipe(table({"city": many("A", "B"), "outcome": many("won", "lost")}))
    assert guessed.recipe.leads.id == ("row",)
    assert find_weakest(guessed.guesses).key == "leads.id"


def test_counted_identifier_gives_an_order_where_there_is_no_date():
    """Numbers that are given out one by one stand for time, unless there is a date."""
    columns = {
        "Prospect ID": IDS,
        "Lead Number": [str(9_000 - number) for number in range(60)],
        "won": many("1", "0"),
    }
    assert guess_recipe(table(columns)).recipe.leads.order == "Lead Number"
    assert guess_recipe(table({**columns, "created": DATES})).recipe.leads.order is None


def test_companions_are_matched_by_their_values():
    """Accounts and events are tied to the leads by the columns whose values agree."""
    leads = table({"id": IDS, "created_at": DATES, "account": many("A", "B"), "won": many("1", "0")})
    accounts = table({"firm": ["A", "B"], "sector": ["x", "y"]}, "accounts.csv")
    events = table(
        {
            "who": many("L001", "L002"),
            "what": many("visit", "call"),
            "event time": DATES,
            "seconds": many("1", "2"),
        },
        "events.csv",
    )
    recipe = guess_recipe(leads, accounts, events).recipe
    assert recipe.accounts.id == "firm"
    assert recipe.accounts.firmographics == {"industry": "sector"}
    assert (recipe.events[0].lead, recipe.events[0].occurred_at) == (("who",), "event time")
    assert (recipe.events[0].name, recipe.events[0].properties) == ("event", ("seconds",))


def test_events_of_nobody_are_refused():
    """Events that tie to no lead, or have no time, are told in one line."""
    leads = table({"id": IDS, "won": many("1", "0")})
    with pytest.raises(UnknownColumn, match="whose an event is"):
        guess_recipe(leads, events=table({"who": many("X"), "time": DATES}, "events.csv"))
    with pytest.raises(UnknownColumn, match="when an event occurred"):
        guess_recipe(leads, events=table({"who": IDS}, "events.csv"))


def test_guesses_can_be_edited_as_toml():
    """The recipe is written with a reason behind each guess, and read back as it was guessed."""
    guessed = guess_recipe(table({"id": IDS, "created_at": DATES, "outcome": many("won", "lost", "new")}))
    text = guessed.to_toml()
    assert "% sure: won: won; lost: lost; open: new" in text
    assert parse_recipe(tomllib.loads(text)) == guessed.recipe


CELLS = st.sampled_from(
    [
        "",
        None,
        "won",
        "Lost",
        "yes",
        "no",
        "1",
        "0",
        "2026-01-01",
        "a@b.co",
        "10-20",
        "Select",
        "x y",
        "\0",
        "é",
        "1e999",
    ]
) | st.text(max_size=5)
NAMES = st.sampled_from(
    ["id", "status", "won", "created_at", "account", "email", "time", "y", "Lead Number", "employees", "owner"]
) | st.text(min_size=1, max_size=8)


@st.composite
def tables(draw, file):
    """Draw a table of any texts, or of any numbers, under telling and meaningless names."""
    n = draw(st.integers(0, 12))
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    frame = {}
    for name in names:
        if draw(st.booleans()):
            frame[name] = pd.Series(draw(st.lists(CELLS, min_size=n, max_size=n)), dtype="str")
        else:
            numbers = draw(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=n, max_size=n))
            frame[name] = pd.Series(numbers, dtype="float64")
    return Table(frame=pd.DataFrame(frame), lines=np.arange(n), file=file, rows_read=n)


@settings(max_examples=120, deadline=None)
@given(leads=tables("l.csv"), accounts=st.none() | tables("a.csv"), events=st.none() | tables("e.csv"))
def test_guessing_answers_or_says_what_it_cannot_tell(leads, accounts, events):
    """On any tables guessing gives a valid recipe of columns that exist, or one line on what is not to be told."""
    try:
        guessed = guess_recipe(leads, accounts, events)
    except UnknownColumn:
        return
    assert parse_recipe(tomllib.loads(guessed.to_toml())) == guessed.recipe
    for guess in guessed.guesses:
        assert 0 < guess.confidence <= 1
        place = {"accounts": accounts, "events": events}.get(guess.key.partition(".")[0], leads)
        assert guess.column in place.frame.columns or guess.column == "row"


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("Closed Won", "won"),
        ("Closed - Converted", "won"),
        ("Closed - Not Converted", "lost"),
        ("Unqualified", "lost"),
        ("Customer", "won"),
        ("Working", None),
        ("wonder", None),
    ],
)
def test_outcomes_are_read_from_words(value, meaning):
    """Words of winning and losing are told apart, also with a "not" before them."""
    assert judge_outcome(value) == meaning


def test_answers_and_names():
    """Yes and no are known in several languages; a usual name fits better than a part of one."""
    assert [judge_answer(answer) for answer in ("Ja", "no", "kyllä", "0", "maybe")] == [
        "won",
        "lost",
        "won",
        "lost",
        None,
    ]
    assert score_name("CreatedDate", "created_at") > score_name("lead created_at", "created_at") > 0
    assert score_name("colour", "created_at") == 0
