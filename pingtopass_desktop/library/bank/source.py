"""The files of a bank: a folder or a zip, read within limits and never outside themselves."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from pingtopass_desktop.library.bank.model import BankError, Problem

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
MAX_FILES = 20_000


class BankFiles(Protocol):
    """The files of a bank by POSIX path relative to its root, sorted."""

    name: str

    def paths(self) -> list[str]: ...

    def read(self, path: str) -> bytes:
        """Raises: BankError for a file that is missing, too large or damaged."""
        ...


@contextmanager
def open_files(path: Path) -> Iterator[BankFiles]:
    """Open a folder or a zip. Raises: BankError where it is neither, damaged, encrypted or leaves its folder."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield _Zip(path.name, archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise _refusal(path.name, f"is not a readable zip file ({error})") from error
    except OSError as error:
        raise _refusal(path.name, f"cannot be read ({error.strerror or error})") from error


class _Folder:
    def __init__(self, root: Path) -> None:
        self.name = root.name
        self._root = root.resolve()

    def paths(self) -> list[str]:
        found = [file for file in self._root.rglob("*") if file.is_file()]
        if len(found) > MAX_FILES:
            raise _refusal(self.name, f"holds more than {MAX_FILES} files")
        return sorted(file.relative_to(self._root).as_posix() for file in found)

    def read(self, path: str) -> bytes:
        file = (self._root / path).resolve()
        if not file.is_relative_to(self._root):
            raise _refusal(path, "points outside the bank's folder")
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                raise _refusal(path, f"is larger than {MAX_FILE_BYTES // 2**20} MiB")
            return file.read_bytes()
        except OSError as error:
            raise _refusal(path, f"cannot be read ({error.strerror or error})") from error


class _Zip:
    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = Path(name).stem
        self._archive = archive
        members = [info for info in archive.infolist() if info.filename and not info.is_dir()]
        if len(members) > MAX_FILES:
            raise _refusal(name, f"holds more than {MAX_FILES} files")
        if sum(info.file_size for info in members) > MAX_TOTAL_BYTES:
            raise _refusal(name, f"unpacks to more than {MAX_TOTAL_BYTES // 2**30} GiB")
        for info in members:
            self._check(info)
        prefix = _common_folder([info.filename for info in members])
        self._members = {info.filename.removeprefix(prefix): info for info in members}
        if len(self._members) != len(members):
            raise _refusal(name, "holds two files of the same name")

    def _check(self, info: zipfile.ZipInfo) -> None:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
            raise _refusal(info.filename, "is a path outside the archive")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _refusal(info.filename, "is a link; an archive of questions holds plain files only")
        if info.flag_bits & 0x1:
            raise _refusal(info.filename, "is encrypted; unpack the archive with its password first")

    def paths(self) -> list[str]:
        return sorted(self._members)

    def read(self, path: str) -> bytes:
        info = self._members.get(path)
        if info is None:
            raise _refusal(path, "is missing")
        with self._archive.open(info) as member:
            content = member.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise _refusal(path, f"is larger than {MAX_FILE_BYTES // 2**20} MiB")
        return content


def _common_folder(names: list[str]) -> str:
    """The one folder that everything lies in, with its slash; empty where there is none."""
    first = {name.split("/", 1)[0] for name in names}
    if len(first) == 1 and all("/" in name for name in names):
        return first.pop() + "/"
    return ""


def _refusal(where: str, message: str) -> BankError:
    return BankError([Problem(where, "", message)])
