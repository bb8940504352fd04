"""Which column plays which part: stated by the [import] table of exam.toml, guessed by name where that is silent.

RulesError   the [import] table asks for what cannot be done
"""

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from pingtopass_desktop.authoring.importers.columns import (
    distractor_columns,
    matching,
    normalised,
    option_columns,
    rationale_columns,
)
from pingtopass_desktop.authoring.importers.record import RecordFile
from pingtopass_desktop.library.bank.model import Problem

_SINGLE = ("id", "stem", "reference", "image", "explanation")
_PASSED_ON = (
    *("type", "difficulty", "reference", "image", "sibling_group", "source_quote", "shuffle_options", "is_active"),
    *("ai_generated", "preview_of", "revision"),
)
_KNOWN = frozenset(
    [*_SINGLE, "options", "key", "key_base", "key_separator", "objective", "add_objectives", "media_dir"]
)
_ADD = re.compile(r"draw:([1-9]\d{0,2})|weight:equal")


class RulesError(Exception):
    """What is wrong with the [import] table and how to put it right."""


class ObjectiveRule(Struct, frozen=True):
    """Where the objective's code comes from: a whole column, its first characters, or the group of a pattern."""

    column: str
    first: int | None = None
    pattern: re.Pattern[str] | None = None

    def code(self, text: str) -> str:
        """The code in a cell; empty where there is none."""
        if self.first is not None:
            return text.strip()[: self.first].strip()
        if self.pattern is not None:
            found = self.pattern.search(text.strip())
            return (found.group(1) or "").strip() if found else ""
        return text.strip()


class ImportRules(Struct, frozen=True):
    """The [import] table. What is None or empty is guessed.

    `added_draw` is the N of ``draw:N``; `adds_equal_weights` stands for ``weight:equal``.
    """

    columns: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    key: str | None = None
    key_base: int | None = None
    key_separator: str | None = None
    objective: ObjectiveRule | None = None
    added_draw: int | None = None
    adds_equal_weights: bool = False
    media_dir: str | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that the table names."""
        names = [*self.columns.values(), *self.options, *([self.key] if self.key else [])]
        return (*names, self.objective.column) if self.objective else tuple(names)


class Mapping(Struct, frozen=True):
    """The columns of one file by part. `keys` holds all columns that may name the right options, the best first."""

    stem: tuple[str, ...]
    options: tuple[str, ...]
    option_lists: tuple[str, ...]
    distractors: tuple[str, ...]
    rationales: dict[int, str]
    keys: tuple[str, ...]
    explanation: tuple[str, ...]
    id: str | None
    objective: ObjectiveRule | None
    others: dict[str, str]
    unused: tuple[str, ...]


def parse_rules(table: dict[str, Any], where: str) -> tuple[ImportRules, list[Problem]]:
    """Read the [import] table. Unknown keys are warnings. Raises: RulesError."""
    warnings = [Problem(where, f"import.{key}", "is not known and is ignored") for key in sorted(set(table) - _KNOWN)]
    columns = {part: name for part in _SINGLE if (name := _text(table, part, where)) is not None}
    base = table.get("key_base")
    if base is not None and (isinstance(base, bool) or base not in (0, 1)):
        raise RulesError(f"{where}: import.key_base: {base!r} is neither 0 nor 1.")
    added = _text(table, "add_objectives", where)
    found = _ADD.fullmatch(added) if added is not None else None
    if added is not None and found is None:
        raise RulesError(
            f'{where}: import.add_objectives: {added!r} is neither "draw:1" (or another number) nor "weight:equal".'
        )
    rules = ImportRules(
        columns=columns,
        options=_options(table, where),
        key=_text(table, "key", where),
        key_base=base,
        key_separator=_text(table, "key_separator", where, strip=False),
        objective=_objective(table, where),
        added_draw=int(found[1]) if found and found[1] else None,
        adds_equal_weights=found is not None and not found[1],
        media_dir=_text(table, "media_dir", where),
    )
    return rules, warnings


def resolve(rules: ImportRules, file: RecordFile) -> Mapping:
    """Settle the columns of one file. Raises: RulesError where a named column is missing or there is no stem."""
    columns = file.columns
    stated = {part: _column(name, file, f"import.{part}") for part, name in rules.columns.items()}
    stem = (stated["stem"],) if "stem" in stated else matching(columns, "stem")
    if not stem:
        raise RulesError(
            f"{file.name}: no column holds the text of the question. Name it in the [import] table of an exam file: "
            f'stem = "…". Columns: {_listed(columns)}.'
        )
    named_options = tuple(_column(name, file, "import.options") for name in rules.options)
    single, lists = _option_parts(named_options, columns, file.is_table)
    keys = tuple(name for name in matching(columns, "key") if name not in (*single, *lists, *stem))
    if rules.key is not None:
        key = _column(rules.key, file, "import.key")
        keys = (key, *(name for name in keys if name != key))
    explanation = (stated["explanation"],) if "explanation" in stated else matching(columns, "explanation")
    objective = rules.objective
    if objective is not None:
        column = _column(objective.column, file, "import.objective")
        objective = ObjectiveRule(column, objective.first, objective.pattern)
    elif names := matching(columns, "objective"):
        objective = ObjectiveRule(names[0])
    ids = matching(columns, "id")
    others = {part: names[0] for part in _PASSED_ON if (names := matching(columns, part))}
    others |= {part: name for part, name in stated.items() if part in _PASSED_ON}
    mapping = Mapping(
        stem=stem,
        options=single,
        option_lists=lists,
        distractors=distractor_columns(columns),
        rationales=rationale_columns(columns, single),
        keys=keys,
        explanation=explanation,
        id=stated.get("id") or (ids[0] if ids else None),
        objective=objective,
        others=others,
        unused=(),
    )
    return _with_unused(mapping, columns)


def _with_unused(mapping: Mapping, columns: Sequence[str]) -> Mapping:
    used = {
        *(*mapping.stem, *mapping.options, *mapping.option_lists, *mapping.distractors, *mapping.keys),
        *(*mapping.rationales.values(), *mapping.explanation, *mapping.others.values()),
        *((mapping.id,) if mapping.id else ()),
        *((mapping.objective.column,) if mapping.objective else ()),
        *(column for column in columns if normalised(column) in ("sourceid", "code")),
    }
    return replace(mapping, unused=tuple(column for column in columns if column not in used))


def _option_parts(
    named: tuple[str, ...], columns: Sequence[str], is_table: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(columns of one option each, columns of all options). ``answers`` is the key where other options exist."""
    if named:
        return (named, ()) if len(named) > 1 else ((), named)
    single = option_columns(columns)
    lists = matching(columns, "options")
    explicit = tuple(name for name in lists if normalised(name) not in ("answers", "option", "choice"))
    if single and not (explicit and not is_table):
        return single, ()
    return (), explicit or lists


