"""Values: numbers and days as people write them, and what fits no rule is handed on as it is."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.importing.values import guess_day_order, guess_mark, read_number, read_time

_BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("12", ".", 12),
        (" 1 250 ", ".", 1250),
        ("1,250", ".", 1250),
        ("1,250.50 €", ".", 1250.5),
        ("1.250,50", ",", 1250.5),
        ("1'250", ".", 1250),
        ("1.250", ",", 1250),
        ("1.250", ".", 1.25),
        ("-3", ".", -3),
        ("1e3", ".", 1000),
        ("50-200", ".", 125),
        ("51 – 200", ".", 125.5),
        ("10 to 20", ".", 15),
        ("1000+", ".", 1000),
        (">500", ".", 500),
        ("1,2", ".", "1,2"),
        ("1,2345", ".", "1,2345"),
        ("many", ".", "many"),
        ("12abc", ".", "12abc"),
        ("1k", ".", "1k"),
        ("١٢", ".", "١٢"),
        ("1e999", ".", "1e999"),
        ("9" * 5_000, ".", "9" * 5_000),
        ("", ".", ""),
    ],
)
def test_numbers(text: str, mark: str, number: float | str) -> None:
    """Groups, decimals, euros and ranges are numbers; what could mean two things is none."""
    read = read_number(text, mark)  # type: ignore[arg-type]
    assert (read, type(read) is str) == (number, type(number) is str)


@given(number=st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False)))
def test_what_a_program_wrote_is_read_to_the_bit(number: float) -> None:
    """A number as Python writes it comes back."""
    assert read_number(str(number), ".") == number


@given(text=st.text(max_size=40))
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    """Whatever is in a cell is a finite number or the text itself."""
    read = read_number(text, ",")
    assert read == text or abs(float(read)) < float("inf")


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2026-03-01T09:00:00Z", "iso", "2026-03-01T09:00:00Z"),
        ("2026-03-01", "iso", "2026-03-01T00:00:00+01:00"),
        ("2026-03-01 9:05", "dmy", "2026-03-01T09:05:00+01:00"),
        ("2026-07-01 09:05:07.5", "iso", "2026-07-01T09:05:07+02:00"),
        ("2026-07-01 09:05 +05:30", "iso", "2026-07-01T09:05:00+05:30"),
        ("3.4.2026", "dmy", "2026-04-03T00:00:00+02:00"),
        ("3/4/2026 2:30 PM", "mdy", "2026-03-04T14:30:00+01:00"),
        ("3/4/2026, 12:05 am", "mdy", "2026-03-04T00:05:00+01:00"),
        ("3/4/2026", "iso", "3/4/2026"),
        ("31.2.2026", "dmy", "31.2.2026"),
        ("1763719200", "iso", "1763719200"),
        ("2026-03-01 25:00", "iso", "2026-03-01 25:00"),
        ("soon", "dmy", "soon"),
    ],
)
def test_times(text: str, order: str, moment: str) -> None:
    """Days and times become RFC 3339 in the zone that was chosen; what is none stays as it is."""
    assert read_time(text, order, _BERLIN) == moment  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-01-02"], ("iso", True)),
        ([], ("iso", True)),
        (["1.2.2026"], ("dmy", True)),
        (["1/2/2026"], ("dmy", False)),
        (["1/2/2026", "13/2/2026"], ("dmy", True)),
        (["1/2/2026", "1/22/2026"], ("mdy", True)),
    ],
)
def test_the_order_of_days_is_guessed_and_doubted(texts: list[str], order: tuple[str, bool]) -> None:
    """A number above 12 decides, dots do too; else the guess says that it is one."""
    assert guess_day_order(texts) == order


def test_the_decimal_mark_follows_the_separator() -> None:
    """Where semicolons part cells, commas part numbers."""
    assert (guess_mark(";"), guess_mark(",")) == (",", ".")
