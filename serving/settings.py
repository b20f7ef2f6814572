"""Settings of the service, from the environment: ``HOTLEAD_HOME``, ``HOTLEAD_BODY_LIMIT`` and so on."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.store.database import sqlite_url


class Settings(BaseSettings):
    """What an operator may change.

    Attributes
    ----------
    home
        Where the product keeps its files, the champion among them.
    body_limit
        The most bytes of a request body, as sent and inflated.
    request_seconds
        How long a request may take to arrive whole.
    keep_alive_seconds
        How long an idle connection is kept.
    look_every_seconds
        How often the service looks for a new champion.
    database_url
        Where the store is; empty for ``hotlead.db`` in the home.
    public_url
        Where people find the service, for links in messages.
    trusted_targets
        Hosts, or ``host:port``, inside of the network that messages may be sent to, separated by commas.
    works
        Whether this process also does a worker's work: telling, sending, looking at silent leads.
    erasure_log
        The file that keeps digests of whom was forgotten; beside the home where none is named.
    most_waiting
        How many items may wait for a commit before callers are told to come back.
    """

    model_config = SettingsConfigDict(env_prefix="HOTLEAD_", frozen=True, extra="ignore")

    home: Path = Path(".hotlead")
    body_limit: int = Field(default=2**20, ge=1_024, le=2**30)
    request_seconds: float = Field(default=10.0, gt=0, le=600)
    keep_alive_seconds: int = Field(default=30, ge=1, le=600)
    look_every_seconds: float = Field(default=0.5, gt=0, le=600)
    database_url: str = ""
    public_url: str = ""
    trusted_targets: str = ""
    works: bool = True
    erasure_log: Path | None = None
    most_waiting: int = Field(default=10_000, ge=1, le=1_000_000)

    @property
    def store_url(self) -> str:
        """Return the store's address."""
        return self.database_url or sqlite_url(self.home)

    @property
    def erasure_log_path(self) -> Path:
        """Return where the log of erasures lies: outside of the home, so that no backup of it brings an old one."""
        home = self.home.resolve()
        return self.erasure_log or home.with_name(f"{home.name}-forgotten.log")

    @property
    def trusted(self) -> frozenset[str]:
        """Return the trusted targets."""
        return frozenset(target.strip().lower() for target in self.trusted_targets.split(",") if target.strip())
