"""Everything that the service holds about an account, as one zip: JSON for programs, CSV for spreadsheets."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO, Any

from msgspec import json

from sync.accounts.repository import AccountRepository, DeviceRow
from sync.database import Row
from sync.wire import Me

_EVENT_FIELDS = ("seq", "id", "device", "type", "version", "occurred_at", "at", "payload")

_READ_ME = """\
Everything that PingToPass keeps about your account.

account.json   your account as Google named it, and when it was made
devices        where you are signed in, as JSON and as CSV
events         what you did, one action a line: as JSON lines with its payload unchanged, and as CSV

Times are milliseconds since 1970, UTC. "at" is the time by which actions are ordered, "occurred_at" the clock of the
device. What the types and fields of an action mean stands in the documentation of the program, in "Learner events".
"""


async def write_export(repository: AccountRepository, me: Me, devices: list[DeviceRow]) -> IO[bytes]:
    """A temporary file with the zip, at its beginning. The caller closes it, and it is gone.

    Raises: DatabaseError, OSError (no room).
    """
    target = TemporaryFile()  # noqa: SIM115  the caller closes it
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("READ ME.txt", _READ_ME)
            archive.writestr("account.json", json.format(json.encode(me)))
            archive.writestr("devices.json", json.format(json.encode(devices)))
            archive.writestr("devices.csv", _table(DeviceRow.__struct_fields__, map(_cells, devices)))
            await _write_events(repository, me.id, archive)
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


async def _write_events(repository: AccountRepository, user: str, archive: zipfile.ZipFile) -> None:
    """The table goes to a file beside: a zip takes one member at a time."""
    with TemporaryFile() as table:
        await asyncio.to_thread(table.write, _table(_EVENT_FIELDS, ()).encode())
        with archive.open("events.jsonl", "w", force_zip64=True) as lines:
            async for page in repository.events(user):
                await asyncio.to_thread(_write_page, page, lines, table)
        table.seek(0)
        with archive.open("events.csv", "w", force_zip64=True) as member:
            while part := await asyncio.to_thread(table.read, 1 << 20):
                await asyncio.to_thread(member.write, part)


def _write_page(page: list[Row], lines: IO[bytes], table: IO[bytes]) -> None:
    encode = json.Encoder().encode
    lines.write(b"".join(encode(dict(zip(_EVENT_FIELDS, row, strict=True))) + b"\n" for row in page))
    table.write(_table((), page).encode())


def _table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    if fields := list(header):
        writer.writerow(fields)
    writer.writerows(rows)
    return text.getvalue()


def _cells(device: DeviceRow) -> list[Any]:
    return [getattr(device, field) for field in device.__struct_fields__]
