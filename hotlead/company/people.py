"""The people behind the leads: invented names, e-mail addresses and job titles."""

import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from hotlead.company.arrays import Flags
from hotlead.company.countries import COUNTRIES
from hotlead.company.roles import draw_roles

FREE_MAIL = ("gmail.com", "gmx.de", "outlook.com", "libero.it", "yahoo.com", "web.de")
_NAMES = {country.name: (country.first_names, country.last_names) for country in COUNTRIES}


def draw_people(rng: np.random.Generator, firms: pd.DataFrame, lead_ids: list[str]) -> pd.DataFrame:
    """Draw one person for each row of ``firms`` (the firm where the person works).

    Returns
    -------
    DataFrame
        ``first_name``, ``last_name``, ``email``, ``role``, and the truth that the CRM does not hold:
        ``function``, ``seniority`` (0 to 4), ``free_mail`` (the person wrote from a private mailbox).
    """
    size = len(firms)
    people = draw_roles(rng, firms["country"])
    people["first_name"] = [rng.choice(_NAMES[country][0]) for country in firms["country"]]
    people["last_name"] = [rng.choice(_NAMES[country][1]) for country in firms["country"]]
    people["free_mail"] = rng.random(size) < np.where(people["seniority"] == 0, 0.6, 0.09)
    private = _name_private_mailboxes(rng, people, lead_ids)
    domains = firms["website"].str.removeprefix("https://www.")
    people["email"] = np.where(people["free_mail"], private, _spell_mailboxes(people) + "@" + domains.to_numpy())
    return people


def fill_in_form(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    """Return the people as they filled in the form: empty fields, capitals, stray blanks."""
    typed = people.copy()
    size = len(people)
    _retype(typed, "role", rng.random(size) < 0.03, str.upper)
    _retype(typed, "role", rng.random(size) < 0.03, str.lower)
    _retype(typed, "role", rng.random(size) < 0.02, lambda text: f" {text} ")
    _retype(typed, "email", rng.random(size) < 0.02, str.upper)
    for column, share in {"role": 0.08, "first_name": 0.03, "email": 0.015}.items():
        typed.loc[rng.random(size) < share, column] = np.nan
    return typed


def spell_plainly(name: str) -> str:
    """Return the name in plain lower-case letters, as it stands in an e-mail address."""
    folded = name.lower().replace("ł", "l").replace("ø", "o")
    return unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()


def _spell_mailboxes(people: pd.DataFrame) -> pd.Series:
    return people["first_name"].map(spell_plainly) + "." + people["last_name"].map(spell_plainly)


def _name_private_mailboxes(rng: np.random.Generator, people: pd.DataFrame, lead_ids: list[str]) -> pd.Series:
    # The lead's number in the mailbox keeps an invented person from meeting a real address.
    numbers = pd.Series([lead_id.lower() for lead_id in lead_ids])
    domains = pd.Series(rng.choice(FREE_MAIL, len(people)), dtype="str")
    return _spell_mailboxes(people).str.cat(numbers, sep=".").str.cat(domains, sep="@")


def _retype(people: pd.DataFrame, column: str, rows: Flags, retype: Callable[[str], str]) -> None:
    people.loc[rows, column] = people.loc[rows, column].map(retype)
