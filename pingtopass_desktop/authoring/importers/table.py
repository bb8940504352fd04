"""CSV and its relatives: comma, tab, semicolon or bar between fields. It reads cells and never what they mean."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from pingtopass_desktop.authoring.importers.columns import is_known, normalised
from pingtopass_desktop.authoring.importers.record import Record, RecordFile, Unreadable
from pingtopass_desktop.library.bank.model import Problem

_DELIMITERS = (",", "\t", ";", "|")
_DELIMITER_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_MAX_BROKEN = 1000


def read_table(text: str, name: str, wanted: Collection[str] = ()) -> RecordFile:
    """The rows of a table whose first row names the columns. `wanted` holds column names that are known to be there.

    Rows with more fields than columns and rows with broken quotes are skipped and reported; cells stay exactly as
    they are.

    Raises: Unreadable where there is no table.
    """
    lines = list(io.StringIO(text, newline=""))
    if not text.strip():
        raise Unreadable(f"{name} is empty.")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if stated := _SEPARATOR_LINE.fullmatch(lines[first]):
        delimiter, first = stated[1], first + 1
    else:
        delimiter = _delimiter(lines[first:], frozenset(normalised(column) for column in wanted))
    rows = _rows(lines, first, delimiter)
    number, header = next(rows, (first + 1, []))
    if isinstance(header, str):
        raise Unreadable(f"{name}:{number}: the line of column names cannot be read: {header}.")
    file = RecordFile(name, is_table=True)
    file.columns = _column_names(header, f"{name}:{number}", file)
    if len(file.columns) < 2:
        known = ", ".join(_DELIMITER_NAMES.values())
        raise Unreadable(
            f"{name} has one column only ({header[0][:60] if header else ''!r}). The first line must name the columns, "
            f"parted by one of: {known}."
        )
    for number, row in rows:
        _add(file, number, row)
    return file


def _delimiter(lines: Sequence[str], wanted: frozenset[str]) -> str:
    """The delimiter that makes most sense of the first row: most known names, then most fields."""

    def score(delimiter: str) -> tuple[int, int]:
        _, row = next(_rows(lines[:100], 0, delimiter), (0, ""))
        if isinstance(row, str):
            return 0, 0
        known = sum(is_known(cell) or normalised(cell) in wanted for cell in row if cell.strip())
        return (known if len(row) > 1 else 0), len(row)

    return max(_DELIMITERS, key=score)


def _rows(lines: Sequence[str], first: int, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """(line from 1, cells) of every row; in place of the cells the reason where a row cannot be read.

    A row with a broken quote costs that row only: reading goes on behind it, and behind the line that opened a quote
    which is never closed.
    """
    start = first
    spaced = first < len(lines) and f'{delimiter} "' in lines[first]
    for _ in range(_MAX_BROKEN):
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True, skipinitialspace=spaced)
        begin = start
        try:
            for row in reader:
                if row and (len(row) > 1 or row[0].strip()):
                    yield begin + 1, row
                begin = start + reader.line_num
            return
        except csv.Error as error:
            if "expected after" in str(error):
                yield begin + 1, "text follows a closing quote; write a quote within a quoted field twice"
                start += reader.line_num
            else:
                yield begin + 1, "a quote is opened here and not closed, or a field is too long"
                start = begin + 1
    yield start + 1, "too many rows with broken quotes; the rest of the file was not read"


def _column_names(header: Sequence[str], where: str, file: RecordFile) -> list[str]:
    """Trimmed, unique names; an unnamed column at the end of the header is none."""
    names: list[str] = []
    cells = [cell.strip() for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    for number, cell in enumerate(cells, start=1):
        name = cell or f"column {number}"
        if name in names:
            message = f"column {name!r} stands twice; the first is used"
            file.warnings.append(Problem(where, "", message))
            name = f"{name} ({number})"
        names.append(name)
    return names


def _add(file: RecordFile, line: int, row: list[str] | str) -> None:
    where = f"{file.name}:{line}"
    if isinstance(row, str):
        file.skipped.append(Problem(where, "", row))
        return
    if not any(cell.strip() for cell in row):
        return
    expected = len(file.columns)
    if any(cell.strip() for cell in row[expected:]):
        message = f"has {len(row)} fields where the header has {expected}; quote the fields that hold the delimiter"
        file.skipped.append(Problem(where, "", message))
        return
    remark = ""
    if len(row) < expected:
        remark = f"has {len(row)} fields where the header has {expected}; the missing ones are taken as empty"
        row = row + [""] * (expected - len(row))
    file.records.append(Record(dict(zip(file.columns, row, strict=False)), lambda: where, remark=remark))
