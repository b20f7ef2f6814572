"""What a raw firmographic says: the band of a head count and of a revenue, the kind of an e-mail address."""

import math
import re
from bisect import bisect_right

from features.text import normal_form, remember_short

# Head counts and turnovers of the European definition of small and medium firms (2003/361/EC), and above.
_SIZES = ((0, "none"), (1, "1–9"), (10, "10–49"), (50, "50–249"), (250, "250–999"), (1_000, "1,000–4,999"))
_REVENUES = ((0, "under 2 M"), (2e6, "2–10 M"), (10e6, "10–50 M"), (50e6, "50–250 M"), (250e6, "250 M–1 bn"))

_FREE_MAIL = frozenset(
    re.findall(
        r"\S+",
        """
        gmail googlemail hotmail outlook live msn yahoo ymail icloud me mac aol gmx web proton protonmail mail
        zoho yandex qq 163 126 libero virgilio tiscali alice orange wanadoo laposte freenet t-online inbox
        fastmail hey tutanota mailbox posteo elisanet luukku suomi24 kolumbus mynet
        """,
    )
)
_SECOND_LEVEL = frozenset(["co", "com", "ac", "gov", "edu", "org", "net"])


def size_band(employees: float) -> str | None:
    """Return the size band of a head count, None where it is unknown; zero employees is a band of its own."""
    return _band(employees, _SIZES, top=(5_000, "5,000 or more"))


def revenue_band(revenue: float) -> str | None:
    """Return the band of a yearly revenue in euros, None where it is unknown."""
    return _band(revenue, _REVENUES, top=(1e9, "1 bn or more"))


def _band(amount: float, bands: tuple[tuple[float, str], ...], top: tuple[float, str]) -> str | None:
    if math.isnan(amount):
        return None
    steps = (*bands, top)
    return steps[max(bisect_right([low for low, _ in steps], amount) - 1, 0)][1]


@remember_short
def email_kind(email: str | None) -> str | None:
    """Return "free mail", "education", "government" or "company" for an address, None where there is none."""
    if email is None or email.count("@") != 1:
        return None
    labels = normal_form(email).rpartition("@")[2].rstrip(".").split(".")
    if len(labels) < 2 or not all(labels):
        return None
    if _is_under("edu", labels) or _is_under("ac", labels):
        return "education"
    if _is_under("gov", labels):
        return "government"
    return "free mail" if _registered_name(labels) in _FREE_MAIL else "company"


def _is_under(zone: str, labels: list[str]) -> bool:
    return labels[-1] == zone or (len(labels) > 2 and labels[-2] == zone)


def _registered_name(labels: list[str]) -> str:
    has_second_level = len(labels) > 2 and labels[-2] in _SECOND_LEVEL
    return labels[-3] if has_second_level else labels[-2]
