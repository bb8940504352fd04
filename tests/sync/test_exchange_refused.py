"""What the server does not take: events that break a rule, each with its code at exactly its limit; requests that are
too much, too old or broken; streams that are no longer the account's."""

import gzip
from itertools import pairwise
from typing import Any

import pytest
import zstandard
from msgspec import json, structs

from sync.events import service as sync_service
from sync.wire import MAX_BODY_BYTES, MAX_EVENTS, MAX_PAYLOAD_BYTES, WireEvent, join_id
from tests.fakes.exchange import BASE_MS, Device, Service, numbers, problem_of

TAIL = "70008000000000000001"


def quoted(size: int, unit: str = "x") -> str:
    """A JSON string of exactly so many UTF-8 bytes."""
    n, rest = divmod(size - 2, len(unit.encode()))
    return f'"{unit * n}{"x" * rest}"'


def count(service: Service, device: Device) -> int:
    return int(service.rows("SELECT count(*) FROM events WHERE user = :user", user=device.account.user)[0][0] or 0)


# Events


def faults(laptop: Device, cases: list[dict[str, Any]]) -> list[str | None]:
    """Send one event a case, with these fields. The code of each; None: it was taken."""
    answer = laptop.exchange([structs.replace(laptop.event(), **changes) for changes in cases])
    assert len(numbers(answer)) + len(answer.bad) == len(cases)
    return [answer.bad.get(index) for index in range(len(cases))]


@pytest.mark.parametrize("unit", ["x", "é", "漢", "𝄞", "\\n"])
def test_a_payload_has_at_most_16384_bytes_of_utf8(unit: str, laptop: Device) -> None:
    at_the_limit, beyond = quoted(MAX_PAYLOAD_BYTES, unit), quoted(MAX_PAYLOAD_BYTES + 1, unit)
    assert (len(at_the_limit.encode()), len(beyond.encode())) == (MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1)
    assert faults(laptop, [{"payload": at_the_limit}, {"payload": beyond}]) == [None, "too_large"]


GOOD_LABELS = {
    "type": ["a", "a" * 64, "a_1", "new_in_the_next_version"],
    "version": [1, 99, 2**31 - 1],
    "device": ["a", "f" * 64, "-", "018bcfe5-76a3-7000-8000-000000000ea3"],
    "occurred_at": [2**63 - 1, 0, -1, -(2**62)],
}
BAD_LABELS = {
    "type": ["", "a" * 65, "1a", "_a", "A", "a\n", "a-b", "é", "a٣", "a\0", " a"],
    "version": [0, -1, 2**31, 2**63 - 1, -(2**63)],
    "device": ["", "f" * 65, "G", "a\n", "٣", "a\0"],
    "occurred_at": [2**63],
}


@pytest.mark.parametrize(
    ("field", "code"),
    [("type", "bad_type"), ("version", "bad_version"), ("device", "bad_id"), ("occurred_at", "bad_id")],
)
def test_the_envelope_of_an_event_keeps_to_its_limits(field: str, code: str, laptop: Device) -> None:
    good, bad = GOOD_LABELS[field], BAD_LABELS[field]
    assert faults(laptop, [{field: value} for value in good]) == [None] * len(good)
    found = faults(laptop, [{field: value} for value in bad])
    assert dict(zip(bad, found, strict=True)) == dict.fromkeys(bad, code)


GOOD_IDS = [(BASE_MS, TAIL), (0, TAIL), (2**48 - 1, TAIL), (BASE_MS, "7fffbfffffffffffffff")]
BAD_IDS = [
    (2**48, TAIL), (2**62, TAIL), (-1, TAIL), (BASE_MS, "4000800000000000001f"), (BASE_MS, "7000c000000000000001"),
    (BASE_MS, "7000B000000000000001"), (BASE_MS, TAIL[1:]), (BASE_MS, TAIL + "0"), (BASE_MS, ""),
    (BASE_MS, TAIL[:-1] + "\n"), (BASE_MS, TAIL[:-1] + "é"), (BASE_MS, TAIL[:-1] + "\0"), (BASE_MS, TAIL[:-1] + "-"),
]  # fmt: skip


