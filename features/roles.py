"""What a job title says, in English, German, Italian, Finnish and Turkish: the rank and the department it names."""

import re

from features.text import normal_form, remember_short

# Titles are compared in normal form, with hyphens, slashes and dots as blanks and every Turkish i with its dot.
# The first group with a matching word wins, so an "assistant to the CEO" is no chief.
_SENIORITIES = (
    (
        "junior",
        r"assist[ae]nt\w*|intern|trainee|apprentice|\w*student\w*|junior|jr|praktikant\w*|auszubildende\w*|azubi|"
        r"stagista|assistente|apprendista|harjoittelija|avustaja|stajyer|asistan\w*",
    ),
    (
        "vice president",
        r"vp|svp|evp|vice president|vicepresidente|vice direttore|varatoimitusjohtaja|genel müdür yardimci\w*",
    ),
    (
        "chief",
        r"c[efiotms]o|cdo|cpo|chief|president|founder|co founder|(?<!product )(?<!process )owner|managing director|"
        r"managing partner|general manager|geschäftsführ\w*|vorstand\w*|inhaber\w*|amministratore delegato|"
        r"direttore generale|presidente|titolare|toimitusjohtaja|yrittäjä|genel müdür|kurucu|başkan\w*",
    ),
    (
        "head",
        r"head|director|(?!team)\w*leit(?:er|erin|ung)|direktor\w*|direttore|direttrice|dirigente|\w*johtaja|"
        r"direktör\w*",
    ),
    (
        "manager",
        r"manager|lead|leader|supervisor|foreman|teamleit\w*|meister\w*|responsabile|capo|\w*päällikkö|esimies|"
        r"müdür\w*|şef\w*",
    ),
    ("senior", r"senior|sr|principal|staff|expert|architect|esperto|\w*asiantuntija|uzman\w*"),
)
_DEPARTMENTS = (
    ("quality", r"quality|qualität\w*|qa|qc|qualità|laatu\w*|kalite|metrolog\w*|messtechnik\w*"),
    (
        "purchasing",
        r"purchas\w*|procure\w*|buyer|sourcing|einkauf\w*|einkäufer\w*|acquisti|osto\w*|hankinta\w*|satin alma",
    ),
    (
        "sales",
        r"sales|vertrieb\w*|verkauf\w*|vendit\w*|commercial\w*|myynti\w*|myyjä|business development|"
        r"account (?:executive|manager)|satiş",
    ),
    (
        "research and development",
        r"r d|r&d|research\w*|development|entwicklung\w*|forschung\w*|ricerca|tutkimus\w*|tuotekehity\w*|ar ge|"
        r"labs?|labor\w*",
    ),
    (
        "information technology",
        r"it|cio|cto|chief (?:technology|information) officer|software|data|systems?|informatik\w*|edv|sistemi|"
        r"tieto\w*|bilgi işlem|devops|security",
    ),
    (
        "production",
        r"production|manufacturing|plant|operations?|operating|coo|produktion\w*|fertigung\w*|werk(?!stud)\w*|"
        r"produzione|tuotanto\w*|tehta\w*|maintenance|instandhaltung\w*|üretim",
    ),
    (
        "engineering",
        r"engineer\w*|\w*ingenieur\w*|technical|\w*technik\w*|ingegner\w*|\w*insinööri|tecnico|mühendis\w*|"
        r"teknik\w*",
    ),
    (
        "finance",
        r"financ\w*|cfo|controll\w*|accountant\w*|account(?:s|ing)|finanz\w*|buchhalt\w*|contabil\w*|talous\w*|"
        r"finans\w*|muhasebe\w*|treasur\w*",
    ),
    ("marketing", r"marketing|cmo|brand|content|growth|markkinointi\w*|pazarlama"),
    (
        "people",
        r"hr|human resources|people|talent|recruit\w*|personal(?:er|leit|abteil|wesen|referent)\w*|risorse umane|"
        r"henkilöstö\w*|insan kaynaklari",
    ),
    ("legal", r"legal|counsel|compliance|recht\w*|jurist\w*|legale|hukuk"),
    (
        "general management",
        r"ceo|chief executive|president|founder|(?<!product )(?<!process )owner|managing (?:director|partner)|"
        r"general manager|geschäftsführ\w*|vorstand\w*|inhaber\w*|amministratore delegato|direttore generale|"
        r"presidente|titolare|\w*toimitusjohtaja|yrittäjä|genel müdür|kurucu|başkan\w*",
    ),
)
_BLANKS = str.maketrans({"-": " ", "/": " ", ".": " ", "ı": "i", "\u0307": None})


def _compile(groups: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")) for name, pattern in groups)


_SENIORITY_WORDS = _compile(_SENIORITIES)
_DEPARTMENT_WORDS = _compile(_DEPARTMENTS)


@remember_short
def seniority(role: str | None) -> str | None:
    """Return the rank a job title speaks of, "specialist" where it names none, None without a title."""
    return _find_group(role, _SENIORITY_WORDS, otherwise="specialist")


@remember_short
def department(role: str | None) -> str | None:
    """Return the department a job title speaks of, "other" where it names none, None without a title."""
    return _find_group(role, _DEPARTMENT_WORDS, otherwise="other")


def _find_group(role: str | None, groups: tuple[tuple[str, re.Pattern[str]], ...], otherwise: str) -> str | None:
    if role is None:
        return None
    title = normal_form(role).translate(_BLANKS)
    return next((name for name, pattern in groups if pattern.search(title)), otherwise)
