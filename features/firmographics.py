"""What a raw firmographic says: bands of size, seniority and department of a role, kind of an address."""

import math
import re
from bisect import bisect_right
from functools import lru_cache

from features.text import normal_form

# Head counts and turnovers of the European definition of small and medium firms (2003/361/EC), and above.
_SIZES = ((0, "none"), (1, "1–9"), (10, "10–49"), (50, "50–249"), (250, "250–999"), (1_000, "1,000–4,999"))
_REVENUES = ((0, "under 2 M"), (2e6, "2–10 M"), (10e6, "10–50 M"), (50e6, "50–250 M"), (250e6, "250 M–1 bn"))

# The first group with a matching word wins, so an "assistant to the CEO" is no chief.
_SENIORITIES = (
    (
        "junior",
        r"assistant|intern|trainee|apprentice|student|working student|praktikant\w*|junior|jr|stagista",
    ),
    ("vice president", r"vp|svp|evp|vice president|vicepresidente"),
    (
        "chief",
        r"c[efiotms]o|cdo|cpo|chief|president|founder|co founder|owner|managing director|partner|"
        r"geschäftsführer\w*|vorstand|inhaber\w*|amministratore delegato|titolare|toimitusjohtaja|yrittäjä|"
        r"genel müdür|kurucu",
    ),
    (
        "head",
        r"head|director|direttore|direttrice|direktor\w*|\w*leiter\w*|bereichsleitung|johtaja|\w+johtaja|"
        r"direktör\w*",
    ),
    ("manager", r"manager|lead|leader|supervisor|responsabile|\w*päällikkö|teamleitung|müdür\w*|foreman"),
    ("senior", r"senior|sr|principal|staff|expert|architect|esperto"),
)
_DEPARTMENTS = (
    ("quality", r"quality|qualität\w*|qa|qc|qualità|laatu\w*|kalite"),
    (
        "purchasing",
        r"purchas\w*|procure\w*|buyer|sourcing|einkauf\w*|einkäufer\w*|acquisti|osto\w*|satın alma",
    ),
    (
        "research and development",
        r"r d|r&d|research\w*|development|entwicklung\w*|forschung\w*|ricerca|tutkimus\w*|lab\w*",
    ),
    (
        "information technology",
        r"it|cio|cto|software|data|systems?|informatik\w*|edv|sistemi|tieto\w*|devops|security",
    ),
    (
        "production",
        r"production|manufacturing|plant|operations?|coo|produktion\w*|fertigung\w*|werk\w*|produzione|"
        r"tuotanto\w*|maintenance|instandhaltung\w*|üretim",
    ),
    (
        "engineering",
        r"engineer\w*|ingenieur\w*|technical|technik\w*|ingegner\w*|insinööri|tecnico|mühendis\w*|teknik\w*",
    ),
    ("finance", r"finance|financial|cfo|controll\w*|account\w*|finanz\w*|finanza|talous\w*|treasur\w*"),
    ("marketing", r"marketing|cmo|brand|content|growth|markkinointi\w*|pazarlama"),
    ("sales", r"sales|vertrieb\w*|vendite|myynti\w*|business development|account executive|satış"),
    ("people", r"hr|human resources|people|talent|recruit\w*|personal\w*|risorse umane|henkilöstö\w*"),
    ("legal", r"legal|counsel|compliance|recht\w*|jurist\w*|legale"),
    (
        "general management",
        r"ceo|chief executive|president|founder|owner|managing director|geschäftsführer\w*|"
        r"amministratore delegato|toimitusjohtaja|yrittäjä|general manager|genel müdür|titolare",
    ),
)

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


def _words_of(groups: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")) for name, pattern in groups)


_SENIORITY_WORDS = _words_of(_SENIORITIES)
_DEPARTMENT_WORDS = _words_of(_DEPARTMENTS)


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


@lru_cache(maxsize=65_536)
def seniority(role: str | None) -> str | None:
    """Return the rank a job title speaks of, "specialist" where it names none, None without a title."""
    return _first_match(role, _SENIORITY_WORDS, otherwise="specialist")


@lru_cache(maxsize=65_536)
def department(role: str | None) -> str | None:
    """Return the department a job title speaks of, "other" where it names none, None without a title."""
    return _first_match(role, _DEPARTMENT_WORDS, otherwise="other")


def _first_match(
    role: str | None, groups: tuple[tuple[str, re.Pattern[str]], ...], otherwise: str
) -> str | None:
    if role is None:
        return None
    title = normal_form(role).replace("-", " ").replace("/", " ")
    return next((name for name, pattern in groups if pattern.search(title)), otherwise)


@lru_cache(maxsize=65_536)
def email_kind(email: str | None) -> str | None:
    """Return "free mail", "education", "government" or "company" for an address, None where there is none."""
    if email is None or email.count("@") != 1:
        return None
    labels = normal_form(email).rpartition("@")[2].split(".")
    if len(labels) < 2:
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