@pytest.mark.parametrize(("ids", "code"), [(GOOD_IDS, None), (BAD_IDS, "bad_id")])
def test_an_id_is_a_uuid7_in_lower_case(
    ids: list[tuple[int, str]], code: str | None, service: Service, laptop: Device
) -> None:
    times = [ms for ms, _ in ids]
    ms = [after - before for before, after in pairwise([0, *times])]
    answer = laptop.post(laptop.events(len(ids)), ms=ms, tail=[tail for _, tail in ids], off=[0]).json()
    assert answer.get("bad", {}) == ({} if code is None else {str(index): code for index in range(len(ids))})
    assert count(service, laptop) == (len(ids) if code is None else 0)


def test_a_broken_event_is_refused_for_good_and_the_others_are_taken(service: Service, laptop: Device) -> None:
    good = laptop.events(5)
    bad = [
        structs.replace(laptop.event(), **changes)
        for changes in (
            {"device": "?"}, {"type": "?"}, {"version": 0}, {"payload": "{"},
            {"payload": quoted(MAX_PAYLOAD_BYTES + 1)},
        )
    ]  # fmt: skip
    mixed = [event for pair in zip(good, bad, strict=True) for event in pair]
    answer = laptop.exchange(mixed)
    assert answer.bad == {1: "bad_id", 3: "bad_type", 5: "bad_version", 7: "bad_payload", 9: "too_large"}
    assert numbers(answer) == {0: 1, 2: 2, 4: 3, 6: 4, 8: 5}
    assert count(service, laptop) == 5


def test_a_request_of_broken_events_only_writes_nothing_and_still_pulls(
    service: Service, laptop: Device, second_laptop: Device
) -> None:
    laptop.exchange(laptop.events(2))
    before = service.state(laptop.account.user)
    answer = second_laptop.exchange([structs.replace(second_laptop.event(), version=0)])
    assert (answer.bad, answer.head, second_laptop.cursor) == ({0: "bad_version"}, 2, 2)
    assert service.state(laptop.account.user) == before


# Requests


def test_a_device_learns_the_stream_before_it_sends(laptop: Device) -> None:
    stream, laptop.stream = laptop.stream, None
    assert problem_of(laptop.post(laptop.events(1))) == (400, "bad_request")
    assert laptop.exchange().stream == stream
    assert numbers(laptop.exchange(laptop.events(1))) == {0: 1}


@pytest.mark.parametrize("stream", ["", "another", "\0"])
def test_another_stream_gets_409_and_nothing_is_written(stream: str, service: Service, laptop: Device) -> None:
    laptop.exchange(laptop.events(1))
    before = service.state(laptop.account.user)
    laptop.stream = stream
    assert problem_of(laptop.post()) == (409, "stream_changed")
    assert problem_of(laptop.post(laptop.events(1))) == (409, "stream_changed")
    assert service.state(laptop.account.user) == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"p": 0}, (426, "upgrade_required")), ({"p": 2}, (400, "bad_request")), ({"p": -1}, (426, "upgrade_required")),
        ({"n": MAX_EVENTS + 1}, (413, "too_many")), ({"n": 2**63}, (413, "too_many")), ({"n": 2}, (400, "bad_request")),
        ({"n": 0}, (400, "bad_request")), ({"n": -1}, (400, "bad_request")), ({"cursor": -1}, (400, "bad_request")),
        ({"cursor": 2**63}, (400, "bad_request")), ({"at": {1: 5}}, (400, "bad_request")),
        ({"at": {0: 2**63}}, (400, "bad_request")), ({"device": "d" * 65}, (400, "bad_request")),
        ({"stream": "s" * 65}, (400, "bad_request")), ({"off": []}, (400, "bad_request")),
        ({"tail": ["a", "b"]}, (400, "bad_request")),
    ],
)  # fmt: skip
def test_a_request_that_breaks_a_rule_is_refused_whole(
    changes: Any, expected: tuple[int, str], service: Service, laptop: Device
) -> None:
    assert problem_of(laptop.post([laptop.event()], **changes)) == expected
    assert count(service, laptop) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"p":1}', b"[" * 100_000])
def test_a_body_of_another_shape_is_a_bad_request(body: bytes, laptop: Device) -> None:
    assert problem_of(laptop.post_body(body)) == (400, "bad_request")


def test_fields_of_a_later_program_are_passed_over(laptop: Device) -> None:
    body = json.decode(json.encode(laptop.request(laptop.events(1))))
    assert laptop.post_body(json.encode({**body, "later": [1]})).status_code == 200


