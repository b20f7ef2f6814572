"""Writing and checking an agreement: `hotlead agreement init` and `check`."""

import importlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agreement.commitments import Response, Supply
from agreement.criteria import HandOver
from agreement.goal import Goal
from agreement.paper.mistakes import BadTerms
from agreement.terms import read_terms
from hotlead import main
from hotlead.verbs.agreement.answers import BadAnswer
from hotlead.verbs.agreement.check import NoAgreement
from hotlead.verbs.agreement.init import AgreementExists, NobodyToAsk, find_local_zone
from hotlead.verbs.agreement.questions import QUESTIONS, choose_year

# The package's `init` is the verb.
WRITING = importlib.import_module("hotlead.verbs.agreement.init")
HOUR = 3_600_000_000
ALL: dict[str, str] = {
    "--name": "Nordic 2027",
    "--zone": "Europe/Helsinki",
    "--working-hours": "Mon-Thu 08:00-16:00, Fri 08:00-14:00",
    "--holidays-of": "FI",
    "--begins": "2027-01-01",
    "--ends": "2028-01-01",
    "--revenue": "2 400 000",
    "--marketing-share": "60%",
    "--average-value": "24000",
    "--bucket": "Warm",
    "--industry": "machinery, steel",
    "--place": "Finland",
    "--min-employees": "50",
    "--required": "email|phone",
    "--leads-per-week": "40",
    "--hot-within": "4h",
    "--warm-within": "16h",
    "--attempts": "5",
    "--attempts-within": "40h",
    "--feedback-within": "16h",
    "--person": "anna, ben",
    "--capacity-per-week": "12.5",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without an agreement, on a machine in Helsinki."""
    monkeypatch.setenv("TZ", "Europe/Helsinki")
    return tmp_path / "home"


def run(home: Path, *arguments: str, typed: str | None = None) -> Result:
    """Run a verb of the agreement; what it raises is raised here."""
    return CliRunner().invoke(
        main.app, ["agreement", *arguments, "--home", str(home)], input=typed, catch_exceptions=False
    )


def give(options: dict[str, str]) -> list[str]:
    """Return options as arguments."""
    return [part for option in options.items() for part in option]


def test_options_make_an_agreement(home: Path) -> None:
    """What every option says stands in the file; nobody is asked where nothing is missing."""
    assert run(home, "init", *give(ALL)).exit_code == 0
    terms = read_terms(home / "agreement.toml")
    assert (terms.name, terms.zone, terms.holidays_of) == ("Nordic 2027", "Europe/Helsinki", ("FI",))
    assert terms.goal == Goal(revenue=2.4e6, begins=date(2027, 1, 1), ends=date(2028, 1, 1), marketing_share=0.6)
    assert terms.assumed.average_won_value == 24_000
    assert terms.handover == HandOver(
        bucket="warm",
        industries=("machinery", "steel"),
        places=("Finland",),
        min_employees=50,
        required=("email|phone",),
    )
    assert terms.supply == (Supply(quality="hot", count=40),)
    hot = Response(bucket="hot", first_contact_micros=4 * HOUR, attempts=5, attempts_within_micros=40 * HOUR)
    assert terms.response == (hot, Response(bucket="warm", first_contact_micros=16 * HOUR))
    assert terms.feedback is not None
    assert terms.feedback.within_micros == 16 * HOUR
    assert [(person.id, person.capacity_per_week) for person in terms.people] == [("anna", 12.5), ("ben", 12.5)]


def test_what_no_option_says_is_as_usual(home: Path) -> None:
    """With --yes nobody is asked; the zone is the machine's, the year the one that is meant today."""
    told = json.loads(run(home, "init", "--yes", "--json", "--revenue", "5e5", "--working-hours", "").stdout)
    terms = read_terms(home / "agreement.toml")
    assert (told["file"], told["version"]) == (str(home / "agreement.toml"), terms.version)
    assert (terms.zone, terms.working_hours) == ("Europe/Helsinki", "")
    assert terms.goal is not None
    assert (terms.goal.revenue, terms.goal.begins.month, terms.goal.begins.day) == (5e5, 1, 1)
    assert (terms.goal.ends.year, terms.goal.ends.month) == (terms.goal.begins.year + 1, 1)
    assert any(sentence.startswith("working_hours: ") for sentence in told["advice"])


def test_lists_may_be_given_part_by_part(home: Path) -> None:
    """An option again is one more; parts with commas are as good."""
    run(home, "init", "--yes", "--person", "anna", "--person", "ben,cleo", "--person", "anna")
    assert [person.id for person in read_terms(home / "agreement.toml").people] == ["anna", "ben", "cleo"]


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        ("--name", " ", "signs on one line"),
        ("--name", "a\nb", "signs on one line"),
        ("--zone", "Mars/Base", "no time zone"),
        ("--working-hours", "9-5", "names no hours"),
        ("--holidays-of", "Finland", "name a country as FI"),
        ("--begins", "1.1.2027", "write it as 2027-01-01"),
        ("--begins", "0001-01-01", "use years from 2000"),
        ("--ends", "2026-12-31", "ends after it begins"),
        ("--revenue", "0", "use more than 0"),
        ("--revenue", "lots", "is no number"),
        ("--revenue", "inf", "is no number"),
        ("--marketing-share", "120%", "use a share"),
        ("--average-value", "0", "use more than 0"),
        ("--bucket", "tepid", "use one of cold, warm, hot"),
        ("--min-employees", "-1", "use 0 or more"),
        ("--required", "email|", "name attributes"),
        ("--leads-per-week", "0", "use more than 0"),
        ("--hot-within", "4 hrs", "write it as 24 h"),
        ("--hot-within", "0 h", "more than no time"),
        ("--attempts", "2.5", "use a whole number"),
        ("--attempts", "0", "at least 1"),
        ("--attempts-within", "3h", "may take 4 h alone"),
        ("--capacity-per-week", "-2", "use 0 or more"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_written(home: Path, option: str, text: str, says: str) -> None:
    """The error names the option and says how to write it."""
    with pytest.raises(BadAnswer, match=rf"^{option}: ") as refusal:
        run(home, "init", "--yes", *give({**ALL, option: text}))
    assert says in str(refusal.value)
    assert not home.exists()


def test_an_interview_explains_and_asks_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is explained; a wrong answer is asked again at once, an empty one is as usual."""
    monkeypatch.setattr(WRITING, "is_anybody_there", lambda: True)
    typed = ["North", "Mars/Base", "Europe/Rome", "", "IT", "2027-07-01", "2027-07-01", "2028-07-01", "3000000"]
    done = run(home, "init", "--leads-per-week", "7", typed="\n".join(typed) + "\n" * len(QUESTIONS))
    assert done.exit_code == 0
    assert "no time zone is named 'Mars/Base'" in done.stdout
    assert "it ends after it begins, on 2027-07-01" in done.stdout
    assert all((question.because in done.stdout) == (question.field != "leads_per_week") for question in QUESTIONS)
    terms = read_terms(home / "agreement.toml")
    assert (terms.name, terms.zone, terms.holidays_of) == ("North", "Europe/Rome", ("IT",))
    assert terms.working_hours == "Mon-Fri 09:00-17:00"
    assert terms.goal == Goal(revenue=3e6, begins=date(2027, 7, 1), ends=date(2028, 7, 1))
    assert terms.supply == (Supply(quality="hot", count=7),)


def test_questions_stay_out_of_what_a_program_reads(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --json the output is the answer alone."""
    monkeypatch.setattr(WRITING, "is_anybody_there", lambda: True)
    done = run(home, "init", "--json", typed="\n" * len(QUESTIONS))
    assert json.loads(done.stdout)["name"] == "Our agreement"
    assert "Time zone" in done.stderr


def test_nobody_is_asked_where_nobody_is(home: Path) -> None:
    """Without a terminal a script has to say that what is usual will do."""
    with pytest.raises(NobodyToAsk, match="--yes"):
        run(home, "init", "--name", "North")
    assert not home.exists()


def test_an_agreement_is_not_written_over_by_mistake(home: Path) -> None:
    """It takes --force, and a file that cannot be read is somebody's work too."""
    home.mkdir()
    path = home / "agreement.toml"
    path.write_text("name = ")
    with pytest.raises(AgreementExists, match="--force"):
        run(home, "init", "--yes")
    assert path.read_text() == "name = "
    assert run(home, "init", "--yes", "--force").exit_code == 0
    assert read_terms(path).name == "Our agreement"
    assert [each.name for each in home.iterdir()] == ["agreement.toml"]


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 1, 1), 2026), (date(2026, 9, 30), 2026), (date(2026, 10, 1), 2027)]
)
def test_in_autumn_the_next_year_is_meant(today: date, year: int) -> None:
    """Who writes an agreement in the last quarter plans for the year to come."""
    assert choose_year(today) == year


