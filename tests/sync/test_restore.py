"""The restore drill of the operations guide, on both databases: a backup is put back, deletions are done again, every
account gets a new stream, and devices heal the server by sending again what they hold."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec import json

from sync.accounts.deletions import Deletion, DeletionLog, DeletionsDamaged
from sync.accounts.repository import AccountRepository
from sync.accounts.restore import RestoreReport, after_restore
from sync.accounts.service import AccountService
from sync.auth.google import Identity
from sync.auth.repository import SessionRepository
from sync.auth.service import GRACE_MS
from sync.database import Step
from sync.edge.clock import clock_ms
from sync.edge.ids import new_id
from sync.settings import Settings
from sync.wire import DeviceLabel
from tests.fakes.exchange import Device, Service, problem_of
from tests.fakes.peers import Sqld
from tests.fakes.service import ServiceProcess, environment

DAY_MS = 86_400_000


class Place(NamedTuple):
    """Where a database lives, and how its operator backs it up and puts a backup back."""

    environment: dict[str, str]
    backup: Callable[[], None]
    restore: Callable[[], None]

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.environment)


def copy_online(source: Path, target: Path) -> None:
    """What `sqlite3 SOURCE ".backup TARGET"` does: whole also while the database is served, its log included."""
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as db, closing(sqlite3.connect(target)) as to:
        db.backup(to)


@pytest.fixture
def file_place(tmp_path: Path) -> Place:
    values = environment(tmp_path / "service")
    file, copy = tmp_path / "service" / "accounts.db", tmp_path / "backup.db"

    def restore() -> None:
        for leftover in ("accounts.db-wal", "accounts.db-shm"):
            file.with_name(leftover).unlink(missing_ok=True)  # of a service that was killed
        shutil.copyfile(copy, file)

    return Place(values, lambda: copy_online(file, copy), restore)


@pytest.fixture
def sqld_place(tmp_path: Path, sqld_server: Sqld) -> Place:
    folder, copy = sqld_server.folder / "data" / "dbs" / "default", tmp_path / "backup"
    copy.mkdir()

    def backup() -> None:
        sqld_server.stop()
        for name in ("data", "data-wal"):
            shutil.copyfile(folder / name, copy / name)
        sqld_server.start()
        with closing(sqlite3.connect(copy / "data")) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def restore() -> None:
        sqld_server.stop()
        for leftover in ("wallog", "data-wal", "data-shm"):
            (folder / leftover).unlink(missing_ok=True)
        for leftover in ("snapshots", "to_compact"):
            shutil.rmtree(folder / leftover, ignore_errors=True)
        shutil.copyfile(copy / "data", folder / "data")
        sqld_server.start()

    values = environment(tmp_path / "service", TURSO_DATABASE_URL=sqld_server.url)
    return Place(values, backup, restore)


@pytest.fixture(params=["file", "sqld"])
def place(request: pytest.FixtureRequest) -> Place:
    return request.getfixturevalue(f"{request.param}_place")


def delete_and_erase(service: Service, device: Device) -> None:
    """The learner asks for it, and the days of grace pass."""
    assert service.request("DELETE", "/v1/me", headers=device.account.headers).status_code == 200
    service.now[0] += GRACE_MS + 1
    log = DeletionLog(service.here.settings.deletions_file)
    accounts = AccountService(AccountRepository(service.here.database), log, lambda: service.now[0])
    assert service.run(accounts.erase_due()) == 1


async def sign_in(service: Service, subject: str) -> str:
    """What a sign-in with Google writes. Returns the account's id."""
    now = service.now[0]
    row = await SessionRepository(service.here.database).sign_in(
        Identity("https://issuer.example", subject, "ada@example.org", "Ada"), DeviceLabel("Laptop", "Linux"),
        user=new_id(now), session=new_id(now), stream=new_id(now), nonce=new_id(now), nonce_expires_at=now + 1,
        remembered=True, now=now, expires_at=now + DAY_MS,
    )  # fmt: skip
    assert row is not None
    return row.user


