"""Noticing: what has changed since the last look, named by what people look at; never what it says.

A name is ``queue``, ``board`` or ``model``, ``lead:`` with an id as addresses have it, or the place of an entry in
the audit log: ``person``, ``channel``, ``user``. Whoever hears of one reads its page again, with the rights it has.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from urllib.parse import quote, unquote

from sqlalchemy import Connection

from serving.store import news

LEAD = "lead:"
# Transactions take numbers in one order and may be committed in another: looks go back behind the newest.
_LOOK_BACK = 200
_MOST_HELD = 1_000
_MOST_LEADS = 500
# A figure of many leads changes with each of them: who looks at it hears of it as often as it is worth reading.
_SOON, _NOW_AND_THEN, _SELDOM = 1.0, 5.0, 30.0


def name_lead(lead_id: str) -> str:
    """Return the name under which a lead's changes are told."""
    return LEAD + quote(lead_id, safe="")


class Noticer:
    """Knows what was there at the last look.

    Attributes
    ----------
    changed_at
        When the newest of what is there was decided or done; microseconds since 1970.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Mapping[Hashable, Hashable]] = {}
        self.changed_at = 0

    def look(self, connection: Connection, wanted: Collection[str], champion: Hashable) -> dict[str, float]:
        """Look once more; return what is news, each with the seconds after which it is worth being told again.

        Parameters
        ----------
        wanted
            The names that anybody asks for: leads are looked at one by one.
        champion
            What tells the model in force from others.
        """
        decisions = news.list_latest_decisions(connection, most=_LOOK_BACK)
        deeds = news.list_latest_deeds(connection, most=_LOOK_BACK)
        self.changed_at = max((row.at for row in (*decisions[:1], *deeds[:1])), default=0)
        found: dict[str, float] = {}
        for row_id in self._find_new("journal", {row.id: row.lead_id for row in decisions}):
            found |= {name_lead(str(row_id)): 0.0, "queue": _SOON, "board": _SELDOM}
        for deed in self._find_new("audit", {row.id: (row.what, row.target) for row in deeds}):
            found |= _name_deed(*deed)  # type: ignore[misc]
        held = {row.id: row.lead_id for row in news.list_held_leads(connection, most=_MOST_HELD)}
        for lead_id in self._find_changed("held", held):
            found |= {name_lead(str(lead_id)): 0.0, "queue": _SOON}
        return self._notice_facts(connection, wanted) | self._notice_champion(champion) | found

    def _notice_facts(self, connection: Connection, wanted: Collection[str]) -> dict[str, float]:
        """Notice what came without any decision: more facts, and new scores of leads that are looked at."""
        found: dict[str, float] = {}
        if self._find_changed("batch", {"seq": news.find_latest_batch(connection)}):
            found |= {"queue": _NOW_AND_THEN, "board": _SELDOM}
        ids = sorted(unquote(name.removeprefix(LEAD)) for name in wanted if name.startswith(LEAD))[:_MOST_LEADS]
        states = news.read_states(connection, ids) if ids else {}
        before = self._seen.get("leads", {})
        self._seen["leads"] = {lead_id: tuple(row) for lead_id, row in states.items()}
        changed = (lead_id for lead_id, row in states.items() if before.get(lead_id, tuple(row)) != tuple(row))
        gone = (str(lead_id) for lead_id in before.keys() - states.keys() if lead_id in ids)
        return found | {name_lead(lead_id): 0.0 for lead_id in (*changed, *gone)}

    def _notice_champion(self, champion: Hashable) -> dict[str, float]:
        is_other = bool(self._find_changed("champion", {"champion": champion}))
        return {"model": 0.0, "queue": _SOON} if is_other else {}

    def _find_new(self, kind: str, rows: Mapping[Hashable, Hashable]) -> Iterable[Hashable]:
        """Find what rows say that were not there at the last look; nothing at the first one."""
        before = self._seen.get(kind)
        self._seen[kind] = rows
        return [] if before is None else [told for key, told in rows.items() if key not in before]

    def _find_changed(self, kind: str, rows: Mapping[Hashable, Hashable]) -> set[Hashable]:
        """Find what rows say that came, went or changed since the last look; nothing at the first one."""
        before = self._seen.get(kind)
        self._seen[kind] = rows
        return set() if before is None else {told for _, told in before.items() ^ rows.items()}


def _name_deed(what: str, target: str | None) -> dict[str, float]:
    place = what.partition(".")[0]
    if place != "lead":
        return {place: 0.0} | ({"board": _SELDOM} if place == "agreement" else {})
    return {"queue": _SOON} | ({name_lead(target): 0.0} if target else {})
