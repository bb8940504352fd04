"""Which exam foreign questions belong to, and how its blueprint meets the objectives that the data name.

It adds objectives where the exam file allows it and makes up an exam where there is none; it never reads questions.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.authoring.importers.mapping import ImportRules
from pingtopass_desktop.domain.exam import Exam, MultipleResponseRule, Navigation, Objective, Tier
from pingtopass_desktop.domain.scoring import cut_from_permille
from pingtopass_desktop.library.bank.model import Problem, objective_id

MOST_QUESTIONS = 65
SECONDS_PER_QUESTION = 90
PASS_PERMILLE = 700

ALL_CODE, ALL_NAME = "1", "All questions"


class Blueprint(Struct, frozen=True):
    """An exam with its objectives. `codes` gives the code of an objective for every way in which data name it."""

    exam: Exam
    objectives: tuple[Objective, ...]
    warnings: tuple[Problem, ...] = ()

    def finder(self) -> "ObjectiveFinder":
        return ObjectiveFinder(self.objectives)


class ObjectiveFinder:
    """Finds objectives by what data call them: the code, the name, or a code before a title (``1.2 Routing``)."""

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self._codes = {o.code: o.code for o in objectives}
        self._loose: dict[str, str] = {}
        for objective in objectives:
            self._loose.setdefault(objective.code.casefold(), objective.code)
        for objective in objectives:
            self._loose.setdefault(objective.name.casefold(), objective.code)
        self._only = objectives[0].code if len(objectives) == 1 else None

    def code(self, said: str) -> str | None:
        """The code of the objective that is meant; with nothing said, that of the only objective there is."""
        if not said:
            return self._only
        if said in self._codes:
            return said
        if found := self._loose.get(said.casefold()):
            return found
        first = said.split(None, 1)[0].rstrip(".:-–")
        return self._codes.get(first)


def exam_id_of(stem: str) -> str:
    """The id of an exam that is made from a file, by the file's name without suffix."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")[:64].rstrip("-._")
    return slug or f"exam-{hashlib.sha256(stem.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def assumed(stem: str, said: Sequence[str]) -> Blueprint:
    """An exam for questions that come without one: rules by convention, weights by each objective's share.

    `said` holds what each question says of its objective, empty where it says nothing.
    """
    exam_id = exam_id_of(stem)
    count = min(MOST_QUESTIONS, len(said))
    cut = max(1, cut_from_permille(PASS_PERMILLE, count))
    name = stem.replace("_", " ").strip() or exam_id
    exam = Exam(
        id=exam_id,
        code=exam_id.upper(),
        name=name[0].upper() + name[1:],
        vendor="",
        description="",
        language="en",
        tier=Tier.FREE,
        question_count=count,
        time_limit_s=-(-count * SECONDS_PER_QUESTION // 60) * 60,
        scale_min=0,
        scale_max=count,
        pass_scaled=cut,
        cut_count=cut,
        multiple_response_rule=MultipleResponseRule.ALL_OR_NOTHING,
        navigation=Navigation.FREE,
    )
    counts = Counter(said)
    objectives = [_objective(exam_id, ALL_CODE, 0, name=ALL_NAME, weight=100.0)]
    if set(counts) != {""}:
        counts[_OTHER] = counts.pop("", 0) + counts.get(_OTHER, 0)
        shares = [(code, n) for code, n in counts.items() if n]
        objectives = [
            _objective(exam_id, code, place, weight=100 * n / len(said)) for place, (code, n) in enumerate(shares)
        ]
    message = (
        f"no exam file was given, so the rules are assumed: {count} questions, {exam.time_limit_s // 60} minutes, "
        f"{cut} right to pass, objectives by their share of the questions. State them in an exam.toml beside the file"
    )
    return Blueprint(exam, tuple(objectives), (Problem(exam_id, "", message),))


def assumed_code(said: str, has_objectives: bool) -> str:
    """What a question of an assumed exam says, where others name objectives and it does not."""
    return said or (_OTHER if has_objectives else "")


def extended(blueprint: Blueprint, rules: ImportRules, said: Sequence[str], *, is_kept: bool) -> Blueprint:
    """The blueprint with those objectives that only the data name, where the rules ask for them.

    `is_kept` marks an exam of the library that is imported again without its exam file: what is new to it gets a
    weight by its share of the questions, unless the exam draws exact numbers.
    """
    exam, objectives = blueprint.exam, list(blueprint.objectives)
    warnings = list(blueprint.warnings)
    if not objectives and not any(said):
        objectives = [_objective(exam.id, ALL_CODE, 0, name=ALL_NAME, weight=100.0)]
        message = f"neither the exam nor the data name objectives; all questions go to {ALL_NAME!r}"
        warnings.append(Problem(exam.id, "objective", message))
        return replace(blueprint, objectives=tuple(objectives), warnings=tuple(warnings))
    finder = blueprint.finder()
    counts = Counter(code for code in said if code and finder.code(code) is None)
    weights = [o.weight for o in objectives if o.weight is not None]
    has_draws = any(o.draw_count is not None for o in objectives)
    position = len(objectives)
    for code, count in counts.items():
        if rules.added_draw is not None:
            added = _objective(exam.id, code, position, draw=rules.added_draw)
        elif rules.adds_equal_weights:
            left = 100 - sum(weights)
            added = _objective(exam.id, code, position, weight=(left if left > 0 else 100.0) / len(counts))
        elif is_kept and weights and not has_draws:
            known = sum(map(bool, said)) - counts.total()
            added = _objective(exam.id, code, position, weight=sum(weights) * count / max(1, known))
        else:
            break
        objectives.append(added)
        position += 1
    if rules.added_draw is not None:
        drawn = sum(o.draw_count or 0 for o in objectives)
        if drawn != exam.question_count and not any(o.weight for o in objectives):
            message = f"the objectives draw {drawn} questions in all, but the exam has {exam.question_count}"
            warnings.append(Problem(exam.id, "objective", message))
    return replace(blueprint, objectives=tuple(objectives), warnings=tuple(warnings))


def _objective(
    exam_id: str, code: str, position: int, *, name: str = "", weight: float | None = None, draw: int | None = None
) -> Objective:
    return Objective(
        id=objective_id(exam_id, code),
        exam_id=exam_id,
        parent_id=None,
        code=code,
        name=name or code,
        weight=weight,
        draw_count=draw,
        position=position,
    )


_OTHER = "Other"
