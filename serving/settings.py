"""Settings of the service, from the environment: ``HOTLEAD_HOME``, ``HOTLEAD_BODY_LIMIT`` and so on."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    """

    model_config = SettingsConfigDict(env_prefix="HOTLEAD_", frozen=True, extra="ignore")

    home: Path = Path(".hotlead")
    body_limit: int = Field(default=2**20, ge=1_024, le=2**30)
    request_seconds: float = Field(default=10.0, gt=0, le=600)
    keep_alive_seconds: int = Field(default=30, ge=1, le=600)
    look_every_seconds: float = Field(default=0.5, gt=0, le=600)
