"""Nothing at all is written for a session that ended, an account that is to be deleted or gone, another stream, or an
account without room: not an event, not a number, not a stamp. Each statement guards itself, so a guard that is missing
in one of them shows in the account's row or in its events."""

from collections.abc import Callable

import pytest

from sync.accounts.repository import AccountRepository
from sync.auth.service import GRACE_MS
from sync.wire import PulledColumns
from tests.fakes.exchange import NOW_MS, Device, Service, problem_of

Spoil = Callable[[Service, Device], None]


def end_the_session(service: Service, laptop: Device) -> None:
    sql = "UPDATE sessions SET ended_at = :now, ended_by = 'sign_out' WHERE id = :session"
    service.change(sql, now=NOW_MS, session=laptop.account.session)


def forget_the_session(service: Service, laptop: Device) -> None:
    service.change("DELETE FROM sessions WHERE id = :session", session=laptop.account.session)


def give_the_session_to_another(service: Service, laptop: Device) -> None:
    other = service.add_account()
    service.change("UPDATE sessions SET user = :other WHERE id = :session", other=other.user,
                   session=laptop.account.session)  # fmt: skip


def ask_for_deletion(service: Service, laptop: Device) -> None:
    service.change("UPDATE users SET deleted_at = :now WHERE id = :user", now=NOW_MS, user=laptop.account.user)


def let_the_days_of_grace_pass(service: Service, laptop: Device) -> None:
    ask_for_deletion(service, laptop)
    service.now[0] += GRACE_MS


def forget_the_account(service: Service, laptop: Device) -> None:
    service.change("DELETE FROM users WHERE id = :user", user=laptop.account.user)


def use_up_the_room(service: Service, laptop: Device) -> None:
    room = service.here.settings.limits.account_bytes
    service.change("UPDATE users SET bytes = :room WHERE id = :user", room=room, user=laptop.account.user)


def change_the_stream(service: Service, laptop: Device) -> None:
    service.change("UPDATE users SET stream = 'restored' WHERE id = :user", user=laptop.account.user)


REFUSALS = [
    (end_the_session, (401, "sign_in")),
    (forget_the_session, (401, "sign_in")),
    (give_the_session_to_another, (401, "sign_in")),
    (ask_for_deletion, (403, "deletion_pending")),
    (let_the_days_of_grace_pass, (410, "account_gone")),
    (forget_the_account, (401, "sign_in")),
    (use_up_the_room, (429, "over_quota")),
    (change_the_stream, (409, "stream_changed")),
]


@pytest.mark.parametrize(("spoil", "expected"), REFUSALS, ids=[spoil.__name__ for spoil, _ in REFUSALS])
def test_who_may_not_send_changes_nothing(
    spoil: Spoil, expected: tuple[int, str], service: Service, laptop: Device
) -> None:
    known = laptop.events(2)
    laptop.exchange(known)
    spoil(service, laptop)
    before = service.state(laptop.account.user)
    service.now[0] += 5000

    assert problem_of(laptop.post([*laptop.events(3), *known])) == expected
    assert service.state(laptop.account.user) == before


@pytest.mark.parametrize(("spoil", "expected"), REFUSALS, ids=[spoil.__name__ for spoil, _ in REFUSALS])
def test_who_may_not_send_sees_nothing_either(
    spoil: Spoil, expected: tuple[int, str], service: Service, laptop: Device
) -> None:
    laptop.exchange(laptop.events(2))
    spoil(service, laptop)
    response = laptop.post(cursor=0)
    if expected == (429, "over_quota"):
        assert response.status_code == 200  # it may still get what others sent before
    else:
        assert problem_of(response) == expected
        assert b"stream" not in response.content.replace(b"stream_changed", b"")
        assert b"payload" not in response.content


def test_a_deletion_that_is_taken_back_lets_the_account_send_again(service: Service, laptop: Device) -> None:
    ask_for_deletion(service, laptop)
    response = laptop.post(laptop.events(1))
    assert response.json()["due_at"] == NOW_MS + GRACE_MS
    service.change("UPDATE users SET deleted_at = NULL WHERE id = :user", user=laptop.account.user)
    assert laptop.exchange(laptop.events(1)).head == 1


def test_an_account_that_was_erased_is_gone_and_empty(service: Service, laptop: Device) -> None:
    laptop.exchange(laptop.events(3))
    let_the_days_of_grace_pass(service, laptop)
    service.run(AccountRepository(service.here.database).erase(laptop.account.user, NOW_MS))
    [row], events = service.state(laptop.account.user)
    assert (events, row[:5]) == ([], (laptop.account.user, "", 0, 0, 0))
    for stream in (laptop.stream, "", None):
        assert problem_of(laptop.post(stream=stream)) == (410, "account_gone")
    assert problem_of(laptop.post(laptop.events(1), stream="")) == (410, "account_gone")
    assert service.state(laptop.account.user) == ([row], [])


def test_the_last_events_that_have_room_are_taken_whole_and_counted(service: Service, laptop: Device) -> None:
    room = service.here.settings.limits.account_bytes
    laptop.exchange(laptop.events(1, '"é"'))
    assert service.rows("SELECT bytes FROM users WHERE id = :user", user=laptop.account.user) == [(4 + 230,)]
    service.change("UPDATE users SET bytes = :bytes WHERE id = :user", bytes=room - 1, user=laptop.account.user)
    assert laptop.exchange(laptop.events(10)).head == 11
    assert problem_of(laptop.post(laptop.events(1))) == (429, "over_quota")
    [[size]] = service.rows("SELECT bytes FROM users WHERE id = :user", user=laptop.account.user)
    assert size == room - 1 + 10 * 232


def test_what_is_sent_again_is_acknowledged_also_by_an_account_without_room(service: Service, laptop: Device) -> None:
    """The push that takes the last room may lose its answer like any other."""
    sent = laptop.events(3)
    acks = laptop.exchange(sent).acks
    room = service.here.settings.limits.account_bytes
    service.change("UPDATE users SET bytes = :bytes WHERE id = :user", bytes=room, user=laptop.account.user)
    assert laptop.exchange(sent).acks == acks
    assert problem_of(laptop.post([*sent, laptop.event()])) == (429, "over_quota")


def test_what_is_sent_again_takes_no_room(service: Service, laptop: Device) -> None:
    sent = laptop.events(3)
    laptop.exchange(sent)
    before = service.rows("SELECT bytes FROM users WHERE id = :user", user=laptop.account.user)
    laptop.exchange(sent)
    assert service.rows("SELECT bytes FROM users WHERE id = :user", user=laptop.account.user) == before


def test_a_pull_writes_nothing(service: Service, laptop: Device, second_laptop: Device) -> None:
    laptop.exchange(laptop.events(2))
    before = service.state(laptop.account.user)
    service.now[0] += 5000
    assert second_laptop.exchange().events != PulledColumns()
    assert service.state(laptop.account.user) == before
