"""Several files at once: which belong together, one import after the other, all of them taken back on cancel."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct

from pingtopass_desktop.authoring.foreign import DATA_SUFFIXES
from pingtopass_desktop.authoring.importing import (
    ImportCancelled,
    ImportFailed,
    ImportReport,
    Stage,
    import_files,
)
from pingtopass_desktop.library.lock import LockHeld
from pingtopass_desktop.library.releases import NotInPlace, take_back

BatchProgress = Callable[[str, Stage, int, int], bool]
"""Gets the name of the file that is being imported, then what `importing.Progress` gets; False cancels."""


class Failure(Struct, frozen=True):
    """Files that were not imported, and why."""

    name: str
    message: str


class Batch(Struct, frozen=True):
    """What came of several files."""

    reports: tuple[ImportReport, ...]
    failures: tuple[Failure, ...]


def import_all(paths: Sequence[Path], *, packs: Path, now: datetime, progress: BatchProgress) -> Batch:
    """Import files and folders, without their search indexes.

    A bank stands for itself. So does a data file, unless an ``exam.toml`` lies beside it, which all data files of that
    folder without an exam file of their own belong to.

    Raises: ImportCancelled where `progress` says so; what this call had imported by then is taken back.
    """
    reports: list[ImportReport] = []
    failures: list[Failure] = []
    for group in together(paths):
        name = group[0].name if len(group) == 1 else f"{group[0].name} and {len(group) - 1} more"
        told = partial(progress, name)
        try:
            report = import_files(group, exam_file=None, packs=packs, now=now, progress=told, is_indexed=False)
            reports.append(report)
        except ImportCancelled:
            _take_back(reports, packs)
            raise
        except ImportFailed as error:
            failures.append(Failure(name, str(error)))
    return Batch(tuple(reports), tuple(failures))


def together(paths: Sequence[Path]) -> list[list[Path]]:
    """The files in groups that are imported each at once, in the order of their first ones."""
    groups: dict[Path, list[Path]] = {}
    for path in dict.fromkeys(path.resolve() for path in paths):
        exam_file = path.with_name("exam.toml")
        if path == exam_file:
            groups.setdefault(path.parent, [path.parent])
        elif _is_of_exam_beside(path, exam_file):
            groups.setdefault(exam_file, []).append(path)
        else:
            groups.setdefault(path, [path])
    return list(groups.values())


def _is_of_exam_beside(path: Path, exam_file: Path) -> bool:
    has_own = path.with_suffix(".toml").is_file()
    return path.suffix.lower() in DATA_SUFFIXES and path.is_file() and exam_file.is_file() and not has_own


def _take_back(reports: Sequence[ImportReport], packs: Path) -> None:
    for report in reversed(reports):
        if report.change is not None:
            try:
                take_back(packs, report.change)
            except (NotInPlace, OSError, LockHeld) as error:
                raise ImportFailed(f"The import was cancelled, but {report.name} stays imported: {error}") from error
