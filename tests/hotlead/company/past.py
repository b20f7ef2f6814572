"""The demo company's past and the fortnight after it, generated once for all tests."""

from datetime import UTC, datetime
from functools import cache

from hotlead.company import CompanyHistory, LiveDays, generate_history, generate_live

UNTIL = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)


@cache
def tell_history(seed: int = 7) -> CompanyHistory:
    """Generate the full history once per seed."""
    return generate_history(until=UNTIL, seed=seed)


@cache
def tell_live() -> LiveDays:
    """Generate the fortnight after the history once."""
    return generate_live(history=tell_history(), start=UNTIL)
