"""The export of all data of an account. On both databases."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from sync.database import Step
from sync.wire import MAX_PAYLOAD_BYTES, WireEvent
from tests.fakes.service import Account, ServiceHere
from tests.sync.api.pushing import events, push
from tests.sync.api.signing import code

pytestmark = pytest.mark.anyio

AWKWARD = [
    "{}",
    '{ "spaces" :  1.0 }',
    '{"big":123456789012345678901234567890,"tiny":1e-999,"huge":1e999}',
    '{"escaped":"\\u0000\\ud800\\u2028","lines":"a\\r\\nb"}',
    '{"written":"Zoë \N{GRADUATION CAP} \N{LINE SEPARATOR}","quotes":"\\"a\\",\'b\';=1+1"}',
    "\n[1,\t2,\r3]\n",
    '"text"',
    "null",
]
FIELDS = ["seq", "id", "device", "type", "version", "occurred_at", "at", "payload"]
NAMES = ["READ ME.txt", "account.json", "devices.json", "devices.csv", "events.jsonl", "events.csv"]


@pytest.fixture
def service_settings(on_database: dict[str, str]) -> dict[str, str]:
    return on_database


class Export:
    """What somebody finds who opens the zip."""

    def __init__(self, content: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        assert self.archive.testzip() is None

    def text(self, name: str) -> str:
        return self.archive.read(name).decode("utf-8")

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text("events.jsonl").split("\n") if line]

    def table(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(name), newline="")))


async def _export(service: ServiceHere, account: Account) -> Export:
    answer = await service.client.get("/v1/me/export", headers=account.headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="pingtopass-my-data.zip"'
    return Export(answer.content)


def _sent(lines: list[dict[str, Any]]) -> list[WireEvent]:
    """The events of the lines as they were sent."""
    names = ("id", "device", "type", "version", "occurred_at", "payload")
    return [WireEvent(**{name: line[name] for name in names}) for line in lines]


async def test_everything_that_was_sent_is_there_unchanged(service: ServiceHere, ada: Account) -> None:
    sent = events(AWKWARD)
    await push(service.client, ada, sent)

    export = await _export(service, ada)

    assert export.archive.namelist() == NAMES
    assert _sent(export.lines) == sent
    assert [line["seq"] for line in export.lines] == [*range(1, len(sent) + 1)]
    assert all(list(line) == FIELDS and isinstance(line["at"], int) for line in export.lines)


async def test_the_table_says_the_same_as_the_lines(service: ServiceHere, ada: Account) -> None:
    await push(service.client, ada, events(AWKWARD))
    export = await _export(service, ada)
    assert export.table("events.csv") == [{name: str(line[name]) for name in FIELDS} for line in export.lines]
    assert export.table("devices.csv") == [
        {name: str(value) for name, value in device.items()} for device in json.loads(export.text("devices.json"))
    ]


async def test_the_account_and_its_devices_are_there(service: ServiceHere, ada: Account) -> None:
    export = await _export(service, ada)
    answer = await service.client.get("/v1/me", headers=ada.headers)
    assert json.loads(export.text("account.json")) == answer.json()
    [device] = json.loads(export.text("devices.json"))
    assert (device["id"], device["name"], device["platform"]) == (ada.session, "Laptop", "Linux")
    assert all(name.split(".")[0] in export.text("READ ME.txt") for name in NAMES[1:])


async def test_an_account_without_events_has_empty_lists(service: ServiceHere, ada: Account) -> None:
    export = await _export(service, ada)
    assert (export.lines, export.table("events.csv")) == ([], [])
    assert export.text("events.csv").strip() == ",".join(FIELDS)


async def test_thousands_of_events_are_there_once_each(service: ServiceHere, ada: Account) -> None:
    sent = events([f'{{"number":{number}}}' for number in range(5_000)])
    await push(service.client, ada, sent)
    export = await _export(service, ada)
    assert _sent(export.lines) == sent
    assert [row["seq"] for row in export.table("events.csv")] == [str(number) for number in range(1, 5_001)]


async def test_the_largest_events_are_there(service: ServiceHere, ada: Account) -> None:
    """A page of them must not outgrow what a database over HTTP answers at once: half of each is escaped there."""
    await service.database.write([Step(_LARGEST, {"user": ada.user})])
    lines = (await _export(service, ada)).lines
    assert len(lines) == 510
    assert {len(line["payload"]) for line in lines} == {MAX_PAYLOAD_BYTES}
    assert json.loads(lines[0]["payload"]) == '"' * 8_191


_LARGEST = (
    "WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 510)"
    " INSERT INTO events(user, seq, id, device, type, version, occurred_at, at, payload)"
    " SELECT :user, seq, 'id ' || seq, 'device', 'note_set', 1, seq, seq,"
    " '\"' || replace(hex(zeroblob(8191)), '00', '\\\"') || '\"' FROM n"
)


async def test_nothing_of_other_people_is_there(service: ServiceHere, ada: Account, grace: Account) -> None:
    await push(service.client, ada, events(['{"mine":1}']))
    await push(service.client, grace, events(['{"theirs":1}', '{"theirs":2}']))

    export = await _export(service, ada)

    whole = "".join(map(export.text, NAMES))
    assert [line["payload"] for line in export.lines] == ['{"mine":1}']
    for foreign in ("theirs", grace.user, grace.session, "grace@example.com"):
        assert foreign not in whole


async def test_no_secret_is_there(service: ServiceHere, ada: Account) -> None:
    export = await _export(service, ada)
    whole = "".join(map(export.text, NAMES))
    for secret in (ada.token, ada.stream, "attempt", "generation", service.settings.jwt_secrets[0]):
        assert secret not in whole


async def test_an_export_needs_a_token(service: ServiceHere) -> None:
    assert code(await service.client.get("/v1/me/export")) == "sign_in"
    assert code(await service.client.get("/v1/me/export?access_token=x")) == "sign_in"
