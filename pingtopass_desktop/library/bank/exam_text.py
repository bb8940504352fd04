"""exam.toml: the rules and blueprint of one exam, and how to read foreign data for it."""

import re
import tomllib
from typing import Any

from msgspec import Struct, field

from pingtopass_desktop.domain.exam import Exam, MultipleResponseRule, Navigation, Objective, Tier
from pingtopass_desktop.domain.scoring import cut_from_permille
from pingtopass_desktop.library.bank.lines import TomlLines
from pingtopass_desktop.library.bank.model import BankError, Problem, objective_id

_EXAM_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_WEIGHT_TOLERANCE = 0.5
_MAX_QUESTIONS = 300
"""The ids, revisions and option orders of a whole form have to fit into one learner event of 16 KiB."""


class ExamSpec(Struct, frozen=True):
    """What exam.toml says. `mapping` is its [import] table, `warnings` what is odd but usable."""

    exam: Exam
    objectives: tuple[Objective, ...]
    version: str = ""
    mapping: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


def parse_exam(content: bytes, where: str) -> ExamSpec:
    """Read exam.toml. Raises: BankError that names line and field of everything that is wrong."""
    try:
        text = content.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise BankError([Problem(where, "", f"is not UTF-8 text ({error.reason})")]) from error
    except (ValueError, RecursionError) as error:
        raise BankError([Problem(where, "", f"is not valid TOML: {error}")]) from error
    return _ExamReader(document, TomlLines(text), where).read()


