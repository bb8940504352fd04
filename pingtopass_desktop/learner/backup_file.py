"""The zip that a backup is: its manifest, and reading it within limits. It knows nothing of what the files mean.

Every member is named in the manifest with its size and SHA-256, and only the names of a backup are accepted.
"""

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from pingtopass_desktop.disk import sync_file

FORMAT = 1
MANIFEST = "manifest.json"
LEARNER = "learner.db"
MAX_MEMBERS = 2001
MAX_MANIFEST_BYTES = 1024 * 1024
MAX_POINTER_BYTES = 64 * 1024
MAX_TOTAL_BYTES = 16 * 1024**3

_PACK = re.compile(r"packs/(?!\.)[^/\\:*?\"<>|\x00-\x1f]{1,200}\.pack")
_POINTER = re.compile(r"packs/(?!\.)([^/\\:*?\"<>|\x00-\x1f]{1,200})\.current")
_CHUNK_BYTES = 1024 * 1024


class BackupUnreadable(Exception):
    """The file is no backup, is damaged, or is of a newer program. The message says which."""


class Member(Struct, frozen=True):
    sha256: str
    size: int


class Manifest(Struct, frozen=True):
    """What a backup says of itself. `packs` maps a bank to the file of its pack, `pointers` to its pointer's bytes."""

    format: int
    program: str
    created_at: datetime
    events: int
    packs: Mapping[str, str]
    members: Mapping[str, Member] = field(default_factory=dict)
    pointers: Mapping[str, bytes] = field(default_factory=dict)


class BackupFile:
    """An open backup whose names and manifest are sound. The bytes of a member are checked as it is extracted."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._archive = archive

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a file, on disk when this returns. Raises: BackupUnreadable, OSError."""
        with target.open("wb") as file:
            for chunk in _checked(self._archive, name, self.manifest.members[name], self.path):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())


def write_backup(target: Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Write the zip, on disk when this returns. Members and pointers of the manifest are worked out here."""
    members: dict[str, Member] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, path in files.items():
            digest, size = hashlib.sha256(), 0
            info = zipfile.ZipInfo(name, manifest.created_at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as member:
                while chunk := source.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    size += len(chunk)
                    member.write(chunk)
            members[name] = Member(digest.hexdigest(), size)
        fields = {
            "format": manifest.format,
            "program": manifest.program,
            "created_at": manifest.created_at.isoformat(timespec="seconds"),
            "events": manifest.events,
            "packs": dict(manifest.packs),
            "members": {name: {"sha256": member.sha256, "size": member.size} for name, member in members.items()},
        }
        archive.writestr(MANIFEST, json.dumps(fields, indent=2))
    sync_file(target)


@contextmanager
def open_backup(path: Path) -> Iterator[BackupFile]:
    """Open a backup and check its names and manifest. Raises: BackupUnreadable."""
    if not path.is_file():
        raise BackupUnreadable(f"{path} is not there, or is no file. Check the name.")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise BackupUnreadable(f"{path.name} is no backup, or is damaged ({error}).") from error
    with archive:
        yield BackupFile(path, archive, _manifest(archive, path))


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if MANIFEST not in names or LEARNER not in names:
        raise BackupUnreadable(f"{path.name} is no backup of PingToPass.")
    if len(names) > MAX_MEMBERS or len(set(names)) != len(names):
        raise BackupUnreadable(f"{path.name} is no backup of PingToPass: it has too many files or one twice.")
    for info in infos:
        is_known = info.filename in (MANIFEST, LEARNER) or _PACK.fullmatch(info.filename)
        if not is_known and not _POINTER.fullmatch(info.filename):
            raise BackupUnreadable(f"{path.name} holds {info.filename!r}, which no backup does. It is not restored.")
        if info.flag_bits & 0x1:
            raise BackupUnreadable(f"{path.name} is encrypted. Unpack it with its password and zip it again.")
    fields = _json(archive, path)
    try:
        return _parsed(fields, archive, path, set(names))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _damaged(path) from error


def _parsed(fields: Any, archive: zipfile.ZipFile, path: Path, names: set[str]) -> Manifest:
    if int(fields["format"]) > FORMAT:
        raise BackupUnreadable(
            f"{path.name} was written by a newer version of PingToPass. Update PingToPass to restore it."
        )
    members = {str(name): Member(str(m["sha256"]), int(m["size"])) for name, m in fields["members"].items()}
    packs = {str(bank): str(file) for bank, file in fields["packs"].items()}
    expected = {LEARNER} | {f"packs/{file}" for file in packs.values()} | {f"packs/{bank}.current" for bank in packs}
    if set(members) != expected or names != expected | {MANIFEST}:
        raise _damaged(path)
    if any(member.size < 0 for member in members.values()):
        raise _damaged(path)
    if sum(member.size for member in members.values()) > MAX_TOTAL_BYTES:
        raise BackupUnreadable(f"{path.name} unpacks to more than {MAX_TOTAL_BYTES // 2**30} GiB. It is not restored.")
    pointers: dict[str, bytes] = {}
    for bank, file in packs.items():
        name = f"packs/{bank}.current"
        if members[name].size > MAX_POINTER_BYTES:
            raise _damaged(path)
        pointers[bank] = b"".join(_checked(archive, name, members[name], path))
        if json.loads(pointers[bank])["pack"] != file:
            raise _damaged(path)
    return Manifest(
        format=FORMAT,
        program=str(fields["program"]),
        created_at=datetime.fromisoformat(fields["created_at"]).astimezone(UTC),
        events=int(fields["events"]),
        packs=packs,
        members=members,
        pointers=pointers,
    )


def _json(archive: zipfile.ZipFile, path: Path) -> Any:
    try:
        with _reading(path), archive.open(MANIFEST) as member:
            content = member.read(MAX_MANIFEST_BYTES + 1)
        if len(content) > MAX_MANIFEST_BYTES:
            raise _damaged(path)
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error


def _checked(archive: zipfile.ZipFile, name: str, member: Member, path: Path) -> Iterator[bytes]:
    """The bytes of a member, never more than it says to have; size and digest are compared at the end."""
    digest, left = hashlib.sha256(), member.size
    with _reading(path), archive.open(name) as source:
        while left >= 0 and (chunk := source.read(min(_CHUNK_BYTES, left + 1))):
            left -= len(chunk)
            if left < 0:
                raise _damaged(path)
            digest.update(chunk)
            yield chunk
    if left or digest.hexdigest() != member.sha256:
        raise _damaged(path)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what reading a broken zip raises into `BackupUnreadable`; an offset before its beginning is an OSError."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path) from error
    except OSError as error:
        raise BackupUnreadable(f"{path.name} cannot be read ({error.strerror or error}).") from error


def _damaged(path: Path) -> BackupUnreadable:
    return BackupUnreadable(f"{path.name} is damaged. Choose another backup.")
