"""Attainment by SQL: the figures of the view once more, by plain queries over the same tables.

Nothing of the agreement's code is used here: the database finds hand-overs, answers, judgements and quantiles.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text

from agreement.terms import Terms

HOUR = 3_600_000_000
_STAGES = ("prospect", "lead", "mql", "sql", "opportunity", "customer")
_SOURCE = {
    "sqlite": "json_extract({0}.attributes, '$.source')",
    "postgresql": "CAST({0}.attributes AS JSON) ->> 'source'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked: instants in microseconds since 1970, who is known, and which sources are sales' own."""

    begins_at: int
    ends_at: int
    as_of: int
    people: Collection[str]
    terms: Terms


# Which steps hold depends on where those before left the lead, so they are walked one by one.
_HOLDS = """CASE WHEN o.act IS NULL THEN 1
    WHEN o.act = 'accepted' THEN CASE WHEN {before} IN ('opportunity', 'customer') THEN 0 ELSE 1 END
    WHEN o.act = 'woken' THEN CASE WHEN {before} = 'recycled' THEN 1 ELSE 0 END
    WHEN o.act = 'qualified' THEN CASE WHEN {before} IN ('prospect', 'lead') THEN 1 ELSE 0 END
    WHEN o.act = 'handed_over' THEN CASE WHEN {before} IN ('prospect', 'lead', 'mql') THEN 1 ELSE 0 END
    ELSE 1 END"""
_AT_FIRST, _LATER = _HOLDS.format(before="'lead'"), _HOLDS.format(before="w.after")

_STEPS = f"""
WITH RECURSIVE told AS (
    SELECT id, owner_id, stage, stage_at, COALESCE(created_at, received_at) AS began
    FROM leads WHERE version <> -1 AND COALESCE(created_at, received_at) <= :as_of
), said AS (
    SELECT s.lead_id, s.occurred_at AS at, s.stage, s.act, s.reason, s.key
    FROM stage_changes s JOIN told t ON t.id = s.lead_id
    UNION ALL
    SELECT t.id, t.stage_at, t.stage, NULL, NULL, NULL FROM told t
    WHERE t.stage <> 'lead'
      AND NOT EXISTS (SELECT 1 FROM stage_changes s WHERE s.lead_id = t.id AND s.stage = t.stage)
), numbered AS (
    SELECT lead_id, at, stage, act, reason, ROW_NUMBER() OVER (PARTITION BY lead_id ORDER BY at,
        CASE COALESCE(act, '') WHEN 'woken' THEN 0 WHEN 'qualified' THEN 1 WHEN 'handed_over' THEN 2
            WHEN '' THEN 3 WHEN 'accepted' THEN 4 WHEN 'returned' THEN 5 ELSE 6 END, stage, key) AS n
    FROM said
), walked AS (
    SELECT o.lead_id, o.n, o.at, o.stage, o.act, o.reason, {_AT_FIRST} AS holds,
        CASE WHEN {_AT_FIRST} = 1 THEN o.stage ELSE 'lead' END AS after
    FROM numbered o WHERE o.n = 1
    UNION ALL
    SELECT o.lead_id, o.n, o.at, o.stage, o.act, o.reason, {_LATER} AS holds,
        CASE WHEN {_LATER} = 1 THEN o.stage ELSE w.after END AS after
    FROM walked w JOIN numbered o ON o.lead_id = w.lead_id AND o.n = w.n + 1
), steps AS (
    SELECT lead_id, n, at, stage, act, reason,
        COALESCE(LAG(stage) OVER (PARTITION BY lead_id ORDER BY n), 'lead') AS before
    FROM walked WHERE holds = 1 AND at <= :as_of
), starts AS (
    SELECT lead_id, at, MIN(n) AS n FROM steps
    WHERE act = 'handed_over' OR (stage = 'sql' AND before NOT IN ('sql', 'opportunity', 'customer')
        AND COALESCE(act, '') <> 'accepted')
    GROUP BY lead_id, at
), hand_overs AS (
    SELECT s.lead_id, s.at, s.n, LEAD(s.at) OVER (PARTITION BY s.lead_id ORDER BY s.at) AS next_at,
        ROW_NUMBER() OVER (PARTITION BY s.lead_id ORDER BY s.at) AS number,
        CASE WHEN o.lead_id IS NULL THEN t.owner_id ELSE o.owner_id END AS owner_id, o.bucket
    FROM starts s JOIN told t ON t.id = s.lead_id
    LEFT JOIN (SELECT lead_id, started_at, MIN(owner_id) AS owner_id, MIN(bucket) AS bucket
        FROM timers WHERE started_at <= :as_of GROUP BY lead_id, started_at) o
    ON o.lead_id = s.lead_id AND o.started_at = s.at
), touched AS (
    SELECT lead_id, occurred_at AS at, 1000000000 AS n FROM contacts WHERE occurred_at <= :as_of
    UNION ALL SELECT lead_id, at, n FROM steps WHERE stage IN ('opportunity', 'customer')
)"""

