"""What should become of leads: the promise as a small model in plain dicts, written apart from the product."""

from collections.abc import Iterable
from typing import Any

from features.times import DAY
from tests.serving.simulation.calendars import Someone, add_work, find_hearing, find_tomorrow, read_clock
from tests.serving.simulation.heat import WINDOW, find_probability, find_threshold
from tests.serving.simulation.world import HOUR

MARGIN, HOLD, COOL_DOWN = 0.15, DAY, 7 * DAY
GATHERING = HOUR // 12
FRESH = DAY
TO_MANAGER, TO_TEAM = 4 * HOUR, 8 * HOUR
TEAM: Someone = {"zone": "UTC", "quiet": None, "works": False, "manager": None}

Row = dict[str, Any]


class Expectation:
    """Predicts episodes, alerts, digests and messages.

    Parameters
    ----------
    hot_from
        How many visits make a lead hot.
    cap
        Single alerts that a person bears in 24 hours.
    """

    def __init__(self, *, now: int, hot_from: int, cap: int) -> None:
        self.now, self.hot_from, self.cap = now, hot_from, cap
        self.people: dict[str, Someone] = {"team": TEAM}
        self.leads: dict[str, Row] = {}
        self.alerts: dict[tuple[str, int], Row] = {}
        self.digests: dict[tuple[str, str], Row] = {}
        self.messages: list[tuple[str, str, int, tuple[str, ...]]] = []
        self.bases: dict[int, Row] = {}

    def add_lead(self, lead_id: str, owner: str) -> None:
        """Expect a new lead."""
        episode = {"number": 0, "open": False, "low_since": None, "left": None}
        self.leads[lead_id] = {"owner": owner, "visits": [], "closed": False, "snooze": None, "episode": episode}
        self.see(lead_id, "live")

    def visit(self, lead_id: str, occurred: Iterable[int], batch: str) -> None:
        """Expect visits that are told now."""
        told = list(occurred)
        self.leads[lead_id]["visits"] += told
        is_news = self.now - max(told) <= FRESH
        self.see(lead_id, "import" if batch or not is_news else "live", batch)

    def move(self, lead_id: str, *, closed: bool) -> None:
        """Expect a lead that is closed or opened again."""
        self.leads[lead_id]["closed"] = closed
        self.see(lead_id, "live")

    def answer(self, alert: Row) -> None:
        """Expect that nobody escalates an alert that somebody answered."""
        if not alert["answered"]:
            alert["answered"], alert["escalate"] = True, None

    def contact(self, lead_id: str) -> None:
        """Expect a contact to answer all that a lead's owner was told, or will be."""
        for alert in self.alerts.values():
            if alert["lead"] == lead_id and alert["state"] != "dropped":
                self.answer(alert)

    def get_basis(self) -> Row:
        """Get the number of the model in force, given when something is first done under it."""
        return self.bases.setdefault(self.hot_from, {"id": len(self.bases) + 1, "swept": False})

    def work(self) -> None:
        """Expect what a worker does at a moment, until two rounds find nothing."""
        idle = 0
        while idle < 2:
            done = [self._tell_singles(), self._tell_digests(), self._escalate(), self._sweep()]
            for lead_id in sorted(self.leads):
                if not self.leads[lead_id]["closed"]:
                    self.see(lead_id, "silence")
            idle = 0 if any(done) else idle + 1

    def see(self, lead_id: str, origin: str, batch: str = "") -> None:
        """Expect a look at a lead."""
        lead, now = self.leads[lead_id], self.now
        lead["basis"] = self.get_basis()["id"]
        episode = lead["episode"]
        if lead["closed"]:
            if episode["open"]:
                episode.update(open=False, left=now, low_since=None)
            return
        if episode["open"] and episode["low_since"] is not None and now >= episode["low_since"] + HOLD:
            episode.update(open=False, left=episode["low_since"] + HOLD, low_since=None)
        visits = sum(now - WINDOW <= at < now for at in lead["visits"])
        chance, line = find_probability(visits), find_threshold(self.hot_from)
        if episode["open"]:
            is_low = chance < line * (1 - MARGIN)
            episode["low_since"] = (episode["low_since"] or now) if is_low else None
        elif chance >= line:
            self._enter(lead_id, episode, origin, batch)

    def _enter(self, lead_id: str, episode: Row, origin: str, batch: str) -> None:
        is_same = episode["left"] is not None and self.now < episode["left"] + COOL_DOWN
        episode.update(number=episode["number"] + (not is_same), open=True, left=None)
        before = self.alerts.get((lead_id, episode["number"]))
        # Nobody has heard of an episode whose alert was dropped.
        if before is not None and before["state"] != "dropped":
            return
        alert = self._plan(self.leads[lead_id], origin, batch)
        self.alerts[lead_id, episode["number"]] = alert | {
            "lead": lead_id,
            "episode": episode["number"],
            "created": self.now,
            "state": "waiting",
            "told": None,
            "answered": before is not None and before["answered"],
            "level": 0,
            "escalate": None,
        }
        self._tell_singles([self.alerts[lead_id, episode["number"]]])

    def _plan(self, lead: Row, origin: str, batch: str) -> Row:
        owner, snooze = lead["owner"], lead["snooze"] or 0
        person, date = self.people[owner], read_clock(self.people[lead["owner"]], self.now).date()
        late = f"cap:{date}", find_tomorrow(person, self.now)
        choices = [late]
        if origin in ("import", "promotion"):
            choices = [(f"{origin}:{batch or date}", self.now + GATHERING), late]
        elif self._count_singles(owner) < self.cap:
            return {"recipient": owner, "form": "single", "due": find_hearing(person, max(self.now, snooze))}
        for cause, at in choices:
            key = owner, f"snoozed:{snooze}" if snooze > at else cause
            due = find_hearing(person, max(at, snooze))
            digest = self.digests.setdefault(key, {"due": due, "state": "waiting"})
            if digest["state"] == "waiting":
                return {"recipient": owner, "form": "digest", "digest": key, "due": due}
        return {"recipient": owner, "form": "single", "due": due}

    def _count_singles(self, owner: str) -> int:
        mine = [alert for alert in self.alerts.values() if (alert["recipient"], alert["form"]) == (owner, "single")]
        return sum(alert["created"] > self.now - DAY for alert in mine)

    def _tell_singles(self, alerts: Iterable[Row] | None = None) -> bool:
        asked = self.alerts.values() if alerts is None else alerts
        due = [alert for alert in asked if alert["form"] == "single" and self._is_due(alert)]
        for alert in due:
            lead, person = self.leads[alert["lead"]], self.people[alert["recipient"]]
            at = find_hearing(person, max(self.now, lead["snooze"] or 0))
            if not self._is_still_hot(alert):
                alert.update(state="dropped", told=self.now, escalate=None)
            elif at > self.now:
                alert["due"] = at
            else:
                alert.update(state="told", told=self.now)
                self._say("lead.became_hot", alert["recipient"], [alert["lead"]])
                if not alert["answered"]:
                    alert["escalate"] = self._find_next(alert)
        return bool(due)

    def _tell_digests(self) -> bool:
        due = [key for key, digest in self.digests.items() if self._is_due(digest)]
        for recipient, cause in due:
            digest = self.digests[recipient, cause]
            at = find_hearing(self.people[recipient], self.now)
            if at > self.now:
                digest["due"] = at
                continue
            waiting = [a for a in self.alerts.values() if a.get("digest") == (recipient, cause)]
            waiting = [alert for alert in waiting if alert["state"] == "waiting"]
            going = [alert for alert in waiting if self._check_in_digest(alert)]
            for alert in going:
                alert.update(state="told", told=self.now)
            digest["state"] = "told" if going else "dropped"
            if going:
                self._say("lead.digest", recipient, [alert["lead"] for alert in going])
        return bool(due)

    def _check_in_digest(self, alert: Row) -> bool:
        snooze = self.leads[alert["lead"]]["snooze"] or 0
        if not self._is_still_hot(alert):
            alert.update(state="dropped", told=self.now, escalate=None)
            return False
        if snooze <= self.now:
            return True
        key = alert["recipient"], f"snoozed:{snooze}"
        due = find_hearing(self.people[alert["recipient"]], snooze)
        digest = self.digests.setdefault(key, {"due": due, "state": "waiting"})
        alert.update(digest=key, due=digest["due"])
        return False

    def _escalate(self) -> bool:
        due = [a for a in self.alerts.values() if a["escalate"] and a["escalate"][0] <= self.now]
        for alert in due:
            lead = self.leads[alert["lead"]]
            _, level, recipient = alert["escalate"]
            if lead["closed"] or not lead["episode"]["open"]:
                alert["escalate"] = None
            elif (lead["snooze"] or 0) > self.now:
                alert["escalate"] = lead["snooze"], level, recipient
            else:
                alert["level"] = level
                alert["escalate"] = self._find_next(alert)
                self._say("lead.escalated", recipient, [alert["lead"]])
        return bool(due)

    def _find_next(self, alert: Row) -> tuple[int, int, str] | None:
        person = self.people[alert["recipient"]]
        if alert["level"] == 0 and person["manager"]:
            return add_work(person, alert["told"], TO_MANAGER), 1, person["manager"]
        return (add_work(person, alert["told"], TO_TEAM), 2, "team") if alert["level"] < 2 else None

    def _sweep(self) -> bool:
        basis = self.get_basis()
        stale = [name for name, lead in self.leads.items() if lead["basis"] != basis["id"] and not lead["closed"]]
        for lead_id in sorted(stale):
            self.see(lead_id, "promotion", str(basis["id"]))
        if not stale and not basis["swept"]:
            basis["swept"] = True
            for (_, cause), digest in self.digests.items():
                if cause == f"promotion:{basis['id']}" and digest["state"] == "waiting":
                    digest["due"] = min(digest["due"], self.now)
        return bool(stale)

    def _is_due(self, row: Row) -> bool:
        return row["state"] == "waiting" and row["due"] <= self.now

    def _is_still_hot(self, alert: Row) -> bool:
        lead = self.leads[alert["lead"]]
        episode = lead["episode"]
        return not lead["closed"] and episode["open"] and episode["number"] == alert["episode"]

    def _say(self, kind: str, recipient: str, leads: list[str]) -> None:
        self.messages.append((kind, recipient, self.now, tuple(sorted(leads))))
