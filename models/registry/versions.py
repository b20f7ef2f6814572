"""Versions of the model in MLflow's registry, and the aliases `champion` and `challenger`."""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

# Read when MLflow is imported; a user who wants telemetry sets it to false.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# A server that is away is said to be within seconds, not minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import AnyType
from mlflow.utils.logging_utils import disable_logging, enable_logging

from features.contract import RESERVED, LeadSchema
from models.decision import Decision, read_decision

# Its progress reports are not ours to print.
logging.getLogger("mlflow").setLevel(logging.WARNING)
logging.getLogger("alembic").setLevel(logging.WARNING)

_ROOT = Path(__file__).resolve().parents[2]
_REQUIREMENTS = ("mlflow", "numpy", "numba", "pandas", "scikit-learn", "lightgbm")
_REPLACED = "hotlead.replaced_champion"
_PROMOTED_AT = "hotlead.promoted_at"
_DECISION = "hotlead.decision"
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


class UnknownVersion(LookupError):
    """The registry has no such version or alias."""


class NothingToRollBack(LookupError):
    """The champion replaced no other version."""


class MissingFiles(FileNotFoundError):
    """The registry knows a version, but its files are gone."""


class RegistryUnavailable(ConnectionError):
    """The registry does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A registered version: its number, its run, when it was registered, and why it was put in force.

    `replaced` is the version that it took the place of as champion, where it did.
    """

    number: str
    run_id: str
    registered_at: datetime
    aliases: tuple[str, ...]
    replaced: str | None = None
    decision: Decision | None = None


