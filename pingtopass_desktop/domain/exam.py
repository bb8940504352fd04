"""An exam as its publisher states it: rules, objectives and blueprint. It never holds questions."""

from enum import StrEnum

from msgspec import Struct


class Navigation(StrEnum):
    """Whether a candidate may go back to an earlier question."""

    FREE = "free"
    FORWARD_ONLY = "forward_only"


class MultipleResponseRule(StrEnum):
    """How a question with several keys earns credit; see `domain.scoring.credit`."""

    ALL_OR_NOTHING = "all_or_nothing"
    PER_OPTION = "per_option"
    RIGHT_MINUS_WRONG = "right_minus_wrong"


class Tier(StrEnum):
    FREE = "free"
    PREMIUM = "premium"


class Objective(Struct, frozen=True):
    """One part of the blueprint.

    `weight` is in percent of the exam; `draw_count` is an exact number of questions. At most one of the two is
    set; an objective with neither belongs to its nearest ancestor that has one.
    """

    id: str
    exam_id: str
    parent_id: str | None
    code: str
    name: str
    description: str = ""
    weight: float | None = None
    draw_count: int | None = None
    position: int = 0

    @property
    def title(self) -> str:
        """Code and name: ``4.2 Common attacks``; once where the two are the same."""
        return self.name if self.name == self.code else f"{self.code} {self.name}".strip()

    @property
    def is_drawn(self) -> bool:
        """True when the blueprint asks for questions of this objective itself."""
        return self.weight is not None or self.draw_count is not None


class Exam(Struct, frozen=True):
    """The stated rules of one exam. `cut_count` is the raw score that passes."""

    id: str
    code: str
    name: str
    vendor: str
    description: str
    language: str
    tier: Tier
    question_count: int
    time_limit_s: int
    scale_min: int
    scale_max: int
    pass_scaled: int
    cut_count: int
    multiple_response_rule: MultipleResponseRule
    navigation: Navigation
    is_active: bool = True

    @property
    def title(self) -> str:
        """Name and code as a learner knows them: ``Network Essentials (NET-101)``."""
        return f"{self.name} ({self.code})" if self.code and self.code != self.name else self.name


def blueprint_objectives(objectives: list[Objective]) -> dict[str, str | None]:
    """Map every objective to the one that the blueprint draws it for: itself or its nearest drawn ancestor.

    The value is None where no ancestor carries a weight or a draw. Parents that do not exist count as none.
    """
    by_id = {objective.id: objective for objective in objectives}
    owners: dict[str, str | None] = {}
    for objective in objectives:
        current: Objective | None = objective
        passed: set[str] = set()
        while current is not None and not current.is_drawn and current.id not in passed:
            passed.add(current.id)
            current = by_id.get(current.parent_id) if current.parent_id else None
        owners[objective.id] = current.id if current is not None and current.is_drawn else None
    return owners
