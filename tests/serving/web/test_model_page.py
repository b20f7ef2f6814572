"""The page of the model: judged, tried and ordered, with and without what it needs."""

import html
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.artifact import save_scorer
from models.champion import find_champion, publish_champion
from models.decision import Decision
from models.lineup import KnownVersion, Lineup, find_lineup, keep_findings, read_model_facts, write_lineup
from serving.championing import ScorerInForce
from serving.promoting import Outcome, Promotions, RefusedOrder
from tests.models.test_findings import FINDINGS
from tests.serving.usecases.tellers import _fit, put_in_force
from tests.serving.web.browsers import open_browser, open_site

WHEN = datetime(2026, 5, 1, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


class Foreman:
    """Answers at once, refusing what is not forced where the test says so."""

    def __init__(self, *, refuses=False):
        self.orders, self.refuses = [], refuses

    def carry_out(self, order):
        """Note the order, and answer or refuse."""
        self.orders.append(order)
        if self.refuses and order.deed == "promote" and not order.is_forced:
            raise RefusedOrder("It is worse than the champion by 0.02.")
        return Outcome(version=order.version or "3", said="It was compared.")


@pytest.fixture
def home(tmp_path):
    """A home with version 1 in force, whose findings are kept, and version 2 as its challenger."""
    home = tmp_path / "home"
    in_force = put_in_force(home)
    scorer, table = _fit(30)
    save_scorer(scorer, tmp_path / "with", examples=table, findings=FINDINGS)
    champion = publish_champion(tmp_path / "with", "1", home)
    facts = read_model_facts(find_champion(home).folder(home))
    decision = Decision(kind="promote", at=WHEN, by=HOSTILE, why=HOSTILE, said="There was no champion before.")
    known = KnownVersion(
        number="1", run_id="a", registered_at=WHEN, aliases=("champion",), facts=facts, replaced="0"
    )
    other = replace(facts, fingerprint="b" * 64)
    versions = (
        KnownVersion(number="2", run_id="b", registered_at=WHEN, aliases=("challenger",), facts=other),
        replace(known, decision=decision),
    )
    write_lineup(Lineup(looked_at=WHEN, versions=versions), home)
    keep_findings(tmp_path / "with" / "findings.json", "b" * 64, home)
    return home, ScorerInForce(champion=champion, scorer=in_force.scorer)


@pytest.fixture
def site(sqlite_url, tmp_path, home):
    """A served site with the champion in force."""
    with open_site(sqlite_url, tmp_path, home[1]) as opened:
        yield opened


def hire(site, **more):
    """Give the service a foreman."""
    foreman = Foreman(**more)
    site.service.promotions = Promotions(site.service.database, foreman, clock=site.service.clock)
    return foreman


def wait_for_end(site):
    """Wait until the latest order has ended."""
    for _ in range(500):
        if site.service.promotions.latest.state != "running":
            return
        threading.Event().wait(0.01)


def read(answer):
    """Return the text of a page."""
    assert answer.status_code == 200, answer.text[:500]
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def test_both_models_stand_beside_each_other(site):
    """Cards, charts with their tables, baselines, fingerprints and the decision; what people wrote is escaped."""
    page = open_browser(site, "sci", "scientist").get("/model")
    said = read(page)
    for expected in (
        "Champion, version 1",
        "Challenger, version 2",
        "Do its probabilities hold?",
        "Wins reached",
        "Fingerprints",
        "There was no champion before.",
        "Nobody told a capacity",
    ):
        assert expected in said
    assert "<script>alert" not in page.text
    assert page.text.count('role="img"') >= 4
    assert "style=" not in page.text


def test_without_a_model_the_page_says_what_to_do(sqlite_url, tmp_path):
    """An empty home has a page too."""
    with open_site(sqlite_url, tmp_path) as site:
        assert "No model is in force yet" in read(open_browser(site, "sci", "scientist").get("/model"))


def test_a_withheld_probability_is_never_an_expectation(sqlite_url, tmp_path):
    """The page says why there is none, and expects nothing."""
    in_force = put_in_force(tmp_path / "home", withheld="off by far")
    with open_site(sqlite_url, tmp_path, in_force) as site:
        said = read(open_browser(site, "sci", "scientist").get("/model?hot=30"))
    assert "It gives no probability: off by far." in said
    assert "This model gives no probability." in said


def test_a_threshold_is_tried_without_changing_anything(site):
    """Another threshold shows what it would do and can be set; nonsense is refused in words; nothing is written."""
    browser = open_browser(site, "sci", "scientist")
    hire(site)
    tried = browser.get("/model?hot=35").text
    assert "If hot began at 35.0 %" in tried
    assert 'href="/model/thresholds?hot=35.0"' in tried
    for odd in ("abc", "-1", "0", "100", "nan", "inf", "1e9", "9" * 400):
        assert "between 0.1 and 99.9" in read(browser.get(f"/model?hot={odd}"))
    assert site.read("SELECT count(*) FROM audit WHERE what LIKE 'model.%'") == [(0,)]


def test_a_rep_sees_and_orders_nothing(site):
    """Without the right there is no button, and the routes refuse."""
    rep = open_browser(site, "rep", "rep")
    hire(site)
    page = rep.get("/model").text
    assert "/model/promote" not in page
    assert rep.get("/model/promote?version=2").status_code == 403
    assert rep.press("/model/promote", version="2").status_code == 403


def test_without_a_foreman_the_page_names_the_command(site):
    """No button stands there, and an order is refused with the reason."""
    browser = open_browser(site, "sci", "scientist")
    page = browser.get("/model").text
    assert "hotlead promote" in page
    assert 'href="/model/promote' not in page
    answer = browser.press("/model/promote", version="2")
    assert answer.status_code == 409
    assert "hotlead promote" in answer.text


def test_a_promotion_is_asked_for_then_done_then_kept(site):
    """The evidence is shown first; the order goes to the foreman with who and why; the audit has both ends."""
    browser, foreman = open_browser(site, "sci", "scientist"), hire(site)
    assert "Each on its own test" in read(browser.get("/model/promote?version=2"))
    answer = browser.press("/model/promote", version="2", why="it is better")
    assert (answer.status_code, answer.headers["location"]) == (303, "/model/work")
    wait_for_end(site)
    (order,) = foreman.orders
    assert (order.version, order.by, order.why, order.is_forced) == ("2", "Sci", "it is better", False)
    said = read(browser.get("/model/work"))
    assert "It was compared." in said
    assert "Version 2 is the champion" in said
    assert site.read("SELECT who, what FROM audit WHERE what LIKE 'model.%'") == [("sci", "model.promote")] * 2


def test_a_gate_is_overruled_in_a_second_step_with_a_reason(site):
    """Force before a refusal, or without a reason, does nothing; after it, with one, it is done."""
    browser, foreman = open_browser(site, "sci", "scientist"), hire(site, refuses=True)
    assert browser.press("/model/promote", version="2", force="1", why="now").status_code == 422
    assert foreman.orders == []
    browser.press("/model/promote", version="2")
    wait_for_end(site)
    assert "It is worse than the champion by 0.02." in read(browser.get("/model/work"))
    asked = browser.get("/model/promote?version=2").text
    assert "Overrule the gate" in asked
    assert browser.press("/model/promote", version="2", force="1").status_code == 422
    assert len(foreman.orders) == 1
    browser.press("/model/promote", version="2", force="1", why="a new market")
    wait_for_end(site)
    assert (foreman.orders[-1].is_forced, foreman.orders[-1].why) == (True, "a new market")


def test_thresholds_are_set_with_what_they_do_in_sight(site):
    """The page shows the outcome; a warm one above hot is refused; the order has both."""
    browser, foreman = open_browser(site, "sci", "scientist"), hire(site)
    assert "If hot began at 35.0 %" in read(browser.get("/model/thresholds?hot=35"))
    assert "Warm may not begin above hot" in browser.press("/model/thresholds", hot="35", warm="40").text
    assert browser.press("/model/thresholds", hot="none").status_code == 422
    assert foreman.orders == []
    assert browser.press("/model/thresholds", hot="35", warm="5", why="x").status_code == 303
    wait_for_end(site)
    assert (foreman.orders[0].hot, foreman.orders[0].warm) == (0.35, 0.05)


def test_going_back_names_where_to(site, home):
    """The version that was replaced is named where it is known, and unknown ones are told."""
    browser, foreman = open_browser(site, "sci", "scientist"), hire(site)
    assert "nothing to go back to" in read(browser.get("/model/roll-back"))
    lineup = find_lineup(home[0])
    two, one = lineup.versions
    write_lineup(replace(lineup, versions=(two, replace(one, replaced="2"))), home[0])
    assert "Go back to version 2" in read(browser.get("/model/roll-back"))
    browser.press("/model/roll-back", why="too many")
    wait_for_end(site)
    assert (foreman.orders[0].deed, foreman.orders[0].why) == ("roll_back", "too many")
    assert browser.get("/model/promote?version=99").status_code == 404


def test_a_running_order_is_asked_for_again_by_itself(site):
    """While it runs the page refreshes without a script, and a second order is refused."""
    browser, gate = open_browser(site, "sci", "scientist"), threading.Event()
    foreman = hire(site)
    foreman.carry_out = lambda order: gate.wait(10) and Outcome(version="2")
    assert "No order was given" in read(browser.get("/model/work"))
    browser.press("/model/look")
    running = browser.get("/model/work")
    assert running.headers["refresh"] == "2"
    assert browser.press("/model/promote", version="2").status_code == 409
    gate.set()
    wait_for_end(site)
    assert "refresh" not in browser.get("/model/work").headers
