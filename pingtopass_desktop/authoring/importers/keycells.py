"""What one key may mean: as a letter, a number, a label, a text or marks. It collects readings and chooses none."""

import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from msgspec import Struct, field

from pingtopass_desktop.authoring.importers.columns import normalised
from pingtopass_desktop.authoring.importers.options import OptionSet, flag_of, parsed_cell
from pingtopass_desktop.authoring.importers.record import is_blank, text_of

_LETTER = re.compile(r"\(?([A-Za-z])[).:]?")
_LETTERS = re.compile(r"[A-Z]{2,26}|[a-z]{2,26}")
_NUMBER = re.compile(r"\(?(-?\d{1,3})(?:\.0+)?[).:]?")
_PREFIX = re.compile(r"(?:options?|answers?|choices?|opt|ans)[\s_:.#-]*(?=[A-Za-z0-9]\b|\d)", re.IGNORECASE)
_LED = re.compile(r"\(?([A-Za-z])[).:]\s*(?=\S)")
_SEPARATORS = re.compile(r"\s*[,;|/&+\n]\s*|\s+and\s+|\s+")
_TEXT_SEPARATORS = (";", "|", "\n", ",")


class Kind(IntEnum):
    """How a key names options. The lower one wins where two fit equally often."""

    TEXT = 0
    LABEL = 1
    LETTER = 2
    NUMBER = 3


Readings = dict[Kind, frozenset[int]]
"""What a key would mean under each kind. Numbers stand as written, all others count from 0."""


class KeyedRow(Struct):
    """The options of a row, its raw keys by column, and what they may mean."""

    options: OptionSet
    raw: dict[str, Any]
    readings: dict[str, Readings] = field(default_factory=dict)
    marks: dict[str, frozenset[int]] = field(default_factory=dict)


def read_row(row: KeyedRow, columns: Sequence[str], separator: str | None) -> None:
    """Fill in what the keys of a row may mean. `separator` parts several keys in one cell; None means any usual one."""
    texts = {text: number for number, text in reversed(list(enumerate(row.options.texts)))}
    loose = {text.strip().casefold(): number for text, number in texts.items()}
    labels = {label: number for number, label in enumerate(row.options.labels) if label}
    for name in columns:
        raw = row.raw.get(name)
        if is_blank(raw):
            continue
        if isinstance(raw, str):
            raw = row.raw[name] = parsed_cell(raw)
        marks = _marks(raw, labels, len(row.options))
        if marks is not None:
            row.marks[name] = marks
            continue
        if isinstance(raw, str) and len(token := raw.strip()) == 1 and token.isascii() and token.isalnum():
            row.readings[name] = _one_character(raw, token, texts, loose, labels, row.options)
            continue
        cells = raw if isinstance(raw, list) else [raw]
        split = not isinstance(raw, list)
        by_kind: dict[Kind, Callable[[Any], frozenset[int] | None]] = {
            Kind.TEXT: lambda cell, s=split: _by_text(cell, texts, loose, separator if s else "", row.options),
            Kind.LABEL: lambda cell: _each(cell, separator, lambda token: labels.get(normalised(token))),
            Kind.LETTER: lambda cell: _by_letter(cell, separator, row.options),
            Kind.NUMBER: lambda cell: _by_number(cell, separator, len(row.options)),
        }
        readings: Readings = {}
        for kind, read in by_kind.items():
            found = [read(cell) for cell in cells]
            if found and all(part is not None for part in found):
                readings[kind] = frozenset[int]().union(*(part for part in found if part is not None))
        if Kind.TEXT in readings and isinstance(raw, str) and _LETTERS.fullmatch(raw.strip()):
            readings.pop(Kind.LETTER, None)
        row.readings[name] = readings


