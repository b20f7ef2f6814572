"""Open scores: the probabilities at which open leads stand now, and whom to look at as a sample of them."""

from sqlalchemy import Connection, select

from serving.store.agenda import IS_SCORABLE
from serving.store.tables import bases, leads


def list_open_probabilities(connection: Connection, fingerprint: str) -> list[float]:
    """List the probabilities of the open leads that the model with this fingerprint scored last."""
    found = select(leads.c.probability).join(bases, bases.c.id == leads.c.basis_id)
    found = found.where(IS_SCORABLE, leads.c.probability.is_not(None), bases.c.fingerprint == fingerprint)
    return list(connection.execute(found).scalars())


def list_sample(connection: Connection, *, since: int, most: int) -> list[str]:
    """List ids of open leads that came to be since a moment, evenly spread over all of them in the order of ids."""
    found = select(leads.c.id).where(IS_SCORABLE, leads.c.created_at >= since).order_by(leads.c.id)
    ids = list(connection.execute(found).scalars())
    if len(ids) <= most:
        return ids
    return [ids[place * len(ids) // most] for place in range(most)]