_JUDGED = """
WITH judged AS (
    SELECT duty, owner_id, bucket, CASE
        WHEN met_at <= :as_of THEN CASE WHEN met_at <= due_at THEN 'met' ELSE 'breached' END
        WHEN ended_at <= :as_of THEN CASE WHEN ended_at <= due_at THEN 'void' ELSE 'breached' END
        WHEN :as_of < due_at THEN 'due' ELSE 'breached' END AS keeping
    FROM timers WHERE due_at >= :begins AND due_at < :ends AND started_at <= :as_of
)
SELECT {name}, SUM(CASE WHEN keeping = 'met' THEN 1 ELSE 0 END),
    SUM(CASE WHEN keeping = 'breached' THEN 1 ELSE 0 END), SUM(CASE WHEN keeping = 'due' THEN 1 ELSE 0 END),
    SUM(CASE WHEN keeping = 'void' THEN 1 ELSE 0 END)
FROM judged GROUP BY 1"""

# A wait without an end is longer than any; a quantile is the value at its rank, and empty where that is no end.
_RANKED = """, ranked AS (
    SELECT grp, wait, ROW_NUMBER() OVER (PARTITION BY grp ORDER BY CASE WHEN wait IS NULL THEN 1 ELSE 0 END, wait)
        AS r, COUNT(*) OVER (PARTITION BY grp) AS n FROM grouped
)
SELECT grp, MAX(n), SUM(CASE WHEN wait IS NULL THEN 1 ELSE 0 END),
    MAX(CASE WHEN r = (n + 1) / 2 THEN wait END), MAX(CASE WHEN r = (9 * n + 9) / 10 THEN wait END)
FROM ranked GROUP BY grp"""

_EACH_WAIT = (
    _STEPS
    + """, waits AS (
    SELECT h.lead_id, h.at, h.owner_id, h.bucket, MIN(a.at) - h.at AS wait
    FROM hand_overs h LEFT JOIN touched a ON a.lead_id = h.lead_id AND a.at >= h.at
        AND (h.next_at IS NULL OR a.at < h.next_at) AND a.n > h.n
    WHERE h.at >= :begins AND h.at < :ends GROUP BY h.lead_id, h.at, h.owner_id, h.bucket
)"""
)

_WAITS = (
    _EACH_WAIT
    + """, grouped AS (
    SELECT 'all' AS grp, wait FROM waits
    UNION ALL SELECT 'bucket:' || COALESCE(bucket, 'no bucket'), wait FROM waits
    UNION ALL SELECT 'owner:' || COALESCE(owner_id, 'nobody'), wait FROM waits
)"""
    + _RANKED
)