def _one_character(
    raw: str, token: str, texts: dict[str, int], loose: dict[str, int], labels: dict[str, int], options: OptionSet
) -> Readings:
    """The readings of the commonest keys, such as ``C`` and ``2``, without the patterns that others need."""
    number = int(token) if token.isdigit() else ord(token.lower()) - ord("a")
    found = {Kind.TEXT: _one_text(raw, texts, loose, options), Kind.LABEL: labels.get(token.casefold())}
    if token.isdigit():
        found[Kind.NUMBER] = number if number <= len(options) else None
    else:
        found[Kind.LETTER] = number if number < len(options) else None
    return {kind: frozenset([index]) for kind, index in found.items() if index is not None}


def _marks(raw: Any, labels: dict[str, int], count: int) -> frozenset[int] | None:
    """The key as one true or false for each option, in a list or by label."""
    if isinstance(raw, list) and len(raw) == count and all(isinstance(item, bool) for item in raw):
        return frozenset(number for number, item in enumerate(raw) if item)
    if isinstance(raw, dict):
        named = {normalised(name).removesuffix("correct"): flag_of(value) for name, value in raw.items()}
        right = [name for name, flag in named.items() if flag]
        if right and all(name in labels for name in right):
            return frozenset(labels[name] for name in right)
    return None


def _by_text(
    cell: Any, texts: dict[str, int], loose: dict[str, int], separator: str | None, options: OptionSet
) -> frozenset[int] | None:
    text = text_of(cell)
    number = _one_text(text, texts, loose, options)
    if number is not None:
        return frozenset([number])
    for mark in [separator] if separator is not None else _TEXT_SEPARATORS:
        if mark and mark in text:
            parts = [_one_text(part, texts, loose, options) for part in text.split(mark)]
            found = [number for number in parts if number is not None]
            if len(found) == len(parts):
                return frozenset(found)
    return None


def _one_text(text: str, texts: dict[str, int], loose: dict[str, int], options: OptionSet) -> int | None:
    if text in texts:
        return texts[text]
    plain = text.strip().casefold()
    if plain in loose:
        return loose[plain]
    if options.is_true_false and plain in ("t", "f"):
        return loose["true" if plain == "t" else "false"]
    return None


def _by_letter(cell: Any, separator: str | None, options: OptionSet) -> frozenset[int] | None:
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    count = len(options)
    if (led := _LED.match(text)) and not _LETTER.fullmatch(text):
        number = ord(led[1].lower()) - ord("a")
        rest = text[led.end() :].strip().casefold()
        if number < count and options.texts[number].strip().casefold() in (rest, text.casefold()):
            return frozenset([number])
    if _LETTERS.fullmatch(text) and list(text) == sorted(set(text)):
        numbers = frozenset(ord(letter) - ord("a") for letter in text.lower())
        return numbers if max(numbers) < count else None

    def letter(token: str) -> int | None:
        found = _LETTER.fullmatch(_PREFIX.sub("", token))
        number = ord(found[1].lower()) - ord("a") if found else count
        return number if number < count else None

    return _each(text, separator, letter)


def _by_number(cell: Any, separator: str | None, count: int) -> frozenset[int] | None:
    def number(token: str) -> int | None:
        found = _NUMBER.fullmatch(_PREFIX.sub("", token))
        return int(found[1]) if found and 0 <= int(found[1]) <= count else None

    if isinstance(cell, bool):
        return None
    return _each(text_of(cell), separator, number)


def _each(cell: Any, separator: str | None, read: Callable[[str], int | None]) -> frozenset[int] | None:
    """A cell with one or several tokens; None unless every one of them is read."""
    if isinstance(cell, (bool, dict, list)):
        return None
    text = _PREFIX.sub("", text_of(cell).strip()) if read is not None else ""
    whole = read(text_of(cell).strip())
    if whole is not None:
        return frozenset([whole])
    tokens = text.split(separator) if separator else _SEPARATORS.split(text)
    found = [read(token.strip()) for token in tokens if token.strip()]
    numbers = [number for number in found if number is not None]
    return frozenset(numbers) if numbers and len(numbers) == len(found) else None