def _objective(table: dict[str, Any], where: str) -> ObjectiveRule | None:
    value = table.get("objective")
    if value is None:
        return None
    if isinstance(value, str) and value.strip():
        return ObjectiveRule(value)
    shape = '{ from = "id", first = 3 } or { from = "id", pattern = "^(..)" }'
    if not isinstance(value, dict) or not isinstance(value.get("from"), str):
        raise RulesError(f"{where}: import.objective: {value!r} is neither the name of a column nor {shape}.")
    first, pattern = value.get("first"), value.get("pattern")
    if (first is None) == (pattern is None) or set(value) - {"from", "first", "pattern"}:
        raise RulesError(f"{where}: import.objective: needs either first or pattern, as in {shape}.")
    if pattern is None:
        if isinstance(first, bool) or not isinstance(first, int) or first < 1:
            raise RulesError(f"{where}: import.objective.first: {first!r} is not a number of characters.")
        return ObjectiveRule(value["from"], first=first)
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError) as error:
        raise RulesError(f"{where}: import.objective.pattern: {pattern!r} is no pattern ({error}).") from error
    if compiled.groups != 1:
        raise RulesError(f"{where}: import.objective.pattern: {pattern!r} must have exactly one group.")
    return ObjectiveRule(value["from"], pattern=compiled)


def _options(table: dict[str, Any], where: str) -> tuple[str, ...]:
    value = table.get("options", [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise RulesError(f"{where}: import.options: {value!r} is not a list of column names.")
    return tuple(names)


def _text(table: dict[str, Any], key: str, where: str, *, strip: bool = True) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or (strip and not value.strip()):
        raise RulesError(f"{where}: import.{key}: {value!r} is not a text.")
    return value


def _column(name: str, file: RecordFile, at: str) -> str:
    """The column of that name, exactly or but for case, spaces and punctuation."""
    if name in file.columns:
        return name
    for column in file.columns:
        if normalised(column) == normalised(name):
            return column
    raise RulesError(f"{at}: {file.name} has no column {name!r}. It has: {_listed(file.columns)}.")


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:30])
    return f"{shown} and {len(columns) - 30} more" if len(columns) > 30 else shown or "none"