def test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_too_many(service: Service, laptop: Device) -> None:
    body = json.encode(laptop.request(laptop.events(1)))
    at_the_limit = body.ljust(MAX_BODY_BYTES)
    assert problem_of(laptop.post_body(at_the_limit + b" ")) == (413, "too_many")
    too_much = gzip.compress(at_the_limit + b" ")
    assert problem_of(laptop.post_body(too_much, **{"Content-Encoding": "gzip"})) == (413, "too_many")
    assert count(service, laptop) == 0
    assert laptop.post_body(at_the_limit).status_code == 200


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_a_compressed_request_is_taken(encoding: str, compress: Any, service: Service, laptop: Device) -> None:
    body = json.encode(laptop.request(laptop.events(300)))
    assert laptop.post_body(compress(body), **{"Content-Encoding": encoding}).status_code == 200
    assert count(service, laptop) == 300


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_long_answer_is_compressed_as_the_device_asks(encoding: str, laptop: Device, second_laptop: Device) -> None:
    laptop.exchange(laptop.events(500))
    request = json.encode(second_laptop.request())
    plain = second_laptop.post_body(request, **{"Accept-Encoding": "identity"})
    packed = second_laptop.post_body(request, **{"Accept-Encoding": encoding})
    refused = second_laptop.post_body(request, **{"Accept-Encoding": f"{encoding};q=0, identity"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == encoding
    assert "content-encoding" not in refused.headers
    inflated = zstandard.ZstdDecompressor().decompress(packed.content) if encoding == "zstd" else packed.content
    assert json.decode(inflated) == plain.json() == refused.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


def test_a_small_request_that_stands_for_a_huge_one_is_too_many_until_it_is_halved_enough(
    service: Service, laptop: Device
) -> None:
    """One value of a column may stand for 2,000: 16 kB on the way would be 32 MB in the database."""
    payload = quoted(MAX_PAYLOAD_BYTES)
    sent = laptop.events(MAX_EVENTS, payload)
    assert len(json.encode(laptop.request(sent))) < 100_000
    while (response := laptop.post(sent)).status_code != 200:
        assert problem_of(response) == (413, "too_many")
        assert count(service, laptop) == 0
        sent = sent[: len(sent) // 2]
    assert len(sent) >= 60
    assert count(service, laptop) == len(sent)


@pytest.mark.parametrize(
    "payload", ['["\\ud800"]', "no JSON", "é" * (MAX_BODY_BYTES // 2 - 50_000)], ids=["half a pair", "no JSON", "long"]
)
def test_a_payload_that_stands_for_2000_is_looked_at_once(
    payload: str, service: Service, laptop: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kilobyte on the way must not keep the service busy for seconds."""
    looked_at: list[str] = []
    judge = sync_service._payload_fault

    def fault(text: str) -> str | None:
        looked_at.append(text)
        return judge(text)

    monkeypatch.setattr(sync_service, "_payload_fault", fault)
    laptop.post(laptop.events(MAX_EVENTS, payload))
    assert len(looked_at) == 1


def test_the_fullest_request_that_a_device_can_send_is_taken(service: Service, laptop: Device) -> None:
    """2,000 events, nothing of them constant, quotes that grow on each way, a body just below its limit."""
    full_of_quotes = ',""' * 60
    sent: list[WireEvent] = [
        laptop.event(f"[{i}{full_of_quotes}]", type=f"t{i:063}", version=2**31 - 1 - i, device=f"{i:064x}",
                     occurred_at=-(2**60) - i)
        for i in range(MAX_EVENTS)
    ]  # fmt: skip
    body = json.encode(laptop.request(sent))
    assert 0.9 * MAX_BODY_BYTES < len(body) <= MAX_BODY_BYTES
    response = laptop.post_body(body)
    assert response.status_code == 200, response.text
    assert count(service, laptop) == MAX_EVENTS


def test_ids_of_the_far_future_are_ordered_by_the_servers_clock(laptop: Device) -> None:
    far = structs.replace(laptop.event(), id=join_id(2**48 - 1, TAIL), occurred_at=2**48 - 1)
    answer = laptop.exchange([far])
    assert answer.at[0] < BASE_MS + 10**9
