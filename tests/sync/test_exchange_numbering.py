"""How the server numbers and orders events, and how other devices get them, on both databases."""

import asyncio
from itertools import pairwise

import pytest
from msgspec import json, structs

from sync.wire import (
    MAX_BODY_BYTES,
    MAX_EVENTS,
    MAX_PAYLOAD_BYTES,
    MAX_PULLED,
    PulledColumns,
    Run,
    SyncAnswer,
    id_ms,
    unpack_pulled,
)
from tests.fakes.exchange import BASE_MS, NOW_MS, Device, Service, numbers, problem_of


def stored(service: Service, device: Device) -> list[tuple[int, str, int, str]]:
    """(seq, id, at, payload) of all events of an account, by seq."""
    sql = "SELECT seq, id, at, payload FROM events WHERE user = :user ORDER BY seq"
    return [(int(s or 0), str(i), int(a or 0), str(p)) for s, i, a, p in service.rows(sql, user=device.account.user)]


# Numbers


def test_events_are_numbered_densely_in_the_order_in_which_they_were_sent(service: Service, laptop: Device) -> None:
    first, second = laptop.events(3), list(reversed(laptop.events(4)))
    assert laptop.exchange(first).acks == [Run(0, 3, 1)]
    assert laptop.exchange(second).acks == [Run(0, 4, 4)]
    assert [(seq, i) for seq, i, _, _ in stored(service, laptop)] == list(
        enumerate((event.id for event in [*first, *second]), 1)
    )


def test_devices_of_one_account_share_its_numbers(laptop: Device, second_laptop: Device) -> None:
    assert laptop.exchange(laptop.events(2)).acks == [Run(0, 2, 1)]
    assert second_laptop.exchange(second_laptop.events(2)).acks == [Run(0, 2, 3)]
    assert laptop.exchange(laptop.events(1)).acks == [Run(0, 1, 5)]
    assert laptop.follow() == second_laptop.follow()


def test_an_event_that_is_sent_again_is_acknowledged_with_the_number_that_it_has(
    service: Service, laptop: Device
) -> None:
    known, new = laptop.events(3), laptop.events(2)
    laptop.exchange(known)
    service.now[0] += 1000
    assert laptop.exchange([new[0], *known, new[1]]).acks == [Run(0, 1, 4), Run(1, 3, 1), Run(4, 1, 5)]
    assert [seq for seq, *_ in stored(service, laptop)] == [1, 2, 3, 4, 5]


def test_a_request_that_is_repeated_after_its_answer_was_lost_gets_the_same_answer(
    service: Service, laptop: Device
) -> None:
    sent = [laptop.event(ms=NOW_MS + 10_000 * i) for i in range(5)]  # a clock ahead: at is the stamp
    once = laptop.post(sent)
    service.now[0] += 60_000
    again = laptop.post(sent)
    first, second = once.json(), again.json()
    assert first.pop("t") + 60_000 == second.pop("t")
    assert first == second
    assert len(stored(service, laptop)) == 5


def test_events_that_come_in_several_requests_at_once_are_stored_once(service: Service, laptop: Device) -> None:
    events = laptop.events(12)
    batches = [events[:8], events[4:], events, events[::-1], events[6:7]] * 3

    async def all_at_once() -> list[SyncAnswer]:
        bodies = [json.encode(laptop.request(batch)) for batch in batches]
        posts = [service.here.client.post("/v1/sync", content=body, headers=laptop.account.headers) for body in bodies]
        return [json.decode(response.content, type=SyncAnswer) for response in await asyncio.gather(*posts)]

    answers = service.run(all_at_once())
    seqs = {event_id: seq for seq, event_id, *_ in stored(service, laptop)}
    assert sorted(seqs.values()) == list(range(1, 13))
    for batch, answer in zip(batches, answers, strict=True):
        assert numbers(answer) == {index: seqs[event.id] for index, event in enumerate(batch)}


def test_acks_are_runs_also_around_events_that_were_not_taken(laptop: Device) -> None:
    a, b, c, d = laptop.events(4)
    broken = structs.replace(laptop.event(), type="No Type")
    answer = laptop.exchange([a, b, broken, c, a, d])
    assert answer.acks == [Run(0, 2, 1), Run(3, 1, 3), Run(5, 1, 4)]
    assert answer.bad == {2: "bad_type", 4: "repeated"}


def test_an_id_that_comes_twice_in_a_request_is_taken_once(service: Service, laptop: Device) -> None:
    event = laptop.event("1")
    other_content = structs.replace(event, payload="2")
    answer = laptop.exchange([event, other_content, event, laptop.event()])
    assert answer.bad == {1: "repeated", 2: "repeated"}
    assert numbers(answer) == {0: 1, 3: 2}
    assert stored(service, laptop)[0][3] == "1"


def test_an_id_whose_first_copy_is_broken_is_taken_from_the_second(laptop: Device) -> None:
    event = laptop.event()
    answer = laptop.exchange([structs.replace(event, version=0), event])
    assert (answer.bad, numbers(answer)) == ({0: "bad_version"}, {1: 1})


