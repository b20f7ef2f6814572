"""Settings from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from serving.settings import Settings


def test_the_environment_sets_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting is read from its variable; what is given directly wins."""
    monkeypatch.setenv("HOTLEAD_HOME", "/somewhere")
    monkeypatch.setenv("HOTLEAD_BODY_LIMIT", "2048")
    assert Settings().home == Path("/somewhere")
    assert Settings(home=Path("here")).home == Path("here")
    assert Settings().body_limit == 2_048


@pytest.mark.parametrize("value", ["0", "-1", "much", ""])
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A limit that makes no sense stops the start."""
    monkeypatch.setenv("HOTLEAD_BODY_LIMIT", value)
    with pytest.raises(ValidationError):
        Settings()
