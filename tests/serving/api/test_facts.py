"""Facts: what is told is read strictly, and told again it is the same fact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.contract import Column, LeadSchema
from features.times import DAY, SECOND
from serving.api.acts import read_contact, read_stage_change
from serving.api.attributes import BadField
from serving.api.facts import FactReader, read_event

NOW = 1_790_000_000 * SECOND
EVENT = {"lead_id": "L", "type": "visit", "occurred_at": "2026-09-21T12:00:00Z"}


@pytest.fixture
def reader() -> FactReader:
    """A reader for a model with one column of its own."""
    return FactReader(LeadSchema((Column(name="visits", kind="number"),)))


def test_the_same_event_has_the_same_key():
    """Without an id everything said tells an event from others; with one, the id and its source alone."""

    def key(**more: object) -> bytes:
        return read_event({**EVENT, **more}, NOW, "").item.key

    assert key() == key()
    assert len({key(), key(type="call"), key(properties={"a": 1}), key(occurred_at="2026-09-21T12:00:01Z")}) == 4
    assert key(id="1") == key(id="1", type="call", occurred_at="2026-09-20T12:00:00Z")
    assert len({key(id="1"), key(id="2"), key(id="1", source="web")}) == 3


@given(st.permutations(["a", "b", "c"]))
def test_the_order_of_properties_does_not_matter(names):
    """Two events that say the same in another order are one."""
    told = read_event({**EVENT, "properties": {name: ord(name) for name in names}}, NOW, "")
    assert told.item.properties == '{"a":97,"b":98,"c":99}'


@pytest.mark.parametrize(
    ("ahead", "becomes", "warns"), [(0, 0, False), (299, 299, False), (301, 0, True), (86_399, 0, True)]
)
def test_a_clock_that_runs_ahead_is_forgiven_a_little(ahead: int, becomes: int, warns: bool):
    """Minutes ahead are taken as they are, hours as now with a warning."""
    from features.times import to_datetime

    said = to_datetime(NOW + ahead * SECOND).isoformat().replace("+00:00", "Z")
    told = read_event({**EVENT, "occurred_at": said}, NOW, "")
    assert told.item.occurred_at == NOW + becomes * SECOND
    assert bool(told.warnings) is warns


def test_days_ahead_are_refused():
    """What happens in days has not happened."""
    with pytest.raises(BadField) as refused:
        read_event({**EVENT, "occurred_at": "2030-01-01T00:00:00Z"}, NOW, "", "/3")
    assert (refused.value.code, refused.value.path) == ("in_the_future", "/3/occurred_at")


@pytest.mark.parametrize(
    ("told", "code", "path"),
    [
        (7, "not_an_object", ""),
        ({}, "missing", "/occurred_at"),
        ({**EVENT, "lead_id": None}, "missing", "/lead_id"),
        ({**EVENT, "lead_id": " "}, "empty", "/lead_id"),
        ({**EVENT, "type": 3}, "not_text", "/type"),
        ({**EVENT, "occurred_at": 1_790_000_000}, "not_time", "/occurred_at"),
        ({**EVENT, "properties": []}, "not_an_object", "/properties"),
        ({**EVENT, "properties": {"note": "x" * 10_001}}, "too_long", "/properties/note"),
        ({**EVENT, "id": ""}, "empty", "/id"),
    ],
)
def test_each_mistake_in_an_event_has_a_code_and_a_path(told: object, code: str, path: str):
    """A refused event names the rule and the field."""
    with pytest.raises(BadField) as refused:
        read_event(told, NOW, "")
    assert (refused.value.code, refused.value.path) == (code, path)


def test_attributes_that_nobody_reads_are_kept_with_a_warning(reader: FactReader):
    """An unknown field may be a slip or the next model's column: it is kept, and its sender is told."""
    told = reader.read_lead("L", {"emplyees": 3, "employees": 12, "name": "Ada", "visits": 2.5}, NOW, "")
    assert told.item.attributes == '{"employees":12.0,"emplyees":3,"name":"Ada","visits":2.5}'
    assert told.warnings == ["unknown field: emplyees"]


def test_the_fields_of_a_lead_itself_are_no_attributes(reader: FactReader):
    """Account, moments, owner and stage stand beside the attributes; null is nothing said."""
    body = {
        "id": "L",
        "account_id": "A",
        "created_at": "2026-09-01T00:00:00Z",
        "updated_at": "2026-09-20T00:00:00Z",
        "owner_id": "anna",
        "stage": " SQL ",
        "role": None,
    }
    told = reader.read_lead("L", body, NOW, "spring").item
    assert (told.account_id, told.owner_id, told.stage, told.attributes, told.batch) == (
        "A",
        "anna",
        "sql",
        "{}",
        "spring",
    )
    assert NOW - told.created_at > 20 * DAY


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"id": "M"}, "different_id", "/id"),
        ({"stage": "nearly"}, "unknown_stage", "/stage"),
        ({"employees": "12abc"}, "not_integer", "/employees"),
        ({"visits": True}, "not_number", "/visits"),
        ({"email": "a@b@c"}, "not_email", "/email"),
        ({"updated_at": "2030-01-01T00:00:00Z"}, "in_the_future", "/updated_at"),
        ({"created_at": "2030-01-01T00:00:00Z"}, "in_the_future", "/created_at"),
        ([], "not_an_object", ""),
    ],
)
def test_each_mistake_in_a_lead_has_a_code_and_a_path(reader: FactReader, body: object, code: str, path: str):
    """A refused lead names the rule and the field."""
    with pytest.raises(BadField) as refused:
        reader.read_lead("L", body, NOW, "")
    assert (refused.value.code, refused.value.path) == (code, path)


def test_stages_and_contacts_have_keys_too():
    """The same stage change or contact told twice is one; now is not the same now."""
    stage = {"stage": "lost", "occurred_at": "2026-09-21T12:00:00Z"}
    assert read_stage_change("L", stage, NOW).item.key == read_stage_change("L", stage, NOW + 1).item.key
    call = {"kind": "call"}
    assert read_contact("L", call, NOW).item.key != read_contact("L", call, NOW + 1).item.key
    named = {**call, "id": "c-1"}
    assert read_contact("L", named, NOW).item.key == read_contact("L", named, NOW + 1).item.key
    with pytest.raises(BadField, match="kind"):
        read_contact("L", {"kind": "telepathy"}, NOW)
