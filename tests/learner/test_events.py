"""Ids of events and their payloads."""

import json
from pathlib import Path
from typing import Any, Optional
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pingtopass_desktop.learner.events import (
    MAX_PAYLOAD_BYTES,
    PAYLOADS,
    Answered,
    BookmarkSet,
    Event,
    EventIds,
    Int,
    NoteSet,
    Payload,
    PayloadTooLarge,
    QuestionReported,
    new_id,
    payload_of,
    uuid7,
)

MAX_MS = 2**47


@given(
    st.lists(st.tuples(st.integers(-MAX_MS, MAX_MS), st.none() | st.integers(0, MAX_MS)), max_size=40),
    st.integers(0, MAX_MS),
)
def test_ids_strictly_grow_whatever_the_clock_does(steps: list[tuple[int, int | None]], latest: int) -> None:
    ids = EventIds(latest)
    last_at, last_id = latest, ""
    for now, seen_elsewhere in steps:
        if seen_elsewhere is not None:
            ids.observe(seen_elsewhere)
            last_at = max(last_at, seen_elsewhere)
        event_id, at = ids.new(now)
        assert at > last_at
        assert at >= now
        assert event_id > last_id
        assert UUID(event_id).int >> 80 == at
        last_at, last_id = at, event_id


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**12 - 1), st.integers(0, 2**62 - 1))
def test_an_id_is_laid_out_as_uuid_version_seven(at_ms: int, high: int, low: int) -> None:
    """RFC 9562, section 5.7."""
    identifier = UUID(uuid7(at_ms, high, low))
    assert identifier.version == 7
    assert identifier.variant == "specified in RFC 4122"
    assert identifier.int >> 80 == at_ms
    assert identifier.int >> 64 & 0xFFF == high
    assert identifier.int & (1 << 62) - 1 == low
    assert str(identifier) == uuid7(at_ms, high, low)


def test_the_example_of_the_rfc_is_reproduced() -> None:
    """RFC 9562, appendix A.6."""
    assert uuid7(0x017F22E279B0, 0xCC3, 0x18C4DC0C0C07398F) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_the_tail_is_drawn_once_for_each_run() -> None:
    first, second = EventIds(0), EventIds(0)
    assert first.new(1)[0][14:] == first.new(2)[0][14:]
    assert first.new(3)[0][14:] != second.new(3)[0][14:]


def test_ids_that_are_no_event_s_never_repeat() -> None:
    assert len({new_id(5) for _ in range(1000)}) == 1000


INTS = st.integers(-(2**63), 2**63 - 1)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=30),
    bool: st.booleans(),
    Int: INTS,
    str | None: st.none() | st.text(max_size=30),
    Optional[Int]: st.none() | INTS,  # noqa: UP045  pyright takes no other union of an annotated type
    bool | None: st.none() | st.booleans(),
    tuple[str, ...]: st.lists(st.text(max_size=10), max_size=5).map(tuple),
    tuple[Int, ...]: st.lists(INTS, max_size=5).map(tuple),
}


def payloads_of(kind: type[Payload]) -> st.SearchStrategy[Payload]:
    return st.builds(kind, **{field.name: VALUES[field.type] for field in structs.fields(kind)})


PAYLOAD = st.sampled_from(list(PAYLOADS.values())).flatmap(payloads_of)


def event(kind: str, payload: str, version: int = 1) -> Event:
    return Event("id", "device", kind, version, 0, 0, payload)


@given(PAYLOAD)
def test_a_payload_becomes_text_and_back_without_loss(payload: Payload) -> None:
    text = payload.to_json()
    assert payload_of(event(payload.type, text)) == payload


@given(PAYLOAD)
def test_fields_of_newer_programs_are_ignored(payload: Payload) -> None:
    values = {**json.loads(payload.to_json()), "a field of tomorrow": [1, {"x": None}]}
    assert payload_of(event(payload.type, json.dumps(values))) == payload


@given(PAYLOAD, st.data())
def test_a_payload_without_a_required_field_or_with_a_wrong_kind_is_unusable(
    payload: Payload, data: st.DataObject
) -> None:
    values = json.loads(payload.to_json())
    field = data.draw(st.sampled_from(structs.fields(type(payload))))
    if data.draw(st.booleans()) and field.required:
        del values[field.name]
    else:
        values[field.name] = {"of another": "kind"}
    assert payload_of(event(payload.type, json.dumps(values))) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"text"',
        "NaN",
        "9" * 5000,
        "[" * 100_000,
        '{"question":"q"}',
        '{"question":"q","on":1}',
        '{"question":"q","on":"true"}',
        '{"question":"q","on":null}',
        '{"question":null,"on":true}',
        '{"question":["q"],"on":true}',
        '{"question":"\\ud800","on":true}',
    ],
)
def test_an_unusable_payload_is_none(text: str) -> None:
    assert payload_of(event("bookmark_set", text)) is None


@pytest.mark.parametrize("number", [True, 1.0, "1", None, 2**63, -(2**63) - 1, 10**400])
def test_a_number_is_a_whole_one_of_sixty_four_bits(number: object) -> None:
    values = structs.asdict(QuestionReported("r", "q", 1, "typo", ""))
    assert payload_of(event("question_reported", json.dumps({**values, "revision": number}))) is None


def test_a_surrogate_pair_in_escapes_is_one_character() -> None:
    payload = payload_of(event("note_set", '{"question":"q","text":"\\ud83e\\udd9c"}'))
    assert payload == NoteSet("q", "🦜")


def test_a_field_with_a_default_may_be_missing() -> None:
    answered = Answered("a", "s", "practice", "q", 1, ("a",), True, 5, 5)
    values = json.loads(answered.to_json())
    del values["confidence"]
    assert payload_of(event("answered", json.dumps(values))) == answered


@pytest.mark.parametrize(("kind", "version"), [("bookmark_set", 2), ("bookmark_set", 0), ("hologram_seen", 1), ("", 1)])
def test_unknown_types_and_versions_have_no_payload(kind: str, version: int) -> None:
    assert payload_of(event(kind, BookmarkSet("q", True).to_json(), version)) is None


@given(st.integers(-3, 3), st.sampled_from(["x", "é", "日", "🦜", '"', "\u0000"]))
def test_a_payload_is_limited_in_bytes_of_utf8(spare: int, character: str) -> None:
    frame = len(NoteSet("q", "").to_json())
    size = len(json.dumps(character, ensure_ascii=False).encode()) - 2
    number, rest = divmod(MAX_PAYLOAD_BYTES - frame + spare, size)
    payload = NoteSet("q", character * number + "x" * rest)
    if spare > 0:
        with pytest.raises(PayloadTooLarge, match="note set is too long"):
            payload.to_json()
    else:
        assert len(payload.to_json().encode()) == MAX_PAYLOAD_BYTES + spare


def test_docs_events_md_names_every_type_and_field_of_the_code() -> None:
    table = (Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text("utf-8")
    for kind in PAYLOADS.values():
        row = next((line for line in table.splitlines() if line.startswith(f"| `{kind.type}` | {kind.version} |")), "")
        missing = [field.name for field in structs.fields(kind) if f"`{field.name}`" not in row]
        assert row, f"{kind.type} is missing"
        assert missing == []
