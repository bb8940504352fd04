"""The row of the import: a bank in a zip until its questions can be practised, beside a table into a new collection."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bank import EXAM_ID, make_bank
from benchmarks.measure import Row, pairs, progress, row, timed
from pingtopass_desktop.authoring.importing import import_files
from pingtopass_desktop.library.bank.export import write_bank
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.index import build_index


def rows(cache: Path, work: Path, *, size: int, count: int, peer: Callable[[int], float] | None = None) -> list[Row]:
    """Measure the import of so many questions; `peer` imports as many notes. The search index follows by itself."""
    progress(f"import of {size:,} questions")
    source = cache / f"bank-{size}.zip"
    if not source.exists():
        write_bank(make_bank(size), source)
    packs = work / "imported"

    def bring() -> float:
        shutil.rmtree(packs, ignore_errors=True)
        return timed(lambda: _usable(source, packs))

    def index() -> float:
        (pack,) = packs.glob("*.pack")
        pack.with_suffix(".search").unlink(missing_ok=True)
        return timed(lambda: build_index(pack))

    bring()
    found = [
        row(
            f"search index of {size:,} questions, afterwards / their import",
            *pairs(index, bring, max(3, count // 8)),
            None,
        )
    ]
    if peer is not None:
        against = pairs(bring, lambda: peer(size), max(5, count // 4))
        found.insert(0, row(f"import of {size:,} questions until usable / Anki's of a table", *against, 1.0))
    return found


def _usable(source: Path, packs: Path) -> None:
    import_files([source], exam_file=None, packs=packs, now=datetime.now(UTC), is_indexed=False)
    catalogue = Catalogue(packs)
    ids = catalogue.exam(EXAM_ID).pack.question_ids(EXAM_ID)
    catalogue.exam(EXAM_ID).pack.questions(ids[:1])
    catalogue.close()
