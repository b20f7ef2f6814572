"""The tables that the CRM holds: gaps, dirt and invented addresses."""

from hotlead.company import CompanyHistory
from hotlead.company.people import FREE_MAIL


def test_unknown_is_missing_and_zero_is_known(history: CompanyHistory) -> None:
    """Gaps are NaN; the zeros that remain are true zeros."""
    accounts, events = history.accounts, history.events
    shares = accounts[["industry", "city", "employees", "revenue", "website"]].isna().mean()
    assert shares.between(0.03, 0.35).all()
    assert accounts["employees"].dropna().ge(1).all()
    assert 0 < (accounts["revenue"] == 0).mean() < 0.05
    visits, calls = (events[events["type"] == name] for name in ("page_visit", "call_logged"))
    assert 0.02 < visits["pages"].isna().mean() < 0.2
    assert (visits["pages"] == 0).mean() > 0.05
    assert calls["pages"].isna().all()
    assert calls["duration_seconds"].notna().all()


def test_a_few_accounts_are_dirty(history: CompanyHistory) -> None:
    """Countries come in several spellings and some sizes are placeholders, as in any CRM."""
    assert {"Germany", "Deutschland", "DE"} <= set(history.accounts["country"])
    assert 1 <= (history.accounts["employees"] == 99_999).sum() < 50


def test_mail_addresses_are_invented(history: CompanyHistory) -> None:
    """Every address ends in a reserved domain, or in a free-mail domain behind the lead's number."""
    people = history.leads[["lead_id", "email"]].dropna()
    parts = people["email"].str.lower().str.split("@", expand=True)
    mailbox, domain = parts[0], parts[1]
    free = domain.isin(FREE_MAIL)
    assert (domain.str.endswith(".example") | free).all()
    assert 0.05 < free.mean() < 0.25
    assert all(number.lower() in box for number, box in zip(people["lead_id"][free], mailbox[free], strict=True))