def test_after_a_restore_devices_heal_the_server_and_deleted_accounts_stay_deleted(place: Place) -> None:
    with Service(place.settings) as service:
        service.now[0] = clock_ms()
        first = service.device()
        second, other, gone = service.device(first.account), service.device(), service.device()
        first.exchange(first.events(30, '"before the backup"'))
        second.exchange(second.events(20, '"before the backup"'))
        gone.exchange(gone.events(5, '"of a learner who leaves"'))
        place.backup()
        first.follow()
        ahead = [first.event('"after the backup"', ms=service.now[0] + DAY_MS) for _ in range(3)]
        first.exchange([*first.events(10, '"after the backup"'), *ahead])
        second.exchange(second.events(10, '"after the backup"'))
        other.exchange(other.events(2, '"after the backup"'))
        events = first.follow()
        assert (events, len(events)) == (second.follow(), 73)
        delete_and_erase(service, gone)

    place.restore()
    command = ServiceProcess(place.environment).run("after-restore")
    assert (command.returncode, command.stderr) == (0, "")
    assert command.stdout.startswith("1 deleted accounts erased again, 0 deletions marked again, 2 new streams.")

    with Service(place.settings) as service:
        service.now[0] = clock_ms() + GRACE_MS + DAY_MS
        for device in (first, second, other):
            device.reach(service.send)
            assert problem_of(device.post(device.events(1))) == (409, "stream_changed")
            assert problem_of(device.post()) == (409, "stream_changed")
        second.start_over()
        first.start_over()
        other.start_over()
        healed = first.follow()
        assert healed == second.follow()
        assert {(event.id, event.at, event.payload) for event in healed} == {
            (event.id, event.at, event.payload) for event in events
        }
        assert len(other.follow()) == 2

        gone.reach(service.send)
        assert problem_of(gone.post()) == (410, "account_gone")
        assert problem_of(gone.post(gone.events(1))) == (410, "account_gone")
        [row], left = service.state(gone.account.user)
        assert (row[1], left) == ("", [])
        assert service.rows("SELECT * FROM accounts WHERE id = :user", user=gone.account.user) == []
        assert service.run(sign_in(service, gone.account.user)) != gone.account.user


def test_a_copy_of_sqlds_data_file_alone_is_no_backup(sqld_server: Sqld, sqld_place: Place, tmp_path: Path) -> None:
    """What was written last stands in its log, also after it was stopped. SQLite's own backup reads both, also while
    sqld serves the file."""
    data = sqld_server.folder / "data" / "dbs" / "default" / "data"
    with Service(sqld_place.settings) as service:
        laptop = service.device()
        laptop.exchange(laptop.events(3))
        copy_online(data, tmp_path / "online.db")
        laptop.exchange(laptop.events(2))
    sqld_server.stop()
    shutil.copyfile(data, tmp_path / "alone.db")
    with (
        closing(sqlite3.connect(tmp_path / "alone.db")) as db,
        pytest.raises(sqlite3.OperationalError, match="no such"),
    ):
        db.execute("SELECT count(*) FROM events")
    with closing(sqlite3.connect(tmp_path / "online.db")) as db:
        assert db.execute("SELECT count(*) FROM events").fetchall() == [(3,)]


# The list of deletions


@pytest.fixture
def service(file_place: Place) -> Iterator[Service]:
    with Service(file_place.settings) as service:
        service.now[0] = clock_ms()
        yield service


def deletions(service: Service, *states: tuple[Device, str, int]) -> Path:
    path = service.here.settings.deletions_file
    log = DeletionLog(path)
    for device, state, at in states:
        service.run(log.add(Deletion(device.account.user, state, at)))  # type: ignore[arg-type]
    return path


def restored(service: Service) -> RestoreReport:
    accounts = AccountRepository(service.here.database)
    return service.run(after_restore(accounts, service.here.settings.deletions_file))


def test_a_deletion_that_was_asked_for_is_pending_again_with_its_own_days(service: Service) -> None:
    laptop = service.device()
    asked_at = service.now[0] - 5 * DAY_MS
    deletions(service, (laptop, "asked", asked_at))
    assert restored(service) == RestoreReport(erased=0, marked=1, streams=1)
    laptop.stream = None
    response = laptop.post()
    assert problem_of(response) == (403, "deletion_pending")
    assert response.json()["due_at"] == asked_at + GRACE_MS


def test_a_deletion_that_was_taken_back_is_taken_back_again(service: Service) -> None:
    laptop = service.device()
    sql = "UPDATE users SET deleted_at = 5 WHERE id = :user"
    service.change(sql, user=laptop.account.user)  # the backup was made between the two
    deletions(service, (laptop, "asked", 5), (laptop, "taken_back", 6))
    assert restored(service) == RestoreReport(erased=0, marked=0, streams=1)
    laptop.stream = None
    assert laptop.exchange().head == 0


