"""The search index of a pack: a file beside it, ``<pack>.search``, that can be built again from the pack at any time.

It is no part of a release. It is written after the release is in force, so that a large import can be used at once, and
it is never trusted for content: it gives numbers of questions, and the pack gives the questions. A missing, stale or
damaged index is built anew; where the folder cannot be written, in memory.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from pingtopass_desktop.disk import sync_file
from pingtopass_desktop.library.pack import Pack, PackDamaged

SUFFIX = ".search"

_APPLICATION_ID = 0x50325053  # "P2PS"
_FORMAT = 1

_FTS = (
    "fts5(text, options, explanation, content = '', "
    "tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')"
)  # fmt: skip
_STEP = 2000

Progress = Callable[[int, int], None]


def index_file(pack: Path) -> Path:
    return pack.with_suffix(SUFFIX)


def has_index(pack: Pack) -> bool:
    """True where the pack has a sound index: beside it, or in it as packs of the first format have."""
    return _is_inside(pack) or _is_current(index_file(pack.path), pack.release.digest)


def build_index(path: Path, progress: Progress | None = None) -> Path:
    """Write the index of a pack beside it; the same one again does nothing. Has a connection of its own.

    `progress` gets questions done and questions in all; it may raise, and then nothing is left.

    Raises: PackError, OSError where the folder cannot be written or the disk is full.
    """
    pack = Pack(path)
    try:
        target = index_file(path)
        if has_index(pack):
            return target
        partial = target.with_name(f"{target.name}.part")
        try:
            _write(pack, partial, progress)
            os.replace(partial, target)
        except sqlite3.OperationalError as error:
            raise OSError(f"{path.parent} cannot take the search index ({error}). Free some space.") from error
        finally:
            partial.unlink(missing_ok=True)
        return target
    finally:
        pack.close()


def use_index(pack: Pack) -> None:
    """Make the table `search` of a pack's connection: that in it, that of the file beside it, or one made in memory."""
    if pack.has_search:
        return
    if not _is_inside(pack):
        path = index_file(pack.path)
        if _is_current(path, pack.release.digest):
            pack.execute("ATTACH ? AS side", (f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1",))
        else:
            pack.execute("ATTACH ':memory:' AS side", ())
            pack.execute(f"CREATE VIRTUAL TABLE side.search USING {_FTS}", ())
            pack.execute(f"INSERT INTO side.search(rowid, text, options, explanation) {_TEXTS}", ())
    pack.has_search = True


def drop_index(pack: Pack) -> None:
    """Let go of an index that cannot be read and remove its file; `use_index` makes another one.

    Raises: PackDamaged where the index is inside the pack.
    """
    if _is_inside(pack):
        raise pack.damaged("its search index cannot be read")
    with suppress(PackDamaged):
        pack.execute("DETACH side", ())
    with suppress(OSError):
        index_file(pack.path).unlink(missing_ok=True)
    pack.has_search = False


_TEXTS = (
    "SELECT number, text, (SELECT group_concat(answer.value ->> 'text', ' · ') FROM json_each(answers) AS answer), "
    "explanation FROM questions"
)


def _write(pack: Pack, partial: Path, progress: Progress | None) -> None:
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {_FORMAT}")
        db.execute("CREATE TABLE built_from(digest TEXT NOT NULL) STRICT")
        db.execute(f"CREATE VIRTUAL TABLE search USING {_FTS}")
        db.execute("BEGIN")
        total = pack.release.question_count
        after, done = 0, 0
        while rows := pack.execute(f"{_TEXTS} WHERE number > ? ORDER BY number LIMIT {_STEP}", (after,)):
            db.executemany("INSERT INTO search(rowid, text, options, explanation) VALUES (?, ?, ?, ?)", rows)
            after, done = rows[-1][0], done + len(rows)
            if progress is not None:
                progress(done, total)
        db.execute("INSERT INTO built_from VALUES (?)", (pack.release.digest,))
        db.execute("INSERT INTO search(search) VALUES ('optimize')")
        db.execute("COMMIT")
    sync_file(partial)


def _is_inside(pack: Pack) -> bool:
    return bool(pack.execute("SELECT 1 FROM main.sqlite_schema WHERE name = 'search'", ()))


def _is_current(path: Path, digest: str) -> bool:
    """True where the file is an index of this program, built from the release with this digest."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as db:
            is_ours = db.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION_ID
            is_known = db.execute("PRAGMA user_version").fetchone()[0] == _FORMAT
            built_from = db.execute("SELECT digest FROM built_from").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return is_ours and is_known and built_from == (digest,)
