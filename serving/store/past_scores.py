"""Past scores: every probability that was published, lead by lead, for whoever looks at what was known then."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from serving.store.tables import bases, scores


def list_published(connection: Connection, *, until: int) -> Iterator[tuple[str, int, float]]:
    """List lead, moment and probability of the scores as of moments until an instant, each lead's in their order.

    Scores of a model that withheld its probabilities are left out.
    """
    found = (
        select(scores.c.lead_id, scores.c.as_of, scores.c.probability)
        .join(bases, bases.c.id == scores.c.basis_id)
        .where(bases.c.withheld.is_(None), scores.c.as_of <= until)
        .order_by(scores.c.lead_id, scores.c.number)
    )
    for row in connection.execute(found):
        yield row[0], row[1], row[2]
