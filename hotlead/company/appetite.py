"""The truth that the CRM never sees: how well a lead fits what Veltarn Instruments sells."""

import numpy as np
import pandas as pd

from hotlead.company.arrays import Floats
from hotlead.company.team import PRODUCTS

_PROBE, _STUDIO = PRODUCTS
_INDUSTRY = {
    "Machinery": 0.15,
    "Automotive suppliers": 0.35,
    "Electronics": 0.1,
    "Medical devices": 0.4,
    "Metal processing": 0.0,
    "Food and beverage": -0.35,
    "Chemicals": -0.3,
    "Aerospace": 0.45,
    "Test laboratories": 0.2,
    "Universities": -0.9,
}
_ROLE_AND_PRODUCT = {
    ("quality", _PROBE): 0.5,
    ("quality", _STUDIO): 0.25,
    ("production", _PROBE): 0.35,
    ("production", _STUDIO): -0.1,
    ("development", _PROBE): 0.0,
    ("development", _STUDIO): 0.2,
    ("purchasing", _PROBE): 0.2,
    ("purchasing", _STUDIO): -0.3,
    ("it", _PROBE): -0.6,
    ("it", _STUDIO): 0.55,
    ("management", _PROBE): 0.15,
    ("management", _STUDIO): 0.15,
    ("other", _PROBE): -0.8,
    ("other", _STUDIO): -0.7,
}
# What one factor of ten in size adds: large car suppliers buy in series, large food firms have central rules.
_SIZE = {"Automotive suppliers": 0.45, "Aerospace": 0.35, "Medical devices": 0.2, "Food and beverage": -0.3}
_SENIORITY = np.array([-1.3, -0.1, 0.2, 0.3, 0.1])
_SOURCE = {
    "referral": 0.6,
    "organic search": 0.15,
    "fair": 0.1,
    "webinar": 0.05,
    "paid search": -0.1,
    "content": -0.2,
    "outbound": -0.35,
}
_UNKNOWABLE = 0.3


def compute_appetite(rng: np.random.Generator, leads: pd.DataFrame, firms: pd.DataFrame) -> Floats:
    """Return each lead's appetite: what firm, person, product and source add to the log hazard of a win.

    The value lies roughly between -3 and 2. A part of it is noise that no column can tell.
    """
    firm = firms.iloc[leads["firm"].to_numpy()].reset_index(drop=True)
    size = np.log10(np.clip(firm["employees"].to_numpy() / 150, 0.05, 50))
    pairs = zip(leads["function"], leads["product_interest"], strict=True)
    appetite: Floats = (
        firm["industry"].map(_INDUSTRY).to_numpy(dtype=float)
        + firm["industry"].map(_SIZE).fillna(0.1).to_numpy(dtype=float) * size
        + np.array([_ROLE_AND_PRODUCT[pair] for pair in pairs])
        + _SENIORITY[leads["seniority"].to_numpy(dtype=np.int64)]
        + leads["source"].map(_SOURCE).to_numpy(dtype=float)
        - 0.7 * leads["free_mail"].to_numpy(dtype=float)
        + _UNKNOWABLE * rng.standard_normal(len(leads))
    )
    return appetite