_SPEED = (
    _STEPS
    + """, begun AS (
    SELECT h.lead_id, MIN(t.began, COALESCE((SELECT MIN(e.occurred_at) FROM events e WHERE e.lead_id = t.id),
        t.began)) AS at
    FROM hand_overs h JOIN told t ON t.id = h.lead_id
    WHERE h.number = 1 AND h.at >= :begins AND h.at < :ends
), grouped AS (
    SELECT 'speed to lead' AS grp, MIN(a.at) - b.at AS wait
    FROM begun b LEFT JOIN touched a ON a.lead_id = b.lead_id AND a.at >= b.at GROUP BY b.lead_id, b.at
)"""
    + _RANKED
)

_REACHED = "LOWER(TRIM(COALESCE(c.outcome, ''))) IN ('reached', 'answered', 'connected', 'meeting')"

_ACTIVITY = f"""
SELECT COALESCE(CASE WHEN c.told_by IN :people THEN c.told_by ELSE l.owner_id END, 'nobody') || ':' || c.kind,
    COUNT(*), SUM(CASE WHEN {_REACHED} THEN 1 ELSE 0 END)
FROM contacts c JOIN leads l ON l.id = c.lead_id
WHERE l.version <> -1 AND COALESCE(l.created_at, l.received_at) <= :as_of
    AND c.occurred_at >= :begins AND c.occurred_at < :ends AND c.occurred_at <= :as_of
GROUP BY 1"""

_ATTEMPTS = (
    _STEPS
    + f""", tried AS (
    SELECT h.lead_id, h.at, COUNT(c.lead_id) AS attempts, MAX(CASE WHEN {_REACHED} THEN 1 ELSE 0 END) AS reached
    FROM hand_overs h LEFT JOIN contacts c ON c.lead_id = h.lead_id AND c.occurred_at >= h.at
        AND (h.next_at IS NULL OR c.occurred_at < h.next_at) AND c.occurred_at <= :as_of
    WHERE h.at >= :begins AND h.at < :ends GROUP BY h.lead_id, h.at
)
SELECT CASE WHEN attempts >= 6 THEN '6 or more' ELSE CAST(attempts AS TEXT) END, COUNT(*), SUM(reached)
FROM tried GROUP BY 1"""
)

_REJECTIONS = (
    _STEPS
    + """, turned_down AS (
    SELECT s.lead_id, COALESCE(s.reason, 'not_told') AS reason, t.owner_id AS owner_now, (
        SELECT h.n FROM hand_overs h WHERE h.lead_id = s.lead_id AND h.at <= s.at ORDER BY h.at DESC LIMIT 1) AS n
    FROM steps s JOIN told t ON t.id = s.lead_id
    WHERE s.at >= :begins AND s.at < :ends AND (s.act = 'rejected' OR (s.before IN ('sql', 'opportunity')
        AND s.stage IN ('lost', 'recycled') AND s.reason IS NOT NULL))
), named AS (
    SELECT d.reason, COALESCE(CASE WHEN h.lead_id IS NULL THEN d.owner_now ELSE h.owner_id END, 'nobody') AS owner
    FROM turned_down d LEFT JOIN hand_overs h ON h.lead_id = d.lead_id AND h.n = d.n
)
SELECT 'reason:' || reason, COUNT(*) FROM named GROUP BY 1
UNION ALL SELECT 'owner:' || owner, COUNT(*) FROM named GROUP BY 1"""
)

_RECYCLED = (
    _STEPS
    + """, moved AS (SELECT * FROM steps WHERE at >= :begins AND at < :ends)
SELECT 'put aside', COUNT(DISTINCT lead_id) FROM moved WHERE stage = 'recycled' AND before <> 'recycled'
HAVING COUNT(*) > 0
UNION ALL
SELECT 'woken:' || (SELECT s.stage FROM steps s WHERE s.lead_id = m.lead_id ORDER BY s.n DESC LIMIT 1),
    COUNT(DISTINCT m.lead_id)
FROM moved m WHERE m.act = 'woken' OR (m.before = 'recycled' AND m.stage NOT IN ('recycled', 'lost')) GROUP BY 1"""
)