class Registry:
    """The registered model `name` behind a tracking address.

    Parameters
    ----------
    tracking_uri
        ``sqlite:///…`` for a local file, or any tracking server.
    name
        The registered model's name.
    """

    def __init__(self, tracking_uri: str, name: str = "hotlead") -> None:
        self.tracking_uri = tracking_uri
        self.name = name
        mlflow.set_tracking_uri(tracking_uri)
        self._client = MlflowClient(tracking_uri)

    def register(self, artifact: Path, schema: LeadSchema) -> str:
        """Log an artifact into the active run as an ordinary MLflow model and register it.

        Returns
        -------
        str
            The new version's number.
        """
        with _quiet(), warnings.catch_warnings():
            # An input example would be a lead; the signature is written by hand.
            warnings.filterwarnings("ignore", message=".*input example.*")
            return self._log(artifact, schema)

    def _log(self, artifact: Path, schema: LeadSchema) -> str:
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(_ROOT / "models" / "registry" / "pyfunc.py"),
            artifacts={"scorer": str(artifact)},
            code_paths=[str(_ROOT / "features"), str(_ROOT / "models")],
            signature=_build_signature(schema),
            pip_requirements=[f"{name}=={version_of(name)}" for name in _REQUIREMENTS],
        )
        self._ensure_model()
        created = self._client.create_model_version(
            self.name, logged.model_uri, run_id=logged.run_id, model_id=logged.model_id
        )
        return str(created.version)

    def _ensure_model(self) -> None:
        try:
            self._client.create_registered_model(self.name)
        except MlflowException as error:
            if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
                raise

    def set_challenger(self, version: str) -> None:
        """Name a version the challenger."""
        self._client.set_registered_model_alias(self.name, "challenger", self._get(version).version)

    def promote(self, version: str, now: datetime) -> str:
        """Make a version the champion, remembering the one it replaces.

        Returns
        -------
        str
            The version's number, where `version` was an alias.
        """
        number = str(self._get(version).version)
        before = self.find_champion()
        if before is not None and before != number:
            self._client.set_model_version_tag(self.name, number, _REPLACED, before)
        self._client.set_model_version_tag(self.name, number, _PROMOTED_AT, now.isoformat())
        self._client.set_registered_model_alias(self.name, "champion", number)
        if self._find("challenger") == number:
            self._client.delete_registered_model_alias(self.name, "challenger")
        return number

    def record_decision(self, version: str, decision: Decision) -> None:
        """Record why a version was put in force; the decision before is forgotten."""
        self._client.set_model_version_tag(self.name, version, _DECISION, decision.to_text())

    def get_replaced(self) -> str:
        """Get the number of the version that the champion replaced.

        Raises
        ------
        NothingToRollBack
            If the champion replaced none.
        """
        champion = self.find_champion()
        if champion is None:
            raise NothingToRollBack("there is no champion yet: run `hotlead promote`")
        replaced = self._get(champion).tags.get(_REPLACED)
        if replaced is None:
            raise NothingToRollBack(f"version {champion} replaced no other: name one, `hotlead promote VERSION`")
        return str(replaced)

    def roll_back(self) -> str:
        """Make the version that the champion replaced the champion again, and return its number.

        What the champion replaced is forgotten, so that going back again goes further back, never forth.

        Raises
        ------
        NothingToRollBack
            If the champion replaced none.
        """
        champion, replaced = self.find_champion(), self.get_replaced()
        self._client.set_registered_model_alias(self.name, "champion", replaced)
        self._client.delete_model_version_tag(self.name, champion, _REPLACED)
        return replaced

    def find_champion(self) -> str | None:
        """Find the champion's version number, None where there is no champion."""
        return self._find("champion")

    def list_versions(self) -> list[Version]:
        """List the versions, the newest first."""
        found = self._client.search_model_versions(f"name='{self.name}'")
        # The search leaves the aliases out; the model itself knows them.
        aliases = self._client.get_registered_model(self.name).aliases if found else {}
        return sorted((_read_version(v, aliases) for v in found), key=lambda v: -int(v.number))

    def download(self, version: str, folder: Path) -> Path:
        """Fetch a version's artifact into a folder and return where the scorer lies.

        Raises
        ------
        UnknownVersion
            If there is no such version.
        MissingFiles
            If its files have been moved or deleted.
        """
        number = str(self._get(version).version)
        try:
            fetched = mlflow.artifacts.download_artifacts(
                artifact_uri=f"models:/{self.name}/{number}", dst_path=str(folder), tracking_uri=self.tracking_uri
            )
            (scorer,) = Path(fetched).rglob("scorer.json")
        except (MlflowException, OSError, ValueError) as error:
            raise MissingFiles(
                f"version {number} has no scorer where it was registered: put its files back, or train again"
            ) from error
        return scorer.parent

    def _find(self, alias: str) -> str | None:
        try:
            return str(self._get(alias).version)
        except UnknownVersion:
            return None

    def _get(self, version: str) -> ModelVersion:
        """Get a version by number or alias."""
        try:
            if version.isdecimal():
                return self._client.get_model_version(self.name, version)
            return self._client.get_model_version_by_alias(self.name, version)
        except MlflowException as error:
            if error.error_code not in _ABSENT:
                raise RegistryUnavailable("the registry does not answer: check MLFLOW_TRACKING_URI") from error
            raise UnknownVersion(f"the registry has no {version!r} of {self.name}: run `hotlead train`") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow from printing that it registered something."""
    disable_logging()
    try:
        yield
    finally:
        enable_logging()


def _read_version(stored: Any, aliases: Mapping[str, str]) -> Version:
    return Version(
        number=str(stored.version),
        run_id=stored.run_id,
        registered_at=datetime.fromtimestamp(stored.creation_timestamp / 1000, UTC),
        aliases=tuple(sorted(alias for alias, number in aliases.items() if str(number) == str(stored.version))),
        replaced=stored.tags.get(_REPLACED),
        decision=read_decision(stored.tags.get(_DECISION)),
    )


def _build_signature(schema: LeadSchema) -> ModelSignature:
    # MLflow would refuse whole numbers for a double and timestamps for a text; the data contract takes both.
    attributes = [
        ColSpec(AnyType() if column.is_number else DataType.string, column.name, required=False)
        for column in schema.columns
    ]
    moments = [ColSpec(AnyType(), name, required=False) for name in RESERVED if name != "id"]
    outputs = [
        ColSpec(DataType.double, "probability"),
        ColSpec(DataType.long, "score"),
        ColSpec(DataType.string, "bucket"),
        ColSpec(DataType.boolean, "low_confidence"),
        ColSpec(DataType.string, "reasons"),
    ]
    params = [ParamSpec("as_of", DataType.string, ""), ParamSpec("most_reasons", DataType.long, 3)]
    return ModelSignature(
        inputs=Schema([*moments, *attributes]), outputs=Schema(outputs), params=ParamSchema(params)
    )
