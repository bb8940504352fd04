"""The columns in which events travel: what goes in comes out, one value stands for all, broken lengths are named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError, json, structs

from sync.wire import (
    MAX_BODY_BYTES,
    Columns,
    ColumnsBroken,
    PulledColumns,
    SyncRequest,
    WireEvent,
    id_ms,
    is_uuid7,
    join_id,
    pack,
    pack_pulled,
    unpack,
    unpack_pulled,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MS = st.integers(0, 2**48 - 1)
TAILS = st.builds("7{:03x}{}{:015x}".format, st.integers(0, 0xFFF), st.sampled_from("89ab"), st.integers(0, 2**60 - 1))


@st.composite
def events(draw: st.DrawFn, is_pulled: bool = False) -> WireEvent:
    ms = draw(MS)
    off = draw(st.integers(-(2**63) + 2**48, 2**63 - 1))
    at, seq = (draw(MS), draw(st.integers(1, 2**62))) if is_pulled else (None, None)
    version = draw(st.integers(1, 2**31))
    few = st.sampled_from(["a", "b"]) | TEXTS
    return WireEvent(join_id(ms, draw(TAILS)), draw(few), draw(few), version, ms - off, draw(few), at, seq)


def numbered(n: int, **constant: Any) -> list[WireEvent]:
    return [
        structs.replace(
            WireEvent(join_id(1000 + 7 * i, f"7000{8 if i % 2 else 9}00000000000{i:04x}"), f"d{i}", f"t{i}", i + 1,
                      3 * i, f"[{i}]"),
            **constant,
        )
        for i in range(n)
    ]  # fmt: skip


@given(st.lists(events(), max_size=20))
def test_sent_events_come_out_of_their_columns_as_they_went_in(sent: list[WireEvent]) -> None:
    request = SyncRequest(**structs.asdict(pack(sent)), p=1, stream="s", cursor=0, device="d", n=len(sent))
    over_the_wire = json.decode(json.encode(request), type=SyncRequest)
    assert unpack(over_the_wire, len(sent), {}) == sent


@given(st.lists(events(is_pulled=True), max_size=20))
def test_pulled_events_come_out_of_their_columns_as_they_went_in(pulled: list[WireEvent]) -> None:
    over_the_wire = json.decode(json.encode(pack_pulled(pulled)), type=PulledColumns)
    assert unpack_pulled(over_the_wire) == pulled


@given(MS, TAILS)
def test_an_id_is_its_time_and_its_tail(ms: int, tail: str) -> None:
    identity = join_id(ms, tail)
    assert is_uuid7(identity)
    assert id_ms(identity) == ms
    assert identity.replace("-", "").endswith(tail)


def test_a_column_of_one_value_is_sent_once() -> None:
    sent = numbered(5, device="d", type="t", version=3, payload="{}")
    columns = pack(sent)
    assert (columns.dev, columns.type, columns.ver, columns.payload) == (["d"], ["t"], [3], ["{}"])
    assert unpack(columns, 5, {}) == sent


def test_times_are_sent_as_differences_and_never_shortened() -> None:
    assert pack(numbered(4)).ms == [1000, 7, 7, 7]
    same_time = [structs.replace(event, id=join_id(9, event.id.replace("-", "")[12:])) for event in numbered(3)]
    assert pack(same_time).ms == [9, 0, 0]


def test_numbers_are_sent_as_differences_and_the_canonical_time_beside_the_one_of_the_id() -> None:
    pulled = [structs.replace(event, seq=10 + i, at=id_ms(event.id) - 2) for i, event in enumerate(numbered(3))]
    columns = pack_pulled(pulled)
    assert columns.seq == [10, 1, 1]
    assert columns.at == [-2]
    assert unpack_pulled(columns) == pulled


def test_no_events_are_no_columns() -> None:
    assert json.encode(pack([])) == json.encode(pack_pulled([])) == b"{}"
    assert unpack(Columns(), 0, {}) == unpack_pulled(PulledColumns()) == []


def test_hints_belong_to_the_event_with_their_index() -> None:
    assert [event.at for event in unpack(pack(numbered(3)), 3, {1: 77})] == [None, 77, None]


@pytest.mark.parametrize("name", ["ms", "tail", "dev", "type", "ver", "off", "payload"])
@pytest.mark.parametrize("change", ["longer", "shorter", "empty"])
def test_a_column_of_another_length_is_named(name: str, change: str) -> None:
    columns = pack(numbered(4))
    values = getattr(columns, name)
    broken = {"longer": [*values, values[-1]], "shorter": values[:3], "empty": []}[change]
    with pytest.raises(ColumnsBroken, match=f"column {name} has {len(broken)} values for 4 events"):
        unpack(structs.replace(columns, **{name: broken}), 4, {})


@pytest.mark.parametrize("name", ["seq", "at", "tail", "payload"])
def test_a_pulled_column_of_another_length_is_named(name: str) -> None:
    columns = pack_pulled([structs.replace(event, seq=i + 1, at=i) for i, event in enumerate(numbered(4))])
    with pytest.raises(ColumnsBroken, match=f"column {name} has 3 values for 4 events"):
        unpack_pulled(structs.replace(columns, **{name: getattr(columns, name)[:3]}))


def test_one_time_is_not_the_time_of_several_events() -> None:
    with pytest.raises(ColumnsBroken, match="column ms has 1 values for 4 events"):
        unpack(structs.replace(pack(numbered(4)), ms=[1000]), 4, {})


def test_columns_without_events_are_broken() -> None:
    with pytest.raises(ColumnsBroken, match="column ms"):
        unpack(pack(numbered(2)), 0, {})


@pytest.mark.parametrize(
    ("ms", "tail"),
    [
        (-1, "70008000000000000000"), (2**48, "70008000000000000000"), (2**200, "70008000000000000000"),
        (1, "7000800000000000000"), (1, "700080000000000000000"), (1, ""), (1, "60008000000000000000"),
        (1, "7000c000000000000000"), (1, "7000800000000000000A"), (1, "7000-8000-0000000000"),
        (1, "7000800000000000000\n"), (1, "7000800000000000000٣"),
    ],
)  # fmt: skip
def test_digits_that_make_no_id_are_joined_to_something_that_does_not_pass_as_one(ms: int, tail: str) -> None:
    assert not is_uuid7(join_id(ms, tail))


def test_a_tail_of_a_megabyte_is_not_copied_into_every_id() -> None:
    columns = structs.replace(pack(numbered(3)), tail=["7" * MAX_BODY_BYTES])
    assert max(len(event.id) for event in unpack(columns, 3, {})) <= 36


@pytest.mark.parametrize(
    "body",
    [
        b'{"p":1,"stream":null,"cursor":-1,"device":"d","n":0}',
        b'{"p":1,"stream":null,"cursor":9223372036854775808,"device":"d","n":0}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":-1}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":0.5}',
        b'{"p":true,"stream":null,"cursor":0,"device":"d","n":0}',
        b'{"p":1,"cursor":0,"device":"d","n":0}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"ms":[9223372036854775808]}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"off":[-9223372036854775809]}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"ver":["1"]}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"at":{"0":-1}}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"at":{"-1":5}}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"payload":[{}]}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"payload":["\xff"]}',
        b'{"p":1,"stream":null,"cursor":0,"device":"d","n":1,"payload":["\\ud800"]}',
    ],
)
def test_a_request_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises((ValidationError, UnicodeDecodeError, ValueError)):
        json.decode(body, type=SyncRequest)
