"""The registry: MLflow's versions and aliases of the model, and the champion they name."""

from models.registry.lineups import record_lineup
from models.registry.versions import (
    MissingFiles,
    NothingToRollBack,
    Registry,
    RegistryUnavailable,
    UnknownVersion,
    Version,
)

__all__ = [
    "MissingFiles",
    "NothingToRollBack",
    "Registry",
    "RegistryUnavailable",
    "UnknownVersion",
    "Version",
    "record_lineup",
]