def test_accounts_that_the_backup_does_not_know_and_those_that_are_gone_are_passed_over(service: Service) -> None:
    laptop, unknown = service.device(), Device(service.add_account(), service.send)
    service.change("DELETE FROM users WHERE id = :user", user=unknown.account.user)
    laptop.exchange(laptop.events(3))
    long_ago = service.now[0] - GRACE_MS - 1
    deletions(service, (laptop, "erased", long_ago), (unknown, "erased", long_ago), (unknown, "asked", long_ago))
    assert restored(service) == RestoreReport(erased=1, marked=0, streams=0)
    assert restored(service) == RestoreReport(erased=0, marked=0, streams=0)
    assert problem_of(laptop.post(stream=None)) == (410, "account_gone")


def test_without_a_list_every_account_gets_a_new_stream_and_its_events_stay(service: Service) -> None:
    laptop, other = service.device(), service.device()
    laptop.exchange(laptop.events(3))
    before = service.state(laptop.account.user)[1]
    assert restored(service).streams == 2
    assert service.state(laptop.account.user)[1] == before
    streams = [row[0] for row in service.rows("SELECT stream FROM users")]
    assert not {laptop.stream, other.stream} & set(streams)
    assert len(set(streams)) == 2


def test_stamps_go_on_after_the_restore_and_not_before(service: Service) -> None:
    laptop = service.device()
    service.now[0] = clock_ms() - DAY_MS
    restored(service)
    laptop.stream = None
    laptop.exchange()
    at = laptop.exchange([laptop.event(ms=2**47)]).at[0]
    assert at > service.now[0] + DAY_MS - 60_000


def test_a_line_that_cannot_be_read_stops_it_before_anything_is_changed(service: Service, file_place: Place) -> None:
    laptop = service.device()
    path = deletions(service, (laptop, "asked", 5))
    path.write_bytes(path.read_bytes() + b'{"user":"x"}\n' + json.encode(Deletion("y", "asked", 5)) + b"\n")
    before = service.state(laptop.account.user)
    with pytest.raises(DeletionsDamaged, match="line 2"):
        restored(service)
    command = ServiceProcess(file_place.environment).run("after-restore")
    assert command.returncode == 2
    assert "deletions.jsonl, line 2" in command.stderr
    assert service.state(laptop.account.user) == before


def test_a_last_line_that_was_cut_off_is_passed_over(service: Service) -> None:
    laptop, other = service.device(), service.device()
    path = deletions(service, (laptop, "asked", service.now[0]), (other, "asked", service.now[0]))
    path.write_bytes(path.read_bytes()[:-9])
    assert restored(service) == RestoreReport(erased=0, marked=1, streams=2)


def test_more_accounts_than_fit_in_an_answer_of_sqld_get_new_streams(sqld_place: Place) -> None:
    n = 170_000
    many = (
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < :n)"
        " INSERT INTO users(id, stream) SELECT printf('%036d', x), 'old' FROM c"
    )
    with Service(sqld_place.settings) as service:
        service.run(service.here.database.write([Step(many, {"n": n})]))
        assert restored(service).streams == n
        assert service.rows("SELECT count(DISTINCT stream) FROM users WHERE stream <> 'old'") == [(n,)]


def test_a_line_after_one_that_was_cut_off_is_kept_apart_from_it(service: Service) -> None:
    """A power loss within a line: what is added after the next start must not be taken for its end."""
    laptop, other = service.device(), service.device()
    path = deletions(service, (laptop, "asked", service.now[0]))
    path.write_bytes(path.read_bytes() + b'{"user":"0190')
    deletions(service, (other, "asked", service.now[0]))
    assert restored(service) == RestoreReport(erased=0, marked=2, streams=2)


def test_a_whole_last_line_without_its_end_is_kept_when_one_is_added(service: Service) -> None:
    """As an editor may leave it."""
    laptop, other = service.device(), service.device()
    path = deletions(service, (laptop, "asked", service.now[0]))
    path.write_bytes(path.read_bytes().rstrip())
    deletions(service, (other, "asked", service.now[0]))
    assert restored(service) == RestoreReport(erased=0, marked=2, streams=2)
