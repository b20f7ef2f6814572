"""The cast of the browser tests' company: leads with names, some of them attacks, and who signs in."""

from dataclasses import dataclass
from random import Random
from typing import Any

INDUSTRIES = ("machinery", "chemistry", "retail", "software", "food", "public")
SOURCES = ("web", "fair", "partner")
_COUNTRIES = ("Finland", "Germany", "Italy", "Sweden")
_ROLES = ("Head of Purchasing", "Quality Manager", "CTO", "Plant Manager", "Buyer", "Lab Assistant")
_FIRST = ("Aino", "Bruno", "Chiara", "Deniz", "Elif", "Frieda", "Giulia", "Henrik", "Ilse", "Jari", "Kerem", "Lena")
_LAST = ("Aalto", "Berger", "Conti", "Demir", "Ekholm", "Fontana", "Gruber", "Heikkinen", "Ivarsson", "Jansson")
_FIRMS = ("Norden Pumpen", "Officine Riva", "Satakunta Steel", "Kuzey Kimya", "Alpen Molkerei", "Baltic Freight")

HOSTILE_NAMES = {
    "script": '"><img src=x onerror=alert(1)><script>alert(2)</script>',
    "quote": "' onmouseover='alert(3)' x='",
    "template": "{{7*7}}${7*7}<%= 7*7 %>",
    "backwards": "\u202eevil\u202c \u2066name",
    "endless": "W" * 5_000,
    "picture": "👩‍🚀🏳️‍🌈🇫🇮" * 20,
    "nothing": "null",
    "formula": '=HYPERLINK("http://evil.example";"Anna")',
    "address": "javascript:alert(4)",
    "blank": "\u00a0\u2003\u200b",
}
"""Names that public forms let through, by the end of the id of the lead that bears each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CastUser:
    """Somebody who signs in."""

    id: str
    name: str
    role: str
    person_id: str | None = None


USERS = (
    CastUser(id="anna", name="Anna Lindqvist", role="rep", person_id="anna"),
    CastUser(id="jonas", name="Jonas Weber", role="rep", person_id="jonas"),
    CastUser(id="eero", name="Eero Harjula", role="lead", person_id="eero"),
    CastUser(id="sofia", name="Sofia Marchetti", role="scientist"),
    CastUser(id="ada", name="Ada Korhonen", role="admin"),
)
PASSWORD = "a quiet harbour in the morning"


def describe_somebody(random: Random, number: int) -> dict[str, Any]:
    """Describe a usual lead."""
    first, last = random.choice(_FIRST), random.choice(_LAST)
    return {
        "name": f"{first} {last}",
        "role": random.choice(_ROLES),
        "company": random.choice(_FIRMS),
        "email": f"{first}.{last}.{number}@example.com".lower(),
        "country": random.choice(_COUNTRIES),
        "industry": random.choice(INDUSTRIES),
        "employees": round(2 ** random.uniform(3, 11)),
        "source": random.choice(SOURCES),
        "value": 1_000 * random.randint(4, 60),
    }


def describe_attack(name: str, number: int) -> dict[str, Any]:
    """Describe a keen lead all of whose words are an attack."""
    told = dict.fromkeys(("name", "role", "company", "note"), name)
    return {**told, "email": f"attack.{number}@example.com", **KEEN}


KEEN: dict[str, Any] = {"industry": "public", "employees": 240, "source": "partner", "country": "Finland"}
"""Attributes of a lead whom some visits and a request turn hot."""
