"""Signing in, staying signed in, signing out."""

import secrets
from collections.abc import Callable

from sync.auth.google import Endpoints, GoogleVerifier, Identity
from sync.auth.repository import SessionRepository, SessionRow
from sync.auth.tokens import (
    ACCESS_S,
    NONCE_S,
    REMEMBERED_S,
    UNREMEMBERED_S,
    Caller,
    RefreshToken,
    TokenSigner,
)
from sync.edge.ids import new_id
from sync.edge.problems import ServiceError
from sync.settings import Google
from sync.wire import GoogleSignIn, GoogleStart, Logout, Me, Refresh, SignedIn, Tokens

GRACE_MS = 14 * 86_400_000
"""Between the deletion of an account and the end of its data; the learner may take it back."""

_KEEP_ENDED_MS = 30 * 86_400_000


class AuthService:
    """`now_ms` gives milliseconds since 1970."""

    def __init__(
        self, repository: SessionRepository, signer: TokenSigner, google: Google | None, now_ms: Callable[[], int]
    ) -> None:
        self._repository = repository
        self._signer = signer
        self._google = google
        self._verifier = GoogleVerifier(google) if google is not None else None
        self._now_ms = now_ms

    async def start(self) -> GoogleStart:
        """What a desktop needs to begin a sign-in. Raises: ServiceError not_configured, google_away."""
        google, verifier = self._configured()
        endpoints: Endpoints = await verifier.endpoints()
        nonce = self._signer.nonce(secrets.token_urlsafe(16))
        return GoogleStart(
            google.client_id, google.client_secret, endpoints.authorization_endpoint, endpoints.token_endpoint, nonce,
            NONCE_S,
        )  # fmt: skip

    async def sign_in(self, request: GoogleSignIn) -> SignedIn:
        """Make a session for the person whom Google names. Raises: ServiceError."""
        _, verifier = self._configured()
        nonce_expires_s = self._signer.read_nonce(request.nonce)
        person: Identity = await verifier.verify(request.id_token, request.nonce)
        now = self._now_ms()
        row = await self._repository.sign_in(
            person,
            request.device,
            user=new_id(now),
            session=new_id(now),
            stream=new_id(now),
            nonce=request.nonce,
            nonce_expires_at=nonce_expires_s * 1000,
            remembered=request.remembered,
            now=now,
            expires_at=now + _life_s(request.remembered) * 1000,
        )
        if row is None:
            raise ServiceError("nonce_refused")
        refuse_gone(row.deleted_at, now)
        return SignedIn(self._tokens(row, 0), row.id, me(row))

    async def refresh(self, request: Refresh) -> Tokens:
        """Tokens of the next generation. Raises: ServiceError sign_in, account_gone."""
        token = self._signer.read_refresh(request.refresh_token)
        now = self._now_ms()
        found = await self._session(token.session, token.user, now)
        expires_at = now + _life_s(bool(found.remembered)) * 1000
        row = await self._repository.refresh(token, request.attempt, now, expires_at)
        if row is None:
            raise ServiceError("sign_in")
        refuse_gone(row.deleted_at, now)
        if row.ended_at is not None or row.expires_at <= now or row.attempt != request.attempt:
            raise ServiceError("sign_in")
        return self._tokens(row, row.generation)

    async def log_out(self, request: Logout) -> None:
        """End the session of a token, or all of its account. A token that is no good any more is no error."""
        try:
            token = self._signer.read_refresh(request.refresh_token)
        except ServiceError:
            return
        found = await self._repository.find(token.session)
        if found is not None and found.user == token.user and found.ended_at is None:
            await self._repository.log_out(token.user, None if request.everywhere else token.session, self._now_ms())

    def read_access(self, access_token: str) -> Caller:
        """Who a token speaks for, by its signature alone. Raises: ServiceError sign_in."""
        return self._signer.read_access(access_token)

    async def check(self, caller: Caller) -> SessionRow:
        """Ask the database whether a session is still good.

        Raises: ServiceError sign_in, account_gone.
        """
        now = self._now_ms()
        row = await self._session(caller.session, caller.user, now)
        refuse_gone(row.deleted_at, now)
        if row.ended_at is not None:
            raise ServiceError("sign_in")
        return row

    async def tidy(self) -> None:
        """Forget what nobody can use any more."""
        now = self._now_ms()
        await self._repository.tidy(now, now - _KEEP_ENDED_MS)

    async def _session(self, session: str, user: str, now: int) -> SessionRow:
        """A session of a user, whether it ended or not. Raises: ServiceError sign_in, account_gone."""
        row = await self._repository.find(session)
        if row is None or row.user != user:
            refuse_gone(await self._repository.deleted_at(user), now)
            raise ServiceError("sign_in")
        return row

    def _configured(self) -> tuple[Google, GoogleVerifier]:
        if self._google is None or self._verifier is None:
            raise ServiceError("not_configured", "Signing in with Google is not set up on this service.")
        return self._google, self._verifier

    def _tokens(self, row: SessionRow, generation: int) -> Tokens:
        access = self._signer.access(Caller(row.user, row.id, row.role))
        refresh = self._signer.refresh(RefreshToken(row.user, row.id, generation), _life_s(bool(row.remembered)))
        return Tokens(access, ACCESS_S, refresh)


def me(row: SessionRow) -> Me:
    """The account of a session, as its owner may see it."""
    due_at = None if row.deleted_at is None else row.deleted_at + GRACE_MS
    return Me(row.user, row.email, row.name, row.role, row.created_at, due_at)


def refuse_pending(deleted_at: int | None) -> None:
    """Raises: ServiceError deletion_pending for an account that is to be deleted."""
    if deleted_at is not None:
        raise ServiceError("deletion_pending", due_at=deleted_at + GRACE_MS)


def refuse_gone(deleted_at: int | None, now: int) -> None:
    """Raises: ServiceError account_gone for an account whose days of grace are over."""
    if deleted_at is not None and deleted_at + GRACE_MS <= now:
        raise ServiceError("account_gone")


def _life_s(remembered: bool) -> int:
    return REMEMBERED_S if remembered else UNREMEMBERED_S
