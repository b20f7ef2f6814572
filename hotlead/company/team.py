"""The selling side of Veltarn Instruments: two product lines, five sales reps and their manager."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotlead.company.arrays import Floats

COMPANY = "Veltarn Instruments"
# Tarn Probe is the line of measuring devices, Tarn Studio the line of measurement software.
PRODUCTS = ("Tarn Probe", "Tarn Studio")
_BIG_FIRM = 2_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """One seller: the countries in their care, and their habits.

    ``daily_call`` is how likely they are to call a waiting lead on a day, ``persistence`` after how many attempts
    they give a lead up, ``candour`` how often marketing hears from them what became of a lead. They rest on the
    public holidays of ``holidays_of``, a country as ISO 3166 writes it.
    """

    name: str
    email: str
    zone: str
    holidays_of: str
    countries: tuple[str, ...]
    daily_call: float
    persistence: int
    candour: float


REPS = (
    Rep(
        name="Jonas Reuterholt",
        email="jonas.reuterholt@veltarn.example",
        zone="Europe/Berlin",
        holidays_of="DE",
        countries=("Germany",),
        daily_call=0.55,
        persistence=5,
        candour=0.95,
    ),
    Rep(
        name="Katrin Eschenbach",
        email="katrin.eschenbach@veltarn.example",
        zone="Europe/Vienna",
        holidays_of="AT",
        countries=("Germany", "Austria"),
        daily_call=0.35,
        persistence=2,
        candour=0.9,
    ),
    Rep(
        name="Matteo Fontebasso",
        email="matteo.fontebasso@veltarn.example",
        zone="Europe/Rome",
        holidays_of="IT",
        countries=("Italy", "Spain"),
        daily_call=0.60,
        persistence=5,
        candour=0.2,
    ),
    Rep(
        name="Liisa Koskimäki",
        email="liisa.koskimaki@veltarn.example",
        zone="Europe/Helsinki",
        holidays_of="FI",
        countries=("Finland", "Sweden", "Poland"),
        daily_call=0.70,
        persistence=6,
        candour=0.95,
    ),
    Rep(
        name="Claire Aubreville",
        email="claire.aubreville@veltarn.example",
        zone="Europe/Paris",
        holidays_of="FR",
        countries=("France", "Netherlands", "United Kingdom"),
        daily_call=0.40,
        persistence=2,
        candour=0.15,
    ),
)
MANAGER = Rep(
    name="Ingrid Sandvide",
    email="ingrid.sandvide@veltarn.example",
    zone="Europe/Stockholm",
    holidays_of="SE",
    countries=(),
    daily_call=0.25,
    persistence=3,
    candour=0.85,
)
MARKETER, MARKETER_NAME = "odile.montrichard@veltarn.example", "Odile Montrichard"
"""Who hands leads over to sales."""
WORKING_HOURS = "Mon-Thu 08:00-17:00, Fri 08:00-15:30"
_DAILY_CALL = {rep.email: rep.daily_call for rep in (*REPS, MANAGER)}


def assign_owners(rng: np.random.Generator, firms: pd.DataFrame) -> pd.Series:
    """Return the owner's e-mail for each row of ``firms``: by country, the manager for the biggest firms."""
    choices = {
        country: [rep.email for rep in REPS if country in rep.countries] for country in firms["country"].unique()
    }
    pick = rng.random(len(firms))
    owners = [choices[c][int(p * len(choices[c]))] for c, p in zip(firms["country"], pick, strict=True)]
    return pd.Series(owners).where(firms["employees"].to_numpy() < _BIG_FIRM, MANAGER.email)


def get_daily_call(owners: pd.Series) -> Floats:
    """Return the chance on a working day that each owner calls a lead that waits for an answer."""
    return np.array([_DAILY_CALL[owner] for owner in owners], dtype=np.float64)
