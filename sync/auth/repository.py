"""The SQL of accounts' sessions. Each function is one atomic call that may be repeated after a lost answer."""

from msgspec import Struct

from sync.auth.google import Identity
from sync.auth.tokens import RefreshToken
from sync.database import Database, Row, Step, Value, steps
from sync.wire import DeviceLabel, Role


class SessionRow(Struct, frozen=True):
    """A session with the state of its account. Times in ms; `ended_at` None while it is good."""

    id: str
    user: str
    generation: int
    attempt: str
    expires_at: int
    remembered: int
    ended_at: int | None
    role: Role
    email: str
    name: str
    created_at: int
    deleted_at: int | None


_SESSION = (
    "SELECT s.id, s.user, s.generation, s.attempt, s.expires_at, s.remembered, s.ended_at, a.role,"
    " a.email, a.name, a.created_at, u.deleted_at"
    " FROM sessions s JOIN accounts a ON a.id = s.user JOIN users u ON u.id = s.user WHERE s.id = :session"
)

_IS_MINE = "EXISTS(SELECT 1 FROM nonces WHERE nonce = :nonce AND session = :session)"

_SIGN_IN = [
    "INSERT INTO nonces(nonce, session, expires_at) VALUES (:nonce, :session, :nonce_expires_at)"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO accounts(id, issuer, subject, email, name, created_at)"
    f" SELECT :user, :issuer, :subject, :email, :name, :now WHERE {_IS_MINE}"
    " ON CONFLICT(issuer, subject) DO UPDATE SET email = excluded.email, name = excluded.name",
    "INSERT INTO users(id, stream) SELECT id, :stream FROM accounts WHERE issuer = :issuer AND subject = :subject"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO sessions(id, user, name, platform, remembered, created_at, used_at, expires_at)"
    " SELECT :session, id, :device, :platform, :remembered, :now, :now, :expires_at FROM accounts"
    f" WHERE issuer = :issuer AND subject = :subject AND {_IS_MINE} ON CONFLICT DO NOTHING",
    _SESSION,
]

_REFRESH = [
    # A generation below the token's is a database that was restored: its owner goes on.
    "UPDATE sessions SET generation = :generation + 1, attempt = :attempt, used_at = :now, expires_at = :expires_at"
    " WHERE id = :session AND user = :user AND ended_at IS NULL AND expires_at > :now AND generation <= :generation",
    "UPDATE sessions SET ended_at = :now, ended_by = 'reuse' WHERE id = :session AND user = :user AND ended_at IS NULL"
    " AND expires_at > :now AND NOT (generation = :generation + 1 AND attempt = :attempt)",
    _SESSION,
]

_LOG_OUT = "UPDATE sessions SET ended_at = :now, ended_by = 'sign_out' WHERE user = :user AND ended_at IS NULL"

_TIDY = [
    "DELETE FROM nonces WHERE expires_at < :now",
    "DELETE FROM sessions WHERE expires_at < :long_ago OR ended_at < :long_ago",
]


class SessionRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def sign_in(
        self,
        person: Identity,
        device: DeviceLabel,
        *,
        user: str,
        session: str,
        stream: str,
        nonce: str,
        nonce_expires_at: int,
        remembered: bool,
        now: int,
        expires_at: int,
    ) -> SessionRow | None:
        """Make the session, and the account where there is none. None: the nonce was used."""
        args = {
            "user": user, "issuer": person.issuer, "subject": person.subject, "email": person.email,
            "name": person.name, "session": session, "stream": stream, "nonce": nonce,
            "nonce_expires_at": nonce_expires_at, "device": device.name, "platform": device.platform,
            "remembered": int(remembered), "now": now, "expires_at": expires_at,
        }  # fmt: skip
        return _first(await self._database.write(steps(_SIGN_IN, args)))

    async def refresh(self, token: RefreshToken, attempt: str, now: int, expires_at: int) -> SessionRow | None:
        """Move a session to the next generation; end it where the token was used before."""
        args = {
            "session": token.session, "user": token.user, "generation": token.generation, "attempt": attempt,
            "now": now, "expires_at": expires_at,
        }  # fmt: skip
        return _first(await self._database.write(steps(_REFRESH, args)))

    async def find(self, session: str) -> SessionRow | None:
        return _first(await self._database.read([Step(_SESSION, {"session": session})]))

    async def deleted_at(self, user: str) -> int | None:
        """When the account was deleted, also where nothing else is left of it."""
        [rows] = await self._database.read([Step("SELECT deleted_at FROM users WHERE id = :user", {"user": user})])
        value = rows[0][0] if rows else None
        return value if isinstance(value, int) else None

    async def log_out(self, user: str, session: str | None, now: int) -> None:
        """End one session, or all of the account where `session` is None."""
        args: dict[str, Value] = {"user": user, "now": now}
        if session is None:
            await self._database.write([Step(_LOG_OUT, args)])
        else:
            await self._database.write([Step(f"{_LOG_OUT} AND id = :session", {**args, "session": session})])

    async def tidy(self, now: int, long_ago: int) -> None:
        """Forget nonces that expired, and sessions that ended or expired before `long_ago`."""
        await self._database.write(steps(_TIDY, {"now": now, "long_ago": long_ago}))


def _first(results: list[list[Row]]) -> SessionRow | None:
    return SessionRow(*results[-1][0]) if results[-1] else None  # type: ignore[arg-type]  the tables are STRICT
