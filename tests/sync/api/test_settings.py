"""Settings of the API: what stops the start and how it is named, the defaults, and that `.env.example` is complete."""

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec import structs

from sync.settings import GOOGLE_DISCOVERY_URL, Google, Limits, Rate, Settings, SettingsError

EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"

SECRET = "0123456789abcdef0123456789abcdef"
KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {"JWT_SECRET": SECRET, "SITE_URL": "https://api.example.org"}


class Noted(Mapping[str, str]):
    """An environment that notes what is asked of it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _read(**changes: str) -> Settings:
    return Settings.from_environment({**PRODUCTION, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ENVIRONMENT": "staging"}, "ENVIRONMENT is neither production nor development."),
        ({"JWT_SECRET": ""}, "JWT_SECRET is empty. Make one with: openssl rand -hex 32"),
        ({"JWT_SECRET": "   "}, "JWT_SECRET is empty."),
        ({"JWT_SECRET": "x" * 31}, "JWT_SECRET is shorter than 32 bytes."),
        ({"JWT_SECRET_PREVIOUS": "short"}, "JWT_SECRET_PREVIOUS is shorter than 32 bytes."),
        ({"SITE_URL": ""}, "SITE_URL is empty."),
        ({"SITE_URL": "http://api.example.org"}, "SITE_URL must begin with https:// outside development."),
        ({"SITE_URL": "api.example.org"}, "SITE_URL is 'api.example.org', not an address"),
        ({"SITE_URL": "https://"}, "SITE_URL is 'https://', not an address"),
        ({"SITE_URL": "https://api.example.org:0"}, "SITE_URL is"),
        ({"SITE_URL": "https://api.example.org:99999"}, "SITE_URL is"),
        ({"SITE_URL": "ftp://api.example.org"}, "SITE_URL is"),
        ({"SITE_URL": "https://[::1"}, "SITE_URL is"),
        ({"SITE_URL": "https://api.example.org/?a=b"}, "SITE_URL is an address with @, ? or # in it."),
        ({"TURSO_AUTH_TOKEN": "token"}, "TURSO_AUTH_TOKEN is set and TURSO_DATABASE_URL is not."),
        ({"TURSO_DATABASE_URL": "file:local.db"}, "TURSO_DATABASE_URL is 'file:local.db', not an address"),
        ({"TURSO_DATABASE_URL": "libsql://"}, "TURSO_DATABASE_URL is"),
        ({"GOOGLE_CLIENT_ID": "id"}, "GOOGLE_CLIENT_SECRET is empty and its other half is not."),
        ({"GOOGLE_CLIENT_SECRET": "secret"}, "GOOGLE_CLIENT_ID is empty and its other half is not."),
        (
            {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "s", "GOOGLE_DISCOVERY_URL": "http://accounts.example"},
            "GOOGLE_DISCOVERY_URL is 'http://accounts.example', not an address that begins with https://.",
        ),
        ({"GOOGLE_DISCOVERY_URL": "https://accounts.example"}, "GOOGLE_DISCOVERY_URL is set and GOOGLE_CLIENT_ID is"),
        ({"ENTITLEMENT_SIGNING_KEY": "no base64"}, "ENTITLEMENT_SIGNING_KEY is not the base64 of 32 bytes."),
        ({"ENTITLEMENT_SIGNING_KEY": KEY[:-4]}, "ENTITLEMENT_SIGNING_KEY is not the base64 of 32 bytes."),
        (
            {"ENTITLEMENT_SIGNING_KEY": KEY, "ENTITLEMENT_SIGNING_KEY_PREVIOUS": "x"},
            "ENTITLEMENT_SIGNING_KEY_PREVIOUS is not the base64 of 32 bytes.",
        ),
        (
            {"ENTITLEMENT_SIGNING_KEY_PREVIOUS": KEY},
            "ENTITLEMENT_SIGNING_KEY_PREVIOUS is set and ENTITLEMENT_SIGNING_KEY is not.",
        ),
        ({"METRICS_TOKEN": "guessed"}, "METRICS_TOKEN is shorter than 32 bytes."),
        ({"PORT": "http"}, "PORT is 'http', not a whole number from 0 to 65535."),
        ({"PORT": "65536"}, "PORT is '65536'"),
        ({"PORT": "-1"}, "PORT is '-1'"),
        ({"PORT": "٣"}, "PORT is '٣'"),
        ({"ACCOUNT_BYTES": "0"}, "ACCOUNT_BYTES is '0'"),
        ({"ACCOUNT_BYTES": "2GB"}, "ACCOUNT_BYTES is '2GB'"),
        ({"FORWARDED_ALLOW_IPS": "proxy.internal"}, "FORWARDED_ALLOW_IPS is 'proxy.internal', not * or a list of"),
        ({"FORWARDED_ALLOW_IPS": "10.0.0.1, 10.0.0.0/99"}, "FORWARDED_ALLOW_IPS is"),
        ({"RATE_SIGN_IN": "20"}, "RATE_SIGN_IN is '20', not a rate such as \"120/minute\"."),
        ({"RATE_ADDRESS": "0/minute"}, "RATE_ADDRESS is '0/minute'"),
        ({"RATE_ACCOUNT": "many/minute"}, "RATE_ACCOUNT is"),
        ({"RATE_EXPORT": "6/fortnight"}, "RATE_EXPORT is"),
        ({"RATE_EVENTS": "-1/day"}, "RATE_EVENTS is"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(changes: dict[str, str], expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        _read(**changes)
    assert len(str(raised.value).splitlines()) == 1
    assert str(raised.value).startswith(expected)


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"PORT": "x", "GOOGLE_CLIENT_ID": "id"})
    named = [line.split()[0] for line in str(raised.value).splitlines()]
    assert sorted(named) == ["GOOGLE_CLIENT_SECRET", "JWT_SECRET", "PORT", "SITE_URL"]


@pytest.mark.parametrize(
    "changes",
    [
        {"JWT_SECRET": "the secret"},
        {"METRICS_TOKEN": "the secret"},
        {"ENTITLEMENT_SIGNING_KEY": "the secret"},
        {"TURSO_DATABASE_URL": "libsql://db.example.org?authToken=the secret"},
        {"TURSO_DATABASE_URL": "https://user:the secret@db.example.org"},
    ],
)
def test_a_message_never_holds_a_secret(changes: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as raised:
        _read(**changes)
    assert next(iter(changes)) in str(raised.value)
    assert "the secret" not in str(raised.value)


def test_two_settings_are_enough_in_production() -> None:
    settings = _read()
    assert settings.jwt_secrets == (SECRET,)
    assert settings.site_url == "https://api.example.org"
    assert (settings.google, settings.turso_url, settings.metrics_token) == (None, None, "")
    assert (settings.host, settings.port, settings.trusted_proxies) == ("127.0.0.1", 8000, "")
    assert settings.accounts_file == Path("data/accounts.db").absolute()
    assert settings.deletions_file == Path("data/deletions.jsonl").absolute()


def test_development_needs_no_setting() -> None:
    first, second = (Settings.from_environment({"ENVIRONMENT": "development"}) for _ in range(2))
    assert first.site_url == "http://127.0.0.1:8000"
    assert len(first.jwt_secrets[0]) == 64
    assert first.jwt_secrets != second.jwt_secrets


def test_a_value_may_have_space_around_it_and_an_address_a_stroke_at_its_end() -> None:
    settings = _read(SITE_URL=" https://api.example.org/ ", JWT_SECRET=f" {SECRET}\n", PORT=" 80 ")
    assert (settings.site_url, settings.jwt_secrets, settings.port) == ("https://api.example.org", (SECRET,), 80)


def test_what_is_set_arrives() -> None:
    settings = _read(
        JWT_SECRET_PREVIOUS=SECRET[::-1], TURSO_DATABASE_URL="libsql://db.example.org", TURSO_AUTH_TOKEN="token",
        GOOGLE_CLIENT_ID="id", GOOGLE_CLIENT_SECRET="secret", ENTITLEMENT_SIGNING_KEY=KEY,
        METRICS_TOKEN=SECRET, HOST="0.0.0.0", PORT="0", FORWARDED_ALLOW_IPS="127.0.0.1,10.0.0.0/8, ::1",
        RATE_SIGN_IN="1/second", RATE_EXPORT="2/day", ACCOUNT_BYTES="1000",
    )  # fmt: skip
    assert settings.jwt_secrets == (SECRET, SECRET[::-1])
    assert (settings.turso_url, settings.turso_token) == ("libsql://db.example.org", "token")
    assert settings.google == Google("id", "secret", GOOGLE_DISCOVERY_URL)
    assert settings.entitlement_keys == (bytes(range(32)),)
    assert (settings.metrics_token, settings.host, settings.port) == (SECRET, "0.0.0.0", 0)
    assert settings.trusted_proxies == "127.0.0.1,10.0.0.0/8,::1"
    limits = structs.replace(Limits(), sign_in=Rate(1, 1), export=Rate(2, 86_400), account_bytes=1000)
    assert settings.limits == limits
    assert _read(FORWARDED_ALLOW_IPS="*").trusted_proxies == "*"


def test_the_key_that_signs_comes_first() -> None:
    other = base64.b64encode(bytes(32)).decode()
    settings = _read(ENTITLEMENT_SIGNING_KEY=KEY, ENTITLEMENT_SIGNING_KEY_PREVIOUS=other)
    assert settings.entitlement_keys == (bytes(range(32)), bytes(32))


def _example() -> dict[str, str]:
    """The variables of `.env.example`, also those behind a comment sign."""
    found = re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert len(found) == len(dict(found))
    return dict(found)


def test_the_example_has_every_setting_that_is_read_and_no_other() -> None:
    asked: set[str] = set()
    for values in (PRODUCTION, {"ENVIRONMENT": "development"}, {**PRODUCTION, **_example_of_everything()}):
        environment = Noted(values)
        Settings.from_environment(environment)
        asked |= environment.asked
    assert set(_example()) == asked


def _example_of_everything() -> dict[str, str]:
    return {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "s", "ENTITLEMENT_SIGNING_KEY": KEY}


def test_the_defaults_of_the_example_are_those_of_the_program() -> None:
    """What the example sets is what a service has that leaves it out, but for the two that it must set."""
    example = {name: value for name, value in _example().items() if name not in PRODUCTION}
    assert Settings.from_environment({**PRODUCTION, **example}) == _read()


def test_every_setting_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z][A-Z0-9_]+=", line):
            above = lines[number - 1]
            assert above.startswith("# ") or re.match(r"#?[A-Z][A-Z0-9_]+=", above), line
