"""The registry: MLflow's versions and aliases of the model, and the champion they name."""

from models.registry.versions import NothingToRollBack, Registry, RegistryUnavailable, UnknownVersion, Version

__all__ = ["NothingToRollBack", "Registry", "RegistryUnavailable", "UnknownVersion", "Version"]