@pytest.mark.parametrize(("name", "zone"), [("Europe/Rome", "Europe/Rome"), ("CET-1CEST", "UTC"), (":/x", "UTC")])
def test_the_zone_of_the_machine_is_taken_where_it_has_a_name(
    name: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no IANA name is told as UTC."""
    monkeypatch.setenv("TZ", name)
    assert find_local_zone() == zone


def test_a_leap_day_is_followed_by_a_whole_year(home: Path) -> None:
    """A goal from the 29th of February ends before the first of March."""
    run(home, "init", "--yes", "--begins", "2028-02-29")
    goal = read_terms(home / "agreement.toml").goal
    assert goal is not None
    assert goal.ends == date(2029, 3, 1)


def ask_check(home: Path, *arguments: str) -> tuple[int, Any]:
    """Check an agreement, and return the exit code and the answer."""
    done = run(home, "check", *arguments, "--json")
    return done.exit_code, json.loads(done.stdout)


def test_checking_says_what_an_agreement_says(home: Path) -> None:
    """An agreement that can be signed is told in plain words, with advice, and exit code 0."""
    run(home, "init", "--yes", "--name", "North")
    done = run(home, "check")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "agreement.toml can be signed: North (North-" in done.stdout
    assert "Marketing delivers 10 hot leads a week." in done.stdout
    assert "people: nobody takes leads" in done.stdout
    code, told = ask_check(home)
    assert (code, told["ok"], told["mistakes"], told["name"]) == (0, True, [], "North")
    assert told["version"] == read_terms(home / "agreement.toml").version
    assert all(sentence in done.stdout for sentence in told["says"] + told["advice"])


def test_advice_is_left_out_where_there_is_none(home: Path) -> None:
    """An agreement of which nothing was overlooked has no such heading."""
    options = {**ALL, "--leads-per-week": "20"}
    assert "was it meant" not in run(home, "init", *give(options)).stdout
    assert "was it meant" not in run(home, "check").stdout


def test_checking_tells_all_mistakes_with_their_lines(home: Path, tmp_path: Path) -> None:
    """Whoever mends a file sees everything at once, on the error output, and exit code 2."""
    path = tmp_path / "draft.toml"
    path.write_text('name = "North"\n\n[[response]]\nbucket = "hot"\nfirst_contact = "4 hrs"\n\n[golf]\n')
    done = run(home, "check", str(path))
    assert (done.exit_code, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("draft.toml line 5: response 1 first_contact: '4 hrs' is no duration")
    assert second.startswith('draft.toml line 7: there is no key "golf"')
    code, told = ask_check(home, str(path))
    assert (code, told["ok"]) == (2, False)
    assert [mistake["line"] for mistake in told["mistakes"]] == [5, 7]


def test_bytes_that_are_no_text_are_a_mistake_without_a_line(home: Path, tmp_path: Path) -> None:
    """It is told of the file."""
    path = tmp_path / "draft.toml"
    path.write_bytes(b"name = '\xff'")
    code, told = ask_check(home, str(path))
    assert (code, told["mistakes"][0]["line"]) == (2, None)
    with pytest.raises(BadTerms):
        read_terms(path)


def test_where_nothing_is_written_checking_says_how_to_begin(home: Path) -> None:
    """A home without an agreement has none to be checked."""
    with pytest.raises(NoAgreement, match="hotlead agreement init"):
        run(home, "check")


def test_the_page_counts_the_questions() -> None:
    """What a reader is told to expect is what is asked."""
    page = (Path(__file__).parents[3] / "docs" / "agreement.md").read_text("utf-8")
    assert f"asks {len(QUESTIONS)} questions" in page