@pytest.mark.parametrize("changes", [{"type": "flagged"}, {"version": 2}, {"payload": "[]"}])
def test_other_content_under_an_id_that_is_taken_is_a_conflict_and_the_servers_copy_stays(
    changes: dict[str, object], service: Service, laptop: Device, second_laptop: Device
) -> None:
    theirs, mine = laptop.event(), second_laptop.event()
    laptop.exchange([theirs])
    answer = second_laptop.exchange([structs.replace(theirs, **changes), mine])
    assert answer.bad == {0: "conflict"}
    assert numbers(answer) == {1: 2}
    assert [seq for seq, *_ in stored(service, laptop)] == [1, 2]
    assert second_laptop.follow()[0] == structs.replace(theirs, at=id_ms(theirs.id), seq=1)


def test_a_copy_with_another_label_or_clock_is_the_same_event(laptop: Device, second_laptop: Device) -> None:
    event = laptop.event()
    laptop.exchange([event])
    relabelled = structs.replace(event, device=second_laptop.id, occurred_at=5)
    answer = second_laptop.exchange([relabelled])
    assert (answer.bad, numbers(answer)) == ({}, {0: 1})


def test_2000_events_in_a_request_are_taken_and_one_more_is_too_many(service: Service, laptop: Device) -> None:
    sent = laptop.events(MAX_EVENTS + 1)
    assert problem_of(laptop.post(sent)) == (413, "too_many")
    assert stored(service, laptop) == []
    assert laptop.exchange(sent[:MAX_EVENTS]).acks == [Run(0, MAX_EVENTS, 1)]
    assert [seq for seq, *_ in stored(service, laptop)] == list(range(1, MAX_EVENTS + 1))


# The canonical time


def test_an_event_has_the_time_of_its_id_unless_its_clock_was_ahead(laptop: Device) -> None:
    past, present, ahead = laptop.event(ms=BASE_MS), laptop.event(ms=NOW_MS), laptop.event(ms=NOW_MS + 86_400_000)
    answer = laptop.exchange([past, present, ahead])
    assert answer.at == {2: NOW_MS + 3}
    assert [event.at for event in laptop.follow()] == [BASE_MS, NOW_MS, NOW_MS + 3]


def test_events_from_a_clock_ahead_keep_the_order_in_which_they_were_sent(service: Service, laptop: Device) -> None:
    ahead = [laptop.event(ms=NOW_MS + 86_400_000 + 1000 * i) for i in range(6)]
    answers = [laptop.exchange(ahead[:3]), laptop.exchange(ahead[3:])]  # within the same millisecond of the server
    assert [seq for answer in answers for seq in numbers(answer).values()] == [1, 2, 3, 4, 5, 6]
    times = [at for _, _, at, _ in stored(service, laptop)]
    assert all(before < after for before, after in pairwise(times))
    assert times[-1] < NOW_MS + 1000


def test_stamps_go_on_rising_when_the_servers_clock_is_set_back(service: Service, laptop: Device) -> None:
    def stamp() -> int:
        return laptop.exchange([laptop.event(ms=NOW_MS + 86_400_000)]).at[0]

    first = stamp()
    service.now[0] -= 3_600_000
    second = stamp()
    service.now[0] += 7_200_000
    third = stamp()
    assert first < second < first + 10
    assert third == NOW_MS + 3_600_000 + 1


def test_a_hint_puts_an_event_where_an_earlier_stream_had_it_and_never_later_than_its_id(laptop: Device) -> None:
    earlier, later = laptop.event(ms=NOW_MS, at=NOW_MS - 500), laptop.event(ms=NOW_MS, at=NOW_MS + 500)
    answer = laptop.exchange([earlier, later, laptop.event(ms=BASE_MS, at=0)])
    assert answer.at == {0: NOW_MS - 500, 2: 0}
    assert [event.at for event in laptop.follow()] == [NOW_MS - 500, NOW_MS, 0]


def test_a_hint_beyond_the_servers_clock_gives_the_stamp(laptop: Device) -> None:
    ahead = NOW_MS + 86_400_000
    assert laptop.exchange([laptop.event(ms=ahead, at=ahead - 1)]).at == {0: NOW_MS + 1}


def test_a_hint_changes_nothing_of_an_event_that_the_server_has(service: Service, laptop: Device) -> None:
    event = laptop.event()
    laptop.exchange([event])
    answer = laptop.exchange([structs.replace(event, at=5)])
    assert (answer.at, numbers(answer)) == ({}, {0: 1})
    assert stored(service, laptop)[0][2] == id_ms(event.id)


def test_a_hint_for_an_event_that_is_not_there_is_a_broken_request(laptop: Device) -> None:
    assert problem_of(laptop.post(laptop.events(2), at={2: 5})) == (400, "bad_request")


# Pulling


