"""A door to knock at."""

from collections.abc import Iterator

import pytest

from tests.serving.doors import Door, open_door


@pytest.fixture
def door(sqlite_url: str) -> Iterator[Door]:
    """A door whose store has no keys."""
    yield from open_door(sqlite_url)
