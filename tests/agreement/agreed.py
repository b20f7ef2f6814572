"""Terms of every kind, for whoever wants to see that they survive: strategies for each term and for all of them."""

from datetime import date, timedelta

from hypothesis import strategies as st

from agreement.alerting import AlertRules
from agreement.calendar.hours import QuietHours, WorkingHours
from agreement.commitments import BUCKET_NAMES, Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.episodes import EpisodeRules
from agreement.escalating import EscalationRules
from agreement.goal import Assumptions, Goal
from agreement.paper.attribution_terms import Attribution, EventChannel
from agreement.people import Person
from agreement.recycling import Reason, RecyclingRules
from agreement.routing import Route
from agreement.stages import PASSED, Definition, Stage
from agreement.terms import Terms

texts = st.text(max_size=8)
words = texts.filter(str.strip)
some = st.lists(texts, max_size=2).map(tuple)
zones = st.sampled_from(["UTC", "Europe/Helsinki", "America/New_York"])
buckets = st.sampled_from(BUCKET_NAMES)
dates = st.frozensets(st.dates(), max_size=3)
codes = st.sampled_from([(), ("FI",), ("DE-BY", "US")])
hours = st.builds(WorkingHours.from_text, zones, st.sampled_from(["always", "Mon-Fri 09:00-17:00"]), dates, codes)
nights = st.builds(QuietHours, zone=zones, starts=st.integers(720, 1440), ends=st.integers(1, 719))
durations = st.integers(0, 10**13)
people = st.builds(
    Person,
    id=texts,
    name=texts,
    zone=zones,
    working_hours=st.none() | hours,
    quiet_hours=st.none() | nights,
    industries=some,
    products=some,
    places=some,
    manager_id=st.none() | texts,
    capacity_per_week=st.none() | st.floats(0, 1e9),
    is_active=st.booleans(),
    takes_leads=st.booleans(),
)
routes = st.builds(Route, name=texts, industries=some, products=some, places=some, owners=some)
goals = st.builds(
    lambda begins, days, **others: Goal(begins=begins, ends=begins + timedelta(days=days), **others),
    begins=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    days=st.integers(1, 800),
    revenue=st.floats(1, 1e12),
    marketing_share=st.floats(0, 1),
    own_sources=some,
)
shares = st.none() | st.floats(0.001, 1)
assumptions = st.builds(
    Assumptions,
    average_won_value=st.none() | st.floats(1, 1e9),
    visit_to_lead=shares,
    lead_to_mql=shares,
    mql_to_sql=shares,
    sql_to_opportunity=shares,
    opportunity_to_customer=shares,
    least_measured=st.integers(1, 999),
    horizon_days=st.integers(1, 999),
)
definitions = st.builds(
    Definition, stage=st.sampled_from(Stage), means=texts, side=st.sampled_from(["marketing", "sales"])
)
hand_overs = st.builds(
    HandOver,
    bucket=buckets,
    signals=some,
    signal_days=st.integers(1, 99),
    min_employees=st.none() | st.floats(0, 99),
    max_employees=st.none() | st.floats(100, 1e6),
    industries=some,
    roles=some,
    places=some,
    required=st.lists(st.sampled_from(["company", "email|phone"]), max_size=2).map(tuple),
    is_automatic=st.booleans(),
)
supplies = st.builds(
    Supply,
    quality=st.sampled_from([*PASSED, *BUCKET_NAMES]).map(str),
    count=st.floats(0.1, 1e6),
    per=st.sampled_from(["week", "month"]),
    channel=st.none() | texts,
)
responses = st.builds(
    Response,
    bucket=buckets,
    first_contact_micros=st.integers(1, 10**12),
    attempts=st.integers(1, 9),
    attempts_within_micros=st.integers(10**12, 10**13),
)
feedbacks = st.builds(Feedback, within_micros=st.integers(1, 10**13))
recyclings = st.builds(
    RecyclingRules,
    after_attempts=st.integers(1, 9),
    rest_micros=durations,
    wakes_at_bucket=st.sampled_from(["", "warm", "hot"]),
)
reasons = st.builds(
    Reason,
    code=st.text("abc_", min_size=1, max_size=4),
    means=texts,
    becomes=st.sampled_from(["recycled", "lost", "lead", "mql"]),
    rest_micros=st.none() | durations,
    is_about_fit=st.booleans(),
)


def tuples(strategy, key=None):
    """Return a strategy of up to two, different by a key where one is given."""
    return st.lists(strategy, max_size=2, unique_by=key).map(tuple)


every_term = {
    "name": words,
    "action": texts,
    "zone": zones,
    "working_hours": st.sampled_from(["", "always", "Mon 09:00-10:00"]),
    "quiet_hours": st.sampled_from(["", "22:00-07:00"]),
    "holidays": dates,
    "holidays_of": codes,
    "episodes": st.builds(
        EpisodeRules, margin=st.floats(0, 0.99), hold_micros=durations, cool_down_micros=durations
    ),
    "alerts": st.builds(
        AlertRules, cap_per_day=st.integers(0, 99), fresh_micros=durations, digest_wait_micros=durations
    ),
    "escalation": st.builds(
        EscalationRules, to_manager_micros=durations, to_team_micros=durations.map(lambda micros: micros + 10**13)
    ),
    "goal": st.none() | goals,
    "assumed": assumptions,
    "stages": tuples(definitions, lambda definition: definition.stage),
    "handover": st.none() | hand_overs,
    "supply": tuples(supplies),
    "response": tuples(responses, lambda response: response.bucket),
    "feedback": st.none() | feedbacks,
    "recycling": recyclings,
    "reasons": tuples(reasons, lambda reason: reason.code),
    "attribution": st.builds(
        Attribution,
        half_life_micros=st.integers(1, 10**13),
        events=tuples(st.builds(EventChannel, type=words, channel=words), lambda event: event.type),
    ),
    "routes": tuples(routes, lambda route: route.name),
    "people": tuples(people, lambda person: person.id),
}
all_terms = st.builds(Terms, **every_term)
