"""The firms that buy: what they truly are, and what the CRM has written down about them."""

import numpy as np
import pandas as pd

from hotlead.company.arrays import Floats, Words
from hotlead.company.countries import COUNTRIES

# industry: share of firms, median number of employees, revenue per employee in EUR.
INDUSTRIES = {
    "Machinery": (0.21, 160, 210_000),
    "Automotive suppliers": (0.15, 420, 240_000),
    "Electronics": (0.13, 190, 230_000),
    "Medical devices": (0.10, 130, 220_000),
    "Metal processing": (0.13, 85, 170_000),
    "Food and beverage": (0.09, 210, 280_000),
    "Chemicals": (0.07, 260, 390_000),
    "Aerospace": (0.04, 380, 250_000),
    "Test laboratories": (0.05, 35, 110_000),
    "Universities": (0.03, 900, 90_000),
}
_BEGINNINGS = (
    "Alt Bor Cald Dren Els Ferr Glan Hess Ivar Jor Kest Lum Marn Nord Orv Pell Quar Rost Sil Torv "
    "Ulm Varn Wist Yst Zell Brev Cron Drav Fjel Grun Holm Kron Lind Mol Norr Prim Ruh Stav Trent Vel"
)
_ENDINGS = "ano berg dal elli ex fors heim ia ikka land mark mont nova ona rup sen stad tec vik wald"
_TRADES = "Technik Precision Works Systems Industries Components Group Labs"
_STEMS = [beginning + ending for beginning in _BEGINNINGS.split() for ending in _ENDINGS.split()]
_GAPS = {"industry": 0.06, "city": 0.08, "employees": 0.14, "revenue": 0.27, "website": 0.10}


def draw_firms(rng: np.random.Generator, size: int, first: int = 1) -> pd.DataFrame:
    """Draw firms as they truly are, with nothing missing.

    Returns
    -------
    DataFrame
        ``account_id`` (numbered from ``first``), ``company``, ``industry``, ``country``, ``city``,
        ``employees`` (at least 1), ``revenue`` (EUR, 0 for a firm that sells nothing yet), ``website``.
    """
    industry = rng.choice(list(INDUSTRIES), size, p=[share for share, _, _ in INDUSTRIES.values()])
    country = rng.choice(len(COUNTRIES), size, p=[each.share for each in COUNTRIES])
    names = _name_firms(size, first)
    employees = _draw_employees(rng, industry)
    return pd.DataFrame(
        {
            "account_id": [f"A{first + i:05d}" for i in range(size)],
            "company": [f"{name} {COUNTRIES[c].legal_form}" for name, c in zip(names, country, strict=True)],
            "industry": industry,
            "country": [COUNTRIES[c].name for c in country],
            "city": [rng.choice(COUNTRIES[c].cities) for c in country],
            "employees": employees,
            "revenue": _draw_revenue(rng, industry, employees),
            "website": [f"https://www.{name.lower().replace(' ', '-')}.example" for name in names],
        }
    )


def write_down(rng: np.random.Generator, firms: pd.DataFrame) -> pd.DataFrame:
    """Return the firms as the CRM knows them: gaps, other spellings, a few wrong numbers.

    What is unknown is missing (NaN). A zero stays: it says that somebody knows there is no revenue.
    """
    known = firms.copy()
    size = len(firms)
    known["country"] = _respell(rng, firms["country"])
    known.loc[rng.random(size) < 0.03, "industry"] = "other"
    known.loc[rng.random(size) < 0.004, "employees"] = 99_999.0
    known.loc[rng.random(size) < 0.01, "revenue"] /= 1_000
    shouting = rng.random(size) < 0.015
    known.loc[shouting, "company"] = known.loc[shouting, "company"].str.upper()
    known.loc[rng.random(size) < 0.01, "city"] = "n/a"
    for column, share in _GAPS.items():
        known.loc[rng.random(size) < share, column] = np.nan
    return known


def _name_firms(size: int, first: int) -> list[str]:
    kinds = len(_STEMS) * len(_TRADES.split())
    # A fixed stride coprime to the number of names visits each name once before any comes back.
    places = (np.arange(first, first + size) * 2_741) % kinds
    rounds = np.arange(first, first + size) // kinds
    return [_name_firm(int(place), int(turn)) for place, turn in zip(places, rounds, strict=True)]


def _name_firm(place: int, turn: int) -> str:
    stem, trade = divmod(place, len(_TRADES.split()))
    number = f" {turn + 1}" if turn else ""
    return f"{_STEMS[stem]} {_TRADES.split()[trade]}{number}"


def _draw_employees(rng: np.random.Generator, industry: Words) -> Floats:
    median = np.array([INDUSTRIES[name][1] for name in industry], dtype=float)
    return np.maximum(1.0, np.round(median * np.exp(1.25 * rng.standard_normal(len(industry)))))


def _draw_revenue(rng: np.random.Generator, industry: Words, employees: Floats) -> Floats:
    each = np.array([INDUSTRIES[name][2] for name in industry], dtype=float)
    revenue = np.round(employees * each * np.exp(0.4 * rng.standard_normal(len(industry))), -3)
    return np.where((employees < 25) & (rng.random(len(industry)) < 0.12), 0.0, revenue)


def _respell(rng: np.random.Generator, names: pd.Series) -> pd.Series:
    spellings = {country.name: country.spellings for country in COUNTRIES}
    turned = rng.random(len(names)) < 0.05
    return names.where(~turned, [rng.choice(spellings[name]) for name in names])
