"""Which options are right. Keys come as letters, numbers, labels, texts or marks, and a file mostly keeps to one.

What a column means is decided over the whole file: the reading that fits most rows wins, and whether numbers begin
at 0 or 1 follows from the numbers that occur and from other columns that name the key. A row that contradicts itself
is never guessed.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from pingtopass_desktop.authoring.importers.keycells import KeyedRow, Kind, read_row
from pingtopass_desktop.authoring.importers.options import FieldProblem
from pingtopass_desktop.authoring.importers.record import is_blank


class _Column(Struct):
    name: str
    order: list[Kind]
    base: int = 0


class KeyReader:
    """Decides over all rows of a file what its key columns mean, then reads each row.

    `columns` come best first. With `is_stated` the first was named by the author: it alone is the key, and the
    others only help to tell whether numbers begin at 0 or 1. `warnings` says what was assumed.
    """

    def __init__(
        self,
        columns: Sequence[str],
        rows: Sequence[KeyedRow],
        *,
        is_stated: bool,
        base: int | None,
        separator: str | None,
        default_base: int,
    ) -> None:
        self.warnings: list[str] = []
        self._default_base = default_base
        for row in rows:
            read_row(row, columns, separator)
        found = [_Column(name, self._order(name, rows, base)) for name in columns]
        usable = [column for number, column in enumerate(found) if self._is_usable(column, rows, number, is_stated)]
        self._columns = usable or found[:1]
        for column in self._columns:
            column.base = base if base is not None else self._base(column, rows)
        if is_stated:
            self._columns = self._columns[:1]

    def key(self, row: KeyedRow) -> frozenset[int] | None:
        """The right options from 0; None where the row names none at all.

        Raises: FieldProblem where a key names no option, or two columns contradict each other.
        """
        found: dict[str, frozenset[int]] = {}
        if row.options.flags is not None and any(row.options.flags):
            found["the marks of the options"] = frozenset(
                number for number, flag in enumerate(row.options.flags) if flag
            )
        for number, column in enumerate(self._columns):
            raw = row.raw.get(column.name)
            if is_blank(raw):
                continue
            key = self._resolved(column, row)
            if key is not None:
                found[f"{column.name} = {_shown(raw)}"] = key
            elif number == 0 and not found:
                raise FieldProblem("key", f"{column.name} = {_shown(raw)} names none of the {_span(row, column)}")
        if len(set(found.values())) > 1:
            parts = [f"{name} means {_letters(key)}" for name, key in found.items()]
            raise FieldProblem("key", f"contradicts itself: {', but '.join(parts)}")
        return next(iter(found.values()), None)

    def _order(self, name: str, rows: Sequence[KeyedRow], base: int | None) -> list[Kind]:
        counts: Counter[Kind] = Counter()
        differ = 0
        for row in rows:
            readings = row.readings.get(name, {})
            counts.update(readings.keys())
            if Kind.TEXT in readings and Kind.NUMBER in readings:
                differ += readings[Kind.TEXT] not in (_shifted(readings[Kind.NUMBER], b) for b in (0, 1))
        order = sorted(Kind, key=lambda kind: (-counts[kind], kind))
        if base is not None:
            order = [Kind.NUMBER, *(kind for kind in order if kind is not Kind.NUMBER)]
        elif differ and order[0] is Kind.TEXT and counts[Kind.TEXT] == counts[Kind.NUMBER]:
            self.warnings.append(
                f"the keys in {name!r} could be texts or numbers of options; they are read as texts. "
                "Set key_base = 0 or 1 in the [import] table if they are numbers"
            )
        return order

    def _is_usable(self, column: _Column, rows: Sequence[KeyedRow], number: int, is_stated: bool) -> bool:
        """False for a column that seldom names an option, such as ``solution`` with an explanation in it."""
        if number == 0 and is_stated:
            return True
        given = [row for row in rows if not is_blank(row.raw.get(column.name))]
        read = sum(bool(row.readings.get(column.name) or column.name in row.marks) for row in given)
        return bool(given) and read * 2 > len(given)

    def _base(self, column: _Column, rows: Sequence[KeyedRow]) -> int:
        """Whether numbers begin at 0 or 1: by columns that name the same key otherwise, then by the numbers."""
        agreeing = [0, 0]
        evidence = [0, 0]
        numbered = 0
        for row in rows:
            numbers = self._numbers(column, row)
            if numbers is None:
                continue
            numbered += 1
            anchor = self._anchor(column, row)
            for base in (0, 1):
                agreeing[base] += anchor is not None and _shifted(numbers, base) == anchor
            evidence[0] += 0 in numbers
            evidence[1] += len(row.options) in numbers
        if not numbered:
            return self._default_base
        if agreeing[0] != agreeing[1]:
            return int(agreeing[1] > agreeing[0])
        if evidence[0] and evidence[1]:
            base = int(evidence[1] > evidence[0])
            self.warnings.append(
                f"the numbers in {column.name!r} hold both 0 ({evidence[0]} rows) and the number of options "
                f"({evidence[1]} rows); they are taken to begin at {base}. Set key_base in the [import] table to decide"
            )
            return base
        if evidence[0] or evidence[1]:
            return int(evidence[1] > 0)
        self.warnings.append(
            f"the numbers in {column.name!r} may begin at 0 or at 1, and no row tells which; they are taken to begin "
            f"at {self._default_base}. Set key_base = {1 - self._default_base} in the [import] table if that is wrong"
        )
        return self._default_base

    def _numbers(self, column: _Column, row: KeyedRow) -> frozenset[int] | None:
        """The numbers of a row that is read by number."""
        readings = row.readings.get(column.name, {})
        kind = next((kind for kind in column.order if kind in readings), None)
        return readings[kind] if kind is Kind.NUMBER else None

    def _anchor(self, column: _Column, row: KeyedRow) -> frozenset[int] | None:
        """The key as something else than a number says it."""
        if row.options.flags is not None and any(row.options.flags):
            return frozenset(number for number, flag in enumerate(row.options.flags) if flag)
        for other in self._columns:
            if other is not column:
                if other.name in row.marks:
                    return row.marks[other.name]
                readings = row.readings.get(other.name, {})
                for kind in other.order:
                    if kind in readings and kind is not Kind.NUMBER:
                        return readings[kind]
        return None

    def _resolved(self, column: _Column, row: KeyedRow) -> frozenset[int] | None:
        if column.name in row.marks:
            return row.marks[column.name]
        readings = row.readings.get(column.name, {})
        for kind in column.order:
            if kind in readings:
                key = readings[kind]
                if kind is Kind.NUMBER:
                    key = _shifted(key, column.base)
                    if not all(0 <= number < len(row.options) for number in key):
                        continue
                return key
        return None


def _shifted(numbers: frozenset[int], base: int) -> frozenset[int]:
    return frozenset(number - base for number in numbers) if base else numbers


def _letters(key: frozenset[int]) -> str:
    return ", ".join(chr(ord("A") + number) if 0 <= number < 26 else str(number) for number in sorted(key))


def _shown(raw: Any) -> str:
    shown = repr(raw)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _span(row: KeyedRow, column: _Column) -> str:
    count = len(row.options)
    numbers = f", {column.base} to {count - 1 + column.base}" if column.order[0] is Kind.NUMBER else ""
    return f"{count} options (A to {chr(ord('A') + max(0, min(count, 26) - 1))}{numbers})"
