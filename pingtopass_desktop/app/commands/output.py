"""What all commands share: their two errors, warnings, JSON and plain tables, and the library opened for them."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pingtopass_desktop.app.config import DataFolder, data_folder
from pingtopass_desktop.domain.exam import Objective
from pingtopass_desktop.library.bank.model import BankError
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.lock import LockHeld
from pingtopass_desktop.library.starter import publish_starter

NAME = "pingtopass"


class BadInput(Exception):
    """What was asked for cannot be done as asked. Exit code 2."""


class EnvironmentFault(Exception):
    """The disk, a right or a damaged file stands in the way. Exit code 1."""


def complain(message: str) -> None:
    """One line on stderr, whatever the message holds."""
    print(f"{NAME}: {' '.join(message.split())}", file=sys.stderr)


def warn(message: str) -> None:
    """Something to know that stops nothing."""
    complain(f"warning: {message}")


def print_json(value: Any) -> None:
    """JSON in ASCII: no terminal and no code page can spoil it."""
    print(json.dumps(value, indent=2))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns of plain text; numbers to the right, the last column as long as it is."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    numeric = [all(isinstance(row[i], (int, float, type(None))) for row in rows) for i in range(len(headings))]
    widths = [max(len(row[i]) for row in (list(headings), *texts)) for i in range(len(headings))]
    for row in (list(headings), *texts):
        cells = [text.rjust(widths[i]) if numeric[i] else text.ljust(widths[i]) for i, text in enumerate(row)]
        print("  ".join(cells).rstrip())


def folder_of(options: Namespace) -> DataFolder:
    return data_folder(options.data_dir)


def utc_now() -> datetime:
    return datetime.now(UTC)


def number(value: float | None) -> int | float | None:
    """A whole float as the integer that it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@contextmanager
def opened_library(folder: DataFolder) -> Iterator[Catalogue]:
    """The library with the starter bank in it. What cannot be used is a warning, the rest goes on serving."""
    ensure_starter(folder)
    catalogue = Catalogue(folder.packs)
    try:
        catalogue.exams()  # finds the packs that open and are damaged further in
        for problem in catalogue.problems:
            warn(str(problem))
        yield catalogue
    finally:
        catalogue.close()


def ensure_starter(folder: DataFolder) -> None:
    """Build the starter pack where it is missing or old; a folder that cannot be written is a warning."""
    try:
        publish_starter(folder.packs, utc_now())
    except OSError as error:
        warn(
            f"{folder.packs} cannot be written ({error.strerror or error}); the starter bank is not brought up to date."
        )
    except LockHeld:
        warn("The library is being written by another program; the starter bank is not brought up to date.")
    except BankError as error:
        warn(f"The starter bank of this installation is damaged: {error.problems[0]}. Install PingToPass again.")


def with_below(objectives: Sequence[Objective]) -> dict[str, set[str]]:
    """For each objective its own id and those of all objectives below it."""
    parents = {objective.id: objective.parent_id for objective in objectives}
    below: dict[str, set[str]] = {objective.id: set() for objective in objectives}
    for objective in objectives:
        current: str | None = objective.id
        while current in below and objective.id not in below[current]:
            below[current].add(objective.id)
            current = parents[current]
    return below
