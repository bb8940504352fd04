"""A database that lost its last commits, with the power or by a backup that was put back: devices bring them again."""

import pytest

from sync.events.repository import EventRepository
from sync.wire import PulledColumns
from tests.fakes.exchange import NOW_MS, Device, Service, problem_of


def stream_of(service: Service, device: Device) -> str:
    [[stream]] = service.rows("SELECT stream FROM users WHERE id = :user", user=device.account.user)
    return str(stream)


def lose_after(service: Service, device: Device, head: int) -> None:
    user = device.account.user
    service.change("DELETE FROM events WHERE user = :user AND seq > :head", user=user, head=head)
    service.change("UPDATE users SET last_seq = :head, last_at = :at WHERE id = :user", user=user, head=head, at=NOW_MS)


def as_sets(device: Device) -> list[tuple[str, str]]:
    return sorted((event.id, event.payload) for event in device.follow())


def test_what_a_device_holds_and_the_database_lost_comes_back_to_all(
    service: Service, laptop: Device, second_laptop: Device
) -> None:
    laptop.exchange(laptop.events(3, '"first"'))
    second_laptop.follow()
    laptop.exchange(laptop.events(4, '"lost"'))
    everything = as_sets(laptop)
    lose_after(service, laptop, 3)
    assert problem_of(laptop.post()) == (409, "stream_changed")
    laptop.start_over()
    assert problem_of(second_laptop.post()) == (409, "stream_changed")
    second_laptop.start_over()
    assert as_sets(laptop) == as_sets(second_laptop) == everything
    assert laptop.cursor == 7


@pytest.mark.parametrize("new", [1, 4, 9])
def test_what_is_sent_by_who_learns_of_it_is_kept(new: int, service: Service, laptop: Device) -> None:
    """Also where it fills the numbers that were lost."""
    laptop.exchange(laptop.events(7))
    lose_after(service, laptop, 3)
    sent = laptop.events(new, '"new"')
    assert problem_of(laptop.post(sent)) == (409, "stream_changed")
    laptop.start_over()
    laptop.exchange(sent)
    assert len(laptop.follow()) == 7 + new
    fresh = service.device(laptop.account)
    fresh.stream = None
    assert as_sets(fresh) == as_sets(laptop)


def test_the_new_stream_goes_on_after_the_times_that_were_given(service: Service, laptop: Device) -> None:
    laptop.exchange([laptop.event(ms=NOW_MS + 10**6)])
    lose_after(service, laptop, 0)
    service.now[0] += 5000
    assert problem_of(laptop.post()) == (409, "stream_changed")
    stream = stream_of(service, laptop)
    answer = laptop.exchange([laptop.event(ms=NOW_MS + 10**6)], stream=stream, cursor=0)
    assert answer.at == {0: NOW_MS + 5000 + 1 + 1}


def test_others_and_those_who_hold_no_more_than_there_is_notice_nothing(
    service: Service, laptop: Device, second_laptop: Device
) -> None:
    other = service.device()
    other.exchange(other.events(2))
    laptop.exchange(laptop.events(5))
    streams = stream_of(service, laptop), stream_of(service, other)
    for device, cursor in ((laptop, 5), (second_laptop, 0), (other, 2)):
        assert device.exchange(cursor=cursor).stream == stream_of(service, device)
    assert problem_of(other.post(cursor=2**63 - 1)) == (409, "stream_changed")
    assert stream_of(service, laptop) == streams[0]
    assert stream_of(service, other) != streams[1]


def test_a_device_without_a_stream_claims_nothing(service: Service, laptop: Device) -> None:
    laptop.exchange(laptop.events(2))
    answer = laptop.exchange(stream=None, cursor=9)
    assert (answer.head, answer.events) == (2, PulledColumns())


def test_a_copy_that_lags_behind_is_no_loss(service: Service, laptop: Device) -> None:
    """What was read says less than what is there."""
    laptop.exchange(laptop.events(5))
    repository = EventRepository(service.here.database)
    user, stream = laptop.account.user, stream_of(service, laptop)
    assert not service.run(repository.begin_stream(user, stream, cursor=5, stored=0, now=NOW_MS))
    assert stream_of(service, laptop) == stream
