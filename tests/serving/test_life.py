"""A lead's life: what docs/life.md shows is what the service answers."""

from tests.serving.lifetime import PAGE, live


def test_the_life_in_the_documents_is_lived_as_written() -> None:
    """Every request and answer of docs/life.md, from the first visit to the signature, comes out word for word."""
    assert live() == PAGE.read_text("utf-8")
