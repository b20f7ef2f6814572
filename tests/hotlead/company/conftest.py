"""The demo company that the tests of its modules look at."""

import pytest

from hotlead.company import CompanyHistory, LiveDays
from tests.hotlead.company.past import tell_history, tell_live


@pytest.fixture
def history() -> CompanyHistory:
    """A year of 6,000 leads."""
    return tell_history()


@pytest.fixture
def live() -> LiveDays:
    """The fortnight after that year."""
    return tell_live()