_SUPPLIED = (
    _STEPS
    + """, sourced AS (
    SELECT t.id, t.began, COALESCE({source}, '') AS source FROM told t JOIN leads l ON l.id = t.id
    LEFT JOIN accounts a ON a.id = l.account_id
), came AS ({came})
SELECT COUNT(DISTINCT s.id) FROM sourced s JOIN came c ON c.lead_id = s.id
WHERE c.at >= :begins AND c.at < :ends AND LOWER(TRIM(s.source)) NOT IN :own
    AND (:channel = '' OR LOWER(TRIM(s.source)) = :channel)"""
)


def compute_by_sql(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Compute by SQL what the view `attainment` shows, under the names of `name_figures`."""
    return dict(_list_figures(connection, asked))


def list_waits(connection: Connection, asked: Asked) -> list[tuple[str | None, int, int | None]]:
    """List for each hand-over its owner, when it was made, and the microseconds until the first contact."""
    return [tuple(row) for row in _run(connection, asked, _EACH_WAIT + " SELECT owner_id, at, wait FROM waits")]


def _list_figures(connection: Connection, asked: Asked) -> Iterator[tuple[str, Any]]:
    speed = _SPEED if connection.dialect.name == "sqlite" else _SPEED.replace("MIN(t.began,", "LEAST(t.began,")
    for kind, query in (
        ("duty", _JUDGED.format(name="duty || ':' || COALESCE(bucket, 'no bucket')")),
        ("owner", _JUDGED.format(name="COALESCE(owner_id, 'nobody') || ':' || duty")),
        ("contacts", _ACTIVITY),
        ("attempts", _ATTEMPTS),
        ("rejections", _REJECTIONS),
        ("recycled", _RECYCLED),
    ):
        for name, *counts in _run(connection, asked, query):
            yield f"{kind} {name}", tuple(map(int, counts))
    for query in (_WAITS, speed):
        for group, n, missing, median, p90 in _run(connection, asked, query):
            yield f"waits {group}", (int(n), int(missing), _to_hours(median), _to_hours(p90))
    for number, supply in enumerate(asked.terms.supply, start=1):
        query = _SUPPLIED.format(source=_find_source(connection), came=_find_came(supply.quality))
        channel = (supply.channel or "").strip().lower()
        yield f"supply {number}", (int(_run(connection, asked, query, channel=channel)[0][0]),)


def _find_source(connection: Connection) -> str:
    source = _SOURCE[connection.dialect.name]
    return f"{source.format('l')}, {source.format('a')}"


def _find_came(quality: str) -> str:
    if quality in ("hot", "warm", "cold"):
        return f"SELECT lead_id, at FROM hand_overs WHERE bucket = '{quality}'"
    if quality in ("prospect", "lead"):
        return "SELECT id AS lead_id, began AS at FROM told"
    reached = ", ".join(f"'{stage}'" for stage in _STAGES[_STAGES.index(quality) :])
    return f"SELECT lead_id, MIN(at) AS at FROM steps WHERE stage IN ({reached}) GROUP BY lead_id"


def _run(connection: Connection, asked: Asked, query: str, **more: Any) -> list[Any]:
    own = () if asked.terms.goal is None else asked.terms.goal.own_sources
    given: Mapping[str, Any] = {
        "begins": asked.begins_at,
        "ends": asked.ends_at,
        "as_of": asked.as_of,
        "people": sorted(asked.people),
        # No source is called like this, and a list must not be empty.
        "own": [name.strip().lower() for name in own] or ["\x01"],
        **more,
    }
    statement = text(query)
    for name in ("people", "own"):
        if f":{name}" in query:
            statement = statement.bindparams(bindparam(name, expanding=True))
    used = {name: value for name, value in given.items() if f":{name}" in query}
    return list(connection.execute(statement, used))


def _to_hours(micros: int | None) -> float | None:
    return None if micros is None else int(micros) / HOUR
