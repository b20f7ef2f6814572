"""Strict JSON beside Python's own decoder."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.api.strict_json import DuplicateKey, JsonError, decode, join_path

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from('":, \\{'), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='ab": \\', max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
separators = st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : "), (",\n", "\t:\r")])


@settings(max_examples=300, deadline=None)
@given(value=values, separator=separators, ascii_only=st.booleans())
def test_what_python_writes_is_read(value: Any, separator: tuple[str, str], ascii_only: bool) -> None:
    """Any value without repeated keys is read as it was written, however it is spaced and escaped."""
    body = json.dumps(value, separators=separator, ensure_ascii=ascii_only).encode()
    assert decode(body) == value


@settings(max_examples=300, deadline=None)
@given(
    value=st.dictionaries(st.text(alphabet='ab": \\', max_size=3), values, min_size=1, max_size=4),
    separator=separators,
    inner=values,
    deep=st.booleans(),
)
def test_a_key_written_twice_is_refused(
    value: dict[str, Any], separator: tuple[str, str], inner: Any, deep: bool
) -> None:
    """Whatever else a body holds, a repeated key is found."""
    comma, colon = separator
    key = next(iter(value))
    pairs = [*value.items(), (key, inner)]
    body = "{" + comma.join(f"{json.dumps(k)}{colon}{json.dumps(v)}" for k, v in pairs) + "}"
    with pytest.raises(DuplicateKey):
        decode((f'[{{":":{body}}}]' if deep else body).encode())


@settings(max_examples=200, deadline=None)
@given(body=st.text(alphabet='{}[]":,\\u019eE.-+ tfn', max_size=30).map(str.encode) | st.binary(max_size=20))
def test_what_is_read_python_reads_too(body: bytes) -> None:
    """A body is refused with one of our errors, or Python reads the same."""
    try:
        value = decode(body)
    except JsonError:
        return
    assert value == json.loads(body)


def test_paths_are_json_pointers() -> None:
    """Names are escaped as RFC 6901 says, and cut where they are long."""
    assert join_path("/a", "b/c~d") == "/a/b~1c~0d"
    assert len(join_path("", "x" * 1_000)) < 100