class _ExamReader:
    """Collects every problem of one document before it gives up."""

    def __init__(self, document: dict[str, Any], lines: TomlLines, where: str) -> None:
        self._document = document
        self._lines = lines
        self._where = where
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []

    def read(self) -> ExamSpec:
        table = self._document.get("exam")
        if not isinstance(table, dict):
            raise BankError([Problem(self._where, "exam", "the [exam] table is missing")])
        exam_id = self._text(table, "exam.id", "id", required=True)
        if exam_id and not _EXAM_ID.fullmatch(exam_id):
            self._problem("exam.id", f"{exam_id!r} may hold only a-z, 0-9, '.', '_' and '-'")
        count = self._whole(table, "exam.questions", "questions", 1, _MAX_QUESTIONS, default=65)
        minutes = self._number(table, "exam.minutes", "minutes", default=90)
        if not 1 / 60 <= minutes <= 24 * 60:
            self._problem("exam.minutes", f"{minutes:g} is not between 1 second and 1440 minutes")
            minutes = 90
        cut = self._cut(table, count)
        low, passing, high = self._scale(table, count, cut)
        objectives = self._objectives(exam_id)
        self._check_blueprint(objectives, count)
        name = self._text(table, "exam.name", "name", required=True)
        exam = Exam(
            id=exam_id,
            code=self._text(table, "exam.code", "code") or exam_id.upper(),
            name=name,
            vendor=self._text(table, "exam.vendor", "vendor"),
            description=self._text(table, "exam.description", "description"),
            language=self._text(table, "exam.language", "language") or "en",
            tier=self._enum(table, "tier", Tier, Tier.FREE),
            question_count=count,
            time_limit_s=round(minutes * 60),
            scale_min=low,
            scale_max=high,
            pass_scaled=passing,
            cut_count=cut,
            multiple_response_rule=self._enum(
                table, "multiple_response", MultipleResponseRule, MultipleResponseRule.ALL_OR_NOTHING
            ),
            navigation=self._enum(table, "navigation", Navigation, Navigation.FREE),
        )
        mapping = self._document.get("import", {})
        if not isinstance(mapping, dict):
            self._problem("import", "must be a table")
            mapping = {}
        version = self._text(table, "exam.version", "version")
        if self._problems:
            raise BankError(self._problems)
        return ExamSpec(exam, objectives, version, mapping, tuple(self._warnings))

    def _cut(self, table: dict[str, Any], count: int) -> int:
        stated = table.get("pass", {})
        if not isinstance(stated, dict):
            self._problem("exam.pass", "must be a table such as { count = 47 } or { percent = 72.5 }")
            return count
        if "count" in stated:
            return self._whole(stated, "exam.pass.count", "count", 1, count, default=count)
        percent = self._number(stated, "exam.pass.percent", "percent", default=70)
        if not 0 < percent <= 100:
            self._problem("exam.pass.percent", f"{percent:g} is not between 0 and 100")
            return count
        if "percent" not in stated:
            self._warn("exam.pass", "no pass mark is stated; 70 percent is used")
        return max(1, cut_from_permille(round(percent * 10), count))

    def _scale(self, table: dict[str, Any], count: int, cut: int) -> tuple[int, int, int]:
        scale = table.get("scale")
        if scale is None:
            return 0, cut, count
        if not isinstance(scale, dict):
            self._problem("exam.scale", "must be a table such as { min = 100, max = 900, pass = 720 }")
            return 0, cut, count
        low = self._whole(scale, "exam.scale.min", "min", -100_000, 100_000, default=0)
        high = self._whole(scale, "exam.scale.max", "max", -100_000, 100_000, default=count)
        passing = self._whole(scale, "exam.scale.pass", "pass", -100_000, 100_000, default=cut)
        if not low < passing <= high:
            self._problem("exam.scale", f"needs min < pass <= max, not {low}, {passing}, {high}")
        return low, passing, high

    def _objectives(self, exam_id: str) -> tuple[Objective, ...]:
        tables = self._document.get("objective", [])
        if not isinstance(tables, list) or any(not isinstance(table, dict) for table in tables):
            self._problem("objective", "must be written as [[objective]] tables")
            return ()
        codes = {str(table.get("code")) for table in tables}
        objectives: list[Objective] = []
        seen: set[str] = set()
        for number, table in enumerate(tables):
            at = f"objective[{number}]"
            code = str(table.get("code", "")).strip()
            if not code:
                self._problem(f"{at}.code", "is missing")
            if code in seen:
                self._problem(f"{at}.code", f"{code!r} stands twice")
            seen.add(code)
            parent = str(table["parent"]) if table.get("parent") else None
            if parent is not None and (parent not in codes or parent == code):
                self._problem(f"{at}.parent", f"{parent!r} is not the code of another objective")
            if "weight" in table and "draw" in table:
                self._problem(f"{at}.draw", "give a weight or a draw, not both")
            weight = float(self._number(table, f"{at}.weight", "weight", default=1)) if "weight" in table else None
            if weight is not None and not 0 < weight <= 100:
                self._problem(f"{at}.weight", f"{weight:g} is not a percentage")
            draw = self._whole(table, f"{at}.draw", "draw", 0, _MAX_QUESTIONS, default=0) if "draw" in table else None
            objectives.append(
                Objective(
                    id=objective_id(exam_id, code),
                    exam_id=exam_id,
                    parent_id=objective_id(exam_id, parent) if parent else None,
                    code=code,
                    name=self._text(table, f"{at}.name", "name") or code,
                    description=self._text(table, f"{at}.description", "description"),
                    weight=weight,
                    draw_count=draw,
                    position=number,
                )
            )
        return tuple(objectives)

    def _check_blueprint(self, objectives: tuple[Objective, ...], count: int) -> None:
        drawn = sum(o.draw_count or 0 for o in objectives)
        weights = [o.weight for o in objectives if o.weight is not None]
        if drawn > count or (drawn and not weights and drawn != count and not self._document.get("import", {})):
            self._problem("objective", f"draws sum to {drawn}, but the exam has {count} questions")
        if weights and abs(sum(weights) - 100) > _WEIGHT_TOLERANCE:
            self._warn("objective", f"weights sum to {sum(weights):g} percent, not 100; they are used in proportion")

    def _text(self, table: dict[str, Any], at: str, key: str, *, required: bool = False) -> str:
        value = table.get(key, "")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self._problem(at, f"{value!r} is not text")
            return ""
        if required and not value.strip():
            self._problem(at, "is missing")
        return value.strip()

    def _whole(self, table: dict[str, Any], at: str, key: str, low: int, high: int, *, default: int) -> int:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self._problem(at, f"{value!r} is not a whole number")
            return default
        if value != default and not low <= value <= high:
            self._problem(at, f"{value} is not between {low} and {high}")
            return default
        return value

    def _number(self, table: dict[str, Any], at: str, key: str, *, default: float) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            self._problem(at, f"{value!r} is not a number")
            return default
        return value

    def _enum(self, table: dict[str, Any], key: str, kind: Any, default: Any) -> Any:
        value = table.get(key, default)
        try:
            return kind(value)
        except ValueError:
            self._problem(f"exam.{key}", f"{value!r} is not one of {', '.join(kind)}")
            return default

    def _problem(self, at: str, message: str) -> None:
        self._problems.append(Problem(self._lines.where(self._where, at), at, message))

    def _warn(self, at: str, message: str) -> None:
        self._warnings.append(Problem(self._lines.where(self._where, at), at, message))