def test_a_device_pulls_what_others_sent_and_not_what_it_sends_itself(laptop: Device, second_laptop: Device) -> None:
    theirs, mine = laptop.events(3, '{"by":"first"}'), second_laptop.events(2)
    laptop.exchange(theirs)
    answer = second_laptop.exchange(mine)
    assert [event.id for event in unpack_pulled(answer.events)] == [event.id for event in theirs]
    assert answer.head == 5
    assert numbers(answer) == {0: 4, 1: 5}
    assert second_laptop.cursor == 5


def test_what_is_sent_again_is_not_pulled_either(laptop: Device) -> None:
    sent = laptop.events(3)
    laptop.exchange(sent)
    assert unpack_pulled(laptop.exchange(sent[1:2], cursor=0).events) == [laptop.held[1], laptop.held[3]]
    answer = laptop.exchange([*sent[1:2], laptop.event()], cursor=0)  # and not beside a new one
    assert unpack_pulled(answer.events) == [laptop.held[1], laptop.held[3]]


def test_a_pulled_event_is_whole(laptop: Device, second_laptop: Device) -> None:
    event = laptop.event('{"a": [1, 2.50]}', ms=NOW_MS + 9000, type="note_set", version=7, occurred_at=-5)
    laptop.exchange([event])
    assert second_laptop.follow() == [structs.replace(event, at=NOW_MS + 1, seq=1)]


def test_pages_end_at_1000_events_and_go_on_from_the_cursor(laptop: Device, second_laptop: Device) -> None:
    laptop.exchange(laptop.events(1900))
    laptop.exchange(laptop.events(400))
    sizes = []
    while (answer := second_laptop.exchange()).events != PulledColumns():
        assert answer.head == 2300
        sizes.append(len(answer.events.ms))
    assert sizes == [MAX_PULLED, MAX_PULLED, 300]
    assert [event.seq for event in second_laptop.follow()] == list(range(1, 2301))


def test_nothing_new_is_nothing_said(laptop: Device) -> None:
    answer = laptop.post()
    assert answer.json() == {"p": 1, "stream": laptop.stream, "head": 0, "t": NOW_MS, "events": {}}
    assert len(answer.content) <= 110


@pytest.mark.parametrize("unit", ["x", '\\"', "é", "\\u0000", "𝄞"])
def test_pages_of_maximal_events_make_progress_and_keep_their_size(
    unit: str, laptop: Device, second_laptop: Device
) -> None:
    """The largest payload that there may be, from characters that take one to four bytes, as they are or escaped."""
    rest = unit * ((MAX_PAYLOAD_BYTES - 5) // len(unit.encode()))
    for _ in range(3):
        laptop.exchange([laptop.event(f'"{number:03}{rest}"') for number in range(22)])
    largest = len(json.encode(laptop.held[1].payload)) + 250
    pages = 0
    while second_laptop.cursor < 66:
        before = second_laptop.cursor
        answer = second_laptop.exchange()
        assert second_laptop.cursor > before
        assert len(json.encode(answer.events)) <= MAX_BODY_BYTES + largest
        pages += 1
    assert second_laptop.follow() == laptop.follow()
    assert pages <= 5


def test_a_page_of_many_small_events_full_of_quotes_keeps_its_size(laptop: Device, second_laptop: Device) -> None:
    full_of_quotes = ',""' * 300
    for _ in range(2):
        laptop.exchange([laptop.event(f"[{number}{full_of_quotes}]") for number in range(500)])
    while second_laptop.cursor < 1000:
        before = second_laptop.cursor
        answer = second_laptop.exchange()
        assert second_laptop.cursor > before
        assert len(json.encode(answer.events)) <= MAX_BODY_BYTES


# Between accounts


def test_two_accounts_never_see_each_other(service: Service) -> None:
    ada, grace = service.device(), service.device()
    shared = ada.events(3, '"ada"')
    ada.exchange(shared)
    assert grace.exchange().head == 0
    answer = grace.exchange([structs.replace(event, payload='"grace"') for event in shared])
    assert answer.acks == [Run(0, 3, 1)]  # the same ids in another account are other events
    assert (answer.bad, answer.events) == ({}, PulledColumns())
    assert {event.payload for event in grace.follow()} == {'"grace"'}
    assert {event.payload for event in ada.follow()} == {'"ada"'}


def test_the_stream_of_another_account_opens_nothing(service: Service) -> None:
    ada, grace = service.device(), service.device()
    grace.exchange(grace.events(1))
    assert problem_of(ada.post(ada.events(1), stream=grace.stream)) == (409, "stream_changed")
    assert (len(stored(service, grace)), stored(service, ada)) == (1, [])


def test_the_device_is_a_label_that_decides_nothing(service: Service, laptop: Device) -> None:
    other = service.device()
    laptop.exchange(laptop.events(1), device=other.account.session)
    assert (len(stored(service, laptop)), len(stored(service, other))) == (1, 0)
