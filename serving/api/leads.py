"""GET routes of leads: the list, one lead, its scores, its events, and why there was an alert or none."""

from collections.abc import Mapping
from typing import Any

from agreement.stages import Stage
from models.buckets import BUCKETS
from serving.api.cursors import PARAMETERS, read_cursor, write_cursor
from serving.api.lookups import Answering, Asked
from serving.api.parameters import read_choice, read_flag, read_limit, read_number, read_word
from serving.service import Service
from serving.store.listing import LeadFilter
from serving.usecases.browsing import Page, browse_events, browse_leads, browse_scores
from serving.usecases.explaining import explain_lead
from serving.usecases.inquiring import Circumstances, rank_threshold
from serving.usecases.portraying import portray_lead

SORTS = ("-score", "score", "-scored_at", "scored_at", "-id", "id")
LIST_PARAMETERS = (
    *PARAMETERS,
    *("account", "bucket", "hot", "min_score", "open", "owner", "q", "sort", "stage"),
)
_HIGHEST_SCORE = 100


def list_leads(asked: Asked) -> Answering:
    """List leads.

    Parameters: `bucket` (cold, warm, hot), `stage`, `owner` and `account` (ids), `open` (true or false), `hot`
    (whether its hot episode is open), `q` (what the id begins with), `min_score` (0 to 100), `sort` (``-score`` is
    the usual; ``score``, ``-scored_at``, ``scored_at``, ``-id``, ``id``), `limit` (1 to 500, usually 50), `cursor`.

    Answer: ``{"items": […], "next": cursor or null}``; each item has id, name, company, account_id, owner_id,
    stage, is_open, score, bucket, probability (null, and why in `withheld`, where the model vouches for the rank
    alone), scored_at, model_version, is_hot, hot_since, snoozed_until. Leads that were never scored come last.
    A lead whose place does not change while pages are turned is listed exactly once.
    """
    chosen, limit = _read_filter(asked.query), read_limit(asked.query)
    sort = read_choice(asked.query, "sort", SORTS) or SORTS[0]
    by, is_rising = sort.removeprefix("-"), not sort.startswith("-")
    kinds: tuple[type, ...] = (str,) if by == "id" else (int, str)
    after = read_cursor("leads", asked.query, kinds)

    def answer(connection: Any) -> Mapping[str, Any]:
        page = browse_leads(connection, chosen, by=by, is_rising=is_rising, most=limit, after=after)
        return write_page("leads", asked, page)

    return answer


def show_lead(asked: Asked) -> Answering:
    """Show a lead.

    Answer: id, name, company, attributes and account (as told), created_at, received_at, owner (id, name, why),
    stage (stage, since, is_open), score (the latest ledger entry, and `scored_at`, when it was last found true),
    change (null before the second score: sentence, since, points, bucket_before, model_before and terms_before
    where they were others, families with before, after, difference and text), episode (number, is_open, entered_at,
    below_since, left_at, cools_until), contacts and notes (the latest ten of each), alert (the open one, or null),
    snoozed_until, handover (is_ready, unmet, missing, waits_until; null for leads of sales), timers, wake_at.
    404 ``unknown_lead``.
    """
    service = asked.service
    terms = service.agreeing.get()
    return lambda connection: portray_lead(connection, asked.id, now=asked.now, terms=terms)


def list_scores(asked: Asked) -> Answering:
    """List a lead's scores, the latest first.

    Parameters: `limit`, `cursor`. Answer: a page whose items have number, as_of, origin (live, silence, promotion,
    import), score, bucket, probability or `withheld`, low_confidence, reasons (family, text, effect, direction),
    thresholds (null where the probability is withheld), model_version, terms_version. 404 ``unknown_lead``.
    """
    place, limit = f"scores of {asked.id}", read_limit(asked.query)
    before = read_cursor(place, asked.query, (int,))
    number = None if before is None else before[0]
    return lambda connection: write_page(
        place, asked, browse_scores(connection, asked.id, most=limit, before=number)
    )


def list_events(asked: Asked) -> Answering:
    """List a lead's events, the latest first.

    Parameters: `limit`, `cursor`. Answer: a page whose items have type, occurred_at, recorded_at, properties.
    404 ``unknown_lead``.
    """
    place, limit = f"events of {asked.id}", read_limit(asked.query)
    before = read_cursor(place, asked.query, (int, bytes))
    return lambda connection: write_page(
        place, asked, browse_events(connection, asked.id, most=limit, before=before)
    )


def show_why(asked: Asked) -> Answering:
    """Say why there was an alert of a lead, or why there was none.

    Answer: lead_id, `code` and `sentence` of the verdict (it begins with Yes, No or Not yet), alert_id or null,
    `zone` (whose clock the sentences tell), `past` and `present`: steps with code, at (null in the present)
    and sentence. A lead that events wait for and nobody told of is explained too. 404 ``unknown_lead``.
    """
    circumstances = take_circumstances(asked.service, asked.now)
    return lambda connection: explain_lead(connection, asked.id, circumstances).to_json()


def write_page(place: str, asked: Asked, page: Page) -> Mapping[str, Any]:
    """Write a page with the cursor of the next, null behind the last."""
    following = None if page.last is None else write_cursor(place, asked.query, page.last)
    return {"items": page.items, "next": following}


def take_circumstances(service: Service, now: int) -> Circumstances:
    """Take what an inquiry must be told of a service."""
    in_force = service.championing.in_force

    def find_hot_score(fingerprint: str, hot: float) -> int | None:
        if in_force is None or in_force.champion.fingerprint != fingerprint:
            return None
        return rank_threshold(in_force.scorer, hot)

    return Circumstances(
        now=now,
        terms=service.agreeing.get(),
        has_model=in_force is not None,
        find_hot_score=find_hot_score,
    )


def _read_filter(query: Mapping[str, str]) -> LeadFilter:
    return LeadFilter(
        bucket=read_choice(query, "bucket", BUCKETS),
        stage=read_choice(query, "stage", [stage.value for stage in Stage]),
        owner_id=read_word(query, "owner"),
        account_id=read_word(query, "account"),
        is_open=read_flag(query, "open"),
        is_hot=read_flag(query, "hot"),
        id_prefix=read_word(query, "q"),
        min_score=read_number(query, "min_score", low=0, high=_HIGHEST_SCORE),
    )
