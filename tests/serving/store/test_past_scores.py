"""Past scores: what was published by a moment, lead by lead, on both databases."""

from serving.store.past_scores import list_published
from serving.store.tables import bases, scores


def insert_basis(connection, number, withheld):
    """Insert what scores were computed by."""
    connection.execute(
        bases.insert().values(
            id=number,
            model_version=str(number),
            fingerprint=str(number),
            warm=0.1,
            hot=0.2,
            withheld=withheld,
            terms_version="t",
            terms="{}",
            since=0,
        )
    )


def insert_score(connection, lead_id, number, as_of, probability, basis_id=1):
    """Insert an entry of the ledger."""
    connection.execute(
        scores.insert().values(
            lead_id=lead_id,
            number=number,
            as_of=as_of,
            seq=1,
            basis_id=basis_id,
            origin="live",
            log_odds=0.0,
            probability=probability,
            score=1,
            bucket="cold",
            low_confidence=False,
            reasons="[]",
        )
    )


def test_published_scores_are_listed_in_each_leads_order(database):
    """Later scores, and those of a model that withheld its probabilities, are left out."""
    with database.writing() as connection:
        insert_basis(connection, 1, None)
        insert_basis(connection, 2, "missed its bound")
        insert_score(connection, "b", 1, 10, 0.5)
        insert_score(connection, "a", 2, 20, 0.2)
        insert_score(connection, "a", 1, 5, 0.1)
        insert_score(connection, "a", 3, 31, 0.9)
        insert_score(connection, "b", 2, 12, 0.7, basis_id=2)
    with database.reading() as connection:
        listed = list(list_published(connection, until=30))
        assert listed == [("a", 5, 0.1), ("a", 20, 0.2), ("b", 10, 0.5)]
        assert list(list_published(connection, until=4)) == []
