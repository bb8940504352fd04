"""The settings of the API, from the environment. `.env.example` is the list of all of them. Nothing else reads the
environment; a value that cannot be used stops the start with a message that names it."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

MIN_SECRET_BYTES = 32

GOOGLE_DISCOVERY_URL = "https://accounts.google.com/.well-known/openid-configuration"


class SettingsError(Exception):
    """Settings that cannot be used, one sentence a line, each with the name that it is about."""


_UNITS_S = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class Rate(NamedTuple):
    """At most `amount` in `window_s` seconds."""

    amount: int
    window_s: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """From "120/minute"; the unit is second, minute, hour or day. Raises: ValueError."""
        found = re.fullmatch(r"([1-9][0-9]{0,9})/(second|minute|hour|day)", text)
        if found is None:
            raise ValueError(text)
        return cls(int(found[1]), _UNITS_S[found[2]])


class Limits(Struct, frozen=True):
    """`events` counts events, the other rates requests."""

    sign_in: Rate = Rate(20, 60)
    address: Rate = Rate(1_200, 60)
    account: Rate = Rate(240, 60)
    export: Rate = Rate(6, 3600)
    events: Rate = Rate(200_000, 86_400)
    account_bytes: int = 2_000_000_000


class Google(Struct, frozen=True):
    client_id: str
    client_secret: str
    discovery_url: str


class Settings(Struct, frozen=True):
    """`jwt_secrets`: the first one signs, all of them verify. Without a `turso_url` accounts live in
    `data_dir`/accounts.db."""

    is_development: bool
    site_url: str
    jwt_secrets: tuple[str, ...]
    data_dir: Path
    turso_url: str | None
    turso_token: str
    google: Google | None
    entitlement_keys: tuple[bytes, ...]
    metrics_token: str
    host: str
    port: int
    trusted_proxies: str
    limits: Limits

    @property
    def accounts_file(self) -> Path:
        return self.data_dir / "accounts.db"

    @property
    def deletions_file(self) -> Path:
        """Which accounts were deleted: kept outside the database, so that a restored one can forget them again."""
        return self.data_dir / "deletions.jsonl"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises: SettingsError."""
        return _Reader(environment).settings()


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._wrong: list[str] = []

    def settings(self) -> Settings:
        kind = self._text("ENVIRONMENT", "production")
        if kind not in ("production", "development"):
            self._wrong.append("ENVIRONMENT is neither production nor development.")
        is_development = kind == "development"
        settings = Settings(
            is_development=is_development,
            site_url=self._site_url(is_development),
            jwt_secrets=self._jwt_secrets(is_development),
            data_dir=Path(self._text("DATA_DIR", "data")).absolute(),
            turso_url=self._turso_url(),
            turso_token=self._text("TURSO_AUTH_TOKEN"),
            google=self._google(is_development),
            entitlement_keys=self._entitlement_keys(),
            metrics_token=self._secret("METRICS_TOKEN"),
            host=self._text("HOST", "127.0.0.1"),
            port=self._whole("PORT", 8000, 0, 65_535),
            trusted_proxies=self._trusted_proxies(),
            limits=self._limits(),
        )
        if self._wrong:
            raise SettingsError("\n".join(self._wrong))
        return settings

    def _text(self, name: str, default: str = "") -> str:
        return self._environment.get(name, "").strip() or default

    def _whole(self, name: str, default: int, low: int, high: int) -> int:
        text = self._text(name, str(default))
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        self._wrong.append(f"{name} is {text!r}, not a whole number from {low} to {high}.")
        return default

    def _secret(self, name: str) -> str:
        value = self._text(name)
        if value and len(value.encode()) < MIN_SECRET_BYTES:
            self._wrong.append(f"{name} is shorter than {MIN_SECRET_BYTES} bytes. Make one with: openssl rand -hex 32")
        return value

    def _url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        text = self._text(name, default)
        if "@" in text or "?" in text or "#" in text:  # there could be a secret behind it
            self._wrong.append(f"{name} is an address with @, ? or # in it. None of them belongs there.")
            return ""
        try:
            parts = urlsplit(text)
            is_usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            is_usable = False
        if text and not is_usable:
            self._wrong.append(f"{name} is {text!r}, not an address that begins with {' or '.join(schemes)}://.")
        return text.rstrip("/")

    def _trusted_proxies(self) -> str:
        places = [place.strip() for place in self._text("FORWARDED_ALLOW_IPS").split(",") if place.strip()]
        try:
            for place in places:
                if places != ["*"]:
                    ip_network(place)
        except ValueError:
            self._wrong.append(
                f"FORWARDED_ALLOW_IPS is {','.join(places)!r}, not * or a list of addresses and networks (10.0.0.0/8)."
            )
        return ",".join(places)

    def _site_url(self, is_development: bool) -> str:
        url = self._url("SITE_URL", "http://127.0.0.1:8000" if is_development else "", ("https", "http"))
        if not url and not self._text("SITE_URL"):
            self._wrong.append("SITE_URL is empty. It is the address at which learners reach this service.")
        elif url.startswith("http://") and not is_development:
            self._wrong.append("SITE_URL must begin with https:// outside development.")
        return url

    def _jwt_secrets(self, is_development: bool) -> tuple[str, ...]:
        current = self._secret("JWT_SECRET")
        if not current and is_development:
            current = secrets.token_hex(32)  # sign-ins last until the next start
        if not current:
            self._wrong.append("JWT_SECRET is empty. Make one with: openssl rand -hex 32")
        previous = self._secret("JWT_SECRET_PREVIOUS")
        return (current, previous) if previous else (current,)

    def _turso_url(self) -> str | None:
        url = self._url("TURSO_DATABASE_URL", "", ("libsql", "https", "http"))
        if self._text("TURSO_AUTH_TOKEN") and not self._text("TURSO_DATABASE_URL"):
            self._wrong.append("TURSO_AUTH_TOKEN is set and TURSO_DATABASE_URL is not.")
        return url or None

    def _google(self, is_development: bool) -> Google | None:
        client_id, client_secret = self._text("GOOGLE_CLIENT_ID"), self._text("GOOGLE_CLIENT_SECRET")
        if not client_id and not client_secret:
            if self._text("GOOGLE_DISCOVERY_URL"):
                self._wrong.append("GOOGLE_DISCOVERY_URL is set and GOOGLE_CLIENT_ID is not.")
            return None
        for name, value in (("GOOGLE_CLIENT_ID", client_id), ("GOOGLE_CLIENT_SECRET", client_secret)):
            if not value:
                self._wrong.append(
                    f"{name} is empty and its other half is not. Set both, or none: nobody can sign in then."
                )
        schemes = ("https", "http") if is_development else ("https",)
        return Google(client_id, client_secret, self._url("GOOGLE_DISCOVERY_URL", GOOGLE_DISCOVERY_URL, schemes))

    def _entitlement_keys(self) -> tuple[bytes, ...]:
        """Seeds of Ed25519 keys, base64 of 32 bytes each; the first one signs."""
        keys = []
        for name in ("ENTITLEMENT_SIGNING_KEY", "ENTITLEMENT_SIGNING_KEY_PREVIOUS"):
            text = self._text(name)
            if not text:
                continue
            try:
                seed = base64.b64decode(text, validate=True)
            except binascii.Error:
                seed = b""
            if len(seed) == 32:
                keys.append(seed)
            else:
                self._wrong.append(f"{name} is not the base64 of 32 bytes. Make one with: openssl rand -base64 32")
        if self._text("ENTITLEMENT_SIGNING_KEY_PREVIOUS") and not self._text("ENTITLEMENT_SIGNING_KEY"):
            self._wrong.append("ENTITLEMENT_SIGNING_KEY_PREVIOUS is set and ENTITLEMENT_SIGNING_KEY is not.")
        return tuple(keys)

    def _limits(self) -> Limits:
        usual = Limits()
        return Limits(
            sign_in=self._rate("RATE_SIGN_IN", usual.sign_in),
            address=self._rate("RATE_ADDRESS", usual.address),
            account=self._rate("RATE_ACCOUNT", usual.account),
            export=self._rate("RATE_EXPORT", usual.export),
            events=self._rate("RATE_EVENTS", usual.events),
            account_bytes=self._whole("ACCOUNT_BYTES", usual.account_bytes, 1, 2**62),
        )

    def _rate(self, name: str, default: Rate) -> Rate:
        text = self._text(name)
        try:
            return Rate.parse(text) if text else default
        except ValueError:
            self._wrong.append(f'{name} is {text!r}, not a rate such as "120/minute".')
            return default
