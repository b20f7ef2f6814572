"""Veltarn Instruments, the invented company whose seeded history `hotlead demo` imports and continues."""

from hotlead.company.handling import Handling
from hotlead.company.history import CompanyHistory, generate_history
from hotlead.company.live import LiveDays, generate_live
from hotlead.company.outcomes import LOST, OPEN, WON
from hotlead.company.team import COMPANY, MANAGER, PRODUCTS, REPS, Rep
from hotlead.company.writing import write_company

__all__ = [
    "COMPANY",
    "LOST",
    "MANAGER",
    "OPEN",
    "PRODUCTS",
    "REPS",
    "WON",
    "CompanyHistory",
    "Handling",
    "LiveDays",
    "Rep",
    "generate_history",
    "generate_live",
    "write_company",
]
