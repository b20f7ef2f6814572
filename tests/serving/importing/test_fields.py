"""Fields: columns are recognised by their names in several languages, and by what is in them."""

import pytest

from serving.importing.fields import CHOICES, can_be_attribute, guess_fields, list_twins


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (["Lead ID", "E-Mail", "Firma"], ("id", "email", "company")),
        (["Vorname", "Nachname", "Mitarbeiter"], ("first_name", "last_name", "employees")),
        (["nimi", "sähköposti", "maa"], ("name", "email", "country")),
        (["Azienda", "Settore", "Città"], ("company", "industry", "city")),
        (["Şirket", "Ülke", "Sahibi"], ("company", "country", "owner_id")),
        (["Create Date", "Lifecycle Stage", "Deal amount"], ("created_at", "stage", "value")),
        (["Segment", "", "as_of"], ("attribute", "", "")),
        (["email", "E-Mail"], ("email", "attribute")),
        (["note", "note"], ("attribute", "")),
        (["x" * 81, "a\nb"], ("", "")),
    ],
)
def test_columns_are_guessed(header: list[str], fields: tuple[str, ...]) -> None:
    """Each field is taken once; what has no name that can be kept is left out."""
    assert guess_fields(header, []) == fields
    assert set(fields) <= set(CHOICES)


def test_addresses_are_found_by_what_is_in_a_column() -> None:
    """A column of addresses is the address, whatever it is called."""
    samples = [["1", "ada@example.com"], ["2", ""], ["3", "bo@example.com"]]
    assert guess_fields(["a", "b"], samples) == ("attribute", "email")
    assert guess_fields(["a", "email"], samples) == ("attribute", "email")


def test_twins_are_named() -> None:
    """Two columns that would end up under one name are told, those left out are not."""
    assert list_twins(["a", "b", "c", "email"], ["name", "name", "", "attribute"]) == ["name"]
    assert list_twins(["a", "email"], ["email", "attribute"]) == ["email"]
    assert list_twins(["a", "a"], ["", ""]) == []


@pytest.mark.parametrize(("name", "can_be"), [("Segment", True), ("", False), ("id", False), ("a\x00", False)])
def test_names_of_attributes(name: str, can_be: bool) -> None:
    """Names of the contract's own, blank ones and unprintable ones are no attributes."""
    assert can_be_attribute(name) is can_be
