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
    """One seller: the countries in their care, and how likely they are to call a waiting lead on a day."""

    name: str
    email: str
    zone: str
    countries: tuple[str, ...]
    daily_call: float


REPS = (
    Rep(
        name="Jonas Reuterholt",
        email="jonas.reuterholt@veltarn.example",
        zone="Europe/Berlin",
        countries=("Germany",),
        daily_call=0.55,
    ),
    Rep(
        name="Katrin Eschenbach",
        email="katrin.eschenbach@veltarn.example",
        zone="Europe/Vienna",
        countries=("Germany", "Austria"),
        daily_call=0.35,
    ),
    Rep(
        name="Matteo Fontebasso",
        email="matteo.fontebasso@veltarn.example",
        zone="Europe/Rome",
        countries=("Italy", "Spain"),
        daily_call=0.60,
    ),
    Rep(
        name="Liisa Koskimäki",
        email="liisa.koskimaki@veltarn.example",
        zone="Europe/Helsinki",
        countries=("Finland", "Sweden", "Poland"),
        daily_call=0.70,
    ),
    Rep(
        name="Claire Aubreville",
        email="claire.aubreville@veltarn.example",
        zone="Europe/Paris",
        countries=("France", "Netherlands", "United Kingdom"),
        daily_call=0.40,
    ),
)
MANAGER = Rep(
    name="Ingrid Sandvide",
    email="ingrid.sandvide@veltarn.example",
    zone="Europe/Stockholm",
    countries=(),
    daily_call=0.25,
)
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
