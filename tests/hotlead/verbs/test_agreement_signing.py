"""`hotlead agreement sign`, `show`, `versions` and `diff`: on the store of a home."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agreement.paper.signing import BadSignature
from agreement.paper.term_tables import BadTerms
from hotlead.standing import get_terms
from hotlead.verbs.agreement.sign import NotConfirmed
from serving.usecases.signing import UnknownVersion
from tests.hotlead.verbs.stores import ask_json, open_home, run_verb
from tests.serving.usecases.tellers import Teller

BY = ("--by", "Anna Lee, marketing", "--by", "Otto Berg, sales")
SIGN = ("agreement", "sign", *BY, "--yes")
TODAY = datetime.now(UTC).date()
SPRING = f"""
name = "spring"
[goal]
revenue = 1000000
begins = {TODAY - timedelta(days=30)}
ends = {TODAY + timedelta(days=400)}
[[response]]
bucket = "hot"
first_contact = "4 h"
"""
SUMMER = SPRING.replace("spring", "summer").replace("4 h", "2 h")


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Teller]:
    """A teller to the store of the home."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)
    opened = open_home(tmp_path / "home")
    yield opened
    opened.database.close()


@pytest.fixture
def home(teller: Teller, tmp_path: Path) -> Path:
    """The home with the store and a file."""
    (tmp_path / "home" / "agreement.toml").write_text(SPRING)
    return tmp_path / "home"


def test_the_file_is_in_force_until_it_is_signed(home: Path) -> None:
    """After the signature an edit changes nothing but the warning, for every verb."""
    assert "Nobody has signed it" in run_verb(home, "agreement", "show").stdout
    assert "Nobody has signed" in run_verb(home, "agreement", "versions").stdout
    said = run_verb(home, *SIGN).stdout
    assert "name: default → spring" in said
    assert "Consider: handover:" in said
    assert f"to before {TODAY + timedelta(days=400)}" in said
    (home / "agreement.toml").write_text(SUMMER)
    assert get_terms(home).name == "spring"
    said = run_verb(home, "agreement", "show").stdout
    assert "Signed by Anna Lee, marketing, and Otto Berg, sales." in said
    assert "Sales contacts a hot lead within 4 h" in said
    assert "See to this: The file says something else" in said
    told = ask_json(home, "agreement", "show")
    assert (told["is_signed"], [each["code"] for each in told["warnings"]]) == (True, ["file_differs"])


def test_signing_again_prevails_and_keeps_the_first(home: Path) -> None:
    """What changes is shown before, and both signatures are listed, the one in force with a star."""
    first = ask_json(home, *SIGN)
    (home / "agreement.toml").write_text(SUMMER)
    assert [each["path"] for each in ask_json(home, "agreement", "diff")] == ["name", "response[hot].first_contact"]
    said = run_verb(home, *SIGN).stdout
    assert "response[hot].first_contact: 4 h → 2 h" in said
    assert "  goal" not in said
    listed = ask_json(home, "agreement", "versions")
    assert [(each["name"], each["is_in_force"]) for each in listed] == [("summer", True), ("spring", False)]
    lines = run_verb(home, "agreement", "versions").stdout.splitlines()
    assert [line[0] for line in lines] == ["*", " "]
    assert "They say the same" in run_verb(home, "agreement", "diff").stdout
    back = run_verb(home, "agreement", "diff", listed[0]["version"], first["version"]).stdout
    assert "first_contact: 2 h → 4 h" in back
    with pytest.raises(UnknownVersion):
        run_verb(home, "agreement", "diff", "autumn-1")


def test_another_file_is_signed_for_days_that_are_named(home: Path, tmp_path: Path) -> None:
    """A version for later leaves what is in force until its first day."""
    run_verb(home, *SIGN)
    other = tmp_path / "next.toml"
    other.write_bytes(SUMMER.replace("\n", "\r\n").encode())
    begins, ends = TODAY + timedelta(days=100), TODAY + timedelta(days=200)
    told = ask_json(home, *SIGN, str(other), "--from", str(begins), "--until", str(ends))
    assert (told["begins"], told["ends"]) == (str(begins), str(ends))
    assert get_terms(home).name == "spring"


def test_nothing_is_signed_by_accident(home: Path) -> None:
    """Without a yes, without both sides, or with a file nobody could hold to, the store stays as it was."""
    with pytest.raises(NotConfirmed):
        run_verb(home, "agreement", "sign", *BY)
    with pytest.raises(BadSignature):
        run_verb(home, "agreement", "sign", *BY[:2], "--yes")
    (home / "agreement.toml").write_text(SPRING.replace('"4 h"', '"soon"'))
    with pytest.raises(BadTerms, match="response 1 first_contact"):
        run_verb(home, *SIGN)
    (home / "agreement.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(BadTerms):
        run_verb(home, *SIGN)
    assert ask_json(home, "agreement", "versions") == []


def test_without_a_store_the_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking makes no store."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)
    (tmp_path / "agreement.toml").write_text(SUMMER)
    assert get_terms(tmp_path).name == "summer"
    assert ask_json(tmp_path, "agreement", "versions") == []
    assert not (tmp_path / "hotlead.db").exists()
