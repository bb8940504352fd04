"""The SQL of accounts: their devices, their data, their end."""

from collections.abc import AsyncIterator

from msgspec import Struct

from sync.database import Database, Row, Step, steps

_DEVICES = (
    "SELECT id, name, platform, created_at, used_at FROM sessions"
    " WHERE user = :user AND ended_at IS NULL AND expires_at > :now"
)

_EVENTS = (
    "SELECT seq, id, device, type, version, occurred_at, at, payload FROM events"
    " WHERE user = :user AND seq > :after ORDER BY seq LIMIT 500"
)

_ERASE_EVENTS = (
    "DELETE FROM events WHERE user = :user AND seq IN"
    " (SELECT seq FROM events WHERE user = :user ORDER BY seq LIMIT 2000) RETURNING seq"
)

_ERASE_ACCOUNT = [
    "DELETE FROM sessions WHERE user = :user",
    "DELETE FROM accounts WHERE id = :user",
    "UPDATE users SET stream = '', last_seq = 0, last_at = 0, bytes = 0, deleted_at = min(deleted_at, :deleted_at)"
    " WHERE id = :user",
]


class DeviceRow(Struct, frozen=True):
    id: str
    name: str
    platform: str
    created_at: int
    used_at: int


class AccountRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def devices(self, user: str, now: int) -> list[DeviceRow]:
        """Where the account is signed in, the one used last first."""
        args = {"user": user, "now": now}
        [rows] = await self._database.read([Step(f"{_DEVICES} ORDER BY used_at DESC, id DESC", args)])
        return [_device(row) for row in rows]

    async def rename_device(self, user: str, session: str, name: str, now: int) -> DeviceRow | None:
        """None: the account has no such device."""
        args = {"user": user, "session": session, "name": name, "now": now}
        update = "UPDATE sessions SET name = :name WHERE id = :session AND user = :user"
        _, rows = await self._database.write(steps([update, f"{_DEVICES} AND id = :session"], args))
        return _device(rows[0]) if rows else None

    async def end_device(self, user: str, session: str, now: int) -> bool:
        """Whether the account had it."""
        sql = [
            "UPDATE sessions SET ended_at = coalesce(ended_at, :now), ended_by = coalesce(ended_by, 'sign_out')"
            " WHERE id = :session AND user = :user RETURNING id"
        ]
        [rows] = await self._database.write(steps(sql, {"user": user, "session": session, "now": now}))
        return bool(rows)

    async def set_deleted(self, user: str, deleted_at: int | None) -> int | None:
        """Mark an account as to be deleted, or take that back. An earlier mark stands. Returns the mark."""
        new = "NULL" if deleted_at is None else "coalesce(deleted_at, :deleted_at)"
        sql = [f"UPDATE users SET deleted_at = {new} WHERE id = :user AND stream <> '' RETURNING deleted_at"]
        [rows] = await self._database.write(steps(sql, {"user": user, "deleted_at": deleted_at}))
        value = rows[0][0] if rows else None
        return value if isinstance(value, int) else None

    async def deleted_before(self, moment: int) -> list[tuple[str, int]]:
        """(user, deleted_at) of accounts whose data is still here."""
        sql = (
            "SELECT id, deleted_at FROM users WHERE deleted_at IS NOT NULL AND deleted_at <= :moment AND stream <> ''"
            " ORDER BY deleted_at LIMIT 100"
        )
        [rows] = await self._database.read([Step(sql, {"moment": moment})])
        return [(str(user), int(deleted_at or 0)) for user, deleted_at in rows]

    async def erase(self, user: str, deleted_at: int) -> None:
        """Remove all that is known of an account, in portions; its id stays, so that nobody gets it again."""
        while True:
            [rows] = await self._database.write([Step(_ERASE_EVENTS, {"user": user})])
            if not rows:
                break
        await self._database.write(steps(_ERASE_ACCOUNT, {"user": user, "deleted_at": deleted_at}))

    async def events(self, user: str) -> AsyncIterator[list[Row]]:
        """All events by number, in pages. Later ones that arrive meanwhile are among them."""
        after = 0
        while True:
            [rows] = await self._database.read([Step(_EVENTS, {"user": user, "after": after})])
            if not rows:
                return
            yield rows
            after = int(rows[-1][0] or 0)

    async def find_by_email(self, email: str) -> list[tuple[str, str]]:
        """(id, role) of the accounts with an address, whatever its case."""
        sql = "SELECT id, role FROM accounts WHERE lower(email) = lower(:email)"
        [rows] = await self._database.read([Step(sql, {"email": email})])
        return [(str(user), str(role)) for user, role in rows]

    async def set_role(self, user: str, role: str) -> None:
        sql = "UPDATE accounts SET role = :role WHERE id = :user"
        await self._database.write([Step(sql, {"user": user, "role": role})])

    async def new_streams(self, now: int) -> int:
        """After a restore: a new stream for every account, so that each device sends again what it holds."""
        sql = "UPDATE users SET stream = lower(hex(randomblob(16))), last_at = max(last_at, :now) WHERE stream <> ''"
        _, [[changed]] = await self._database.write([Step(sql, {"now": now}), Step("SELECT changes()")])
        return int(changed or 0)


def _device(row: Row) -> DeviceRow:
    identity, name, platform, created_at, used_at = row
    return DeviceRow(str(identity), str(name), str(platform), int(created_at or 0), int(used_at or 0))
