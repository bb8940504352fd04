"""How well each objective of an exam is known.

Mastery of an objective is the share of the questions seen whose last answer was right. No number is shown for what was
not measured: below `LEAST_SEEN` questions an objective has no share.
"""

from collections.abc import Sequence

from msgspec import Struct

from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.domain.form import blueprint_counts
from pingtopass_desktop.learner.mastery import ObjectiveCount
from pingtopass_desktop.library.catalogue import ListedExam
from pingtopass_desktop.study.placement import owners_of

LEAST_SEEN = 3
"""With fewer questions of an objective seen, its share says nothing."""


class ObjectiveMastery(Struct, frozen=True):
    """One objective of the blueprint with all below it. `weight_percent` is its share of the exam, None without a
    blueprint; `known` are those of the questions seen whose last answer was right."""

    objective_id: str
    name: str
    weight_percent: float | None
    questions: int
    seen: int
    known: int

    @property
    def share(self) -> float | None:
        """Known of seen, 0 to 1; None where too few were seen to say."""
        return self.known / self.seen if self.seen >= LEAST_SEEN else None


def mastery_of(listed: ListedExam, counts: Sequence[ObjectiveCount]) -> tuple[ObjectiveMastery, ...]:
    """The objectives of the blueprint in its order; of an exam without one, those at the top. Raises: PackError."""
    objectives = listed.pack.objectives(listed.exam.id)
    owners = owners_of(objectives)
    weights = _weights(listed.exam, objectives)
    found: dict[str, list[int]] = {}
    for count in counts:
        sums = found.setdefault(owners.get(count.objective_id, count.objective_id), [0, 0, 0])
        for number, value in enumerate((count.questions, count.seen, count.known)):
            sums[number] += value
    return tuple(
        ObjectiveMastery(objective.id, objective.name, weights.get(objective.id), *found[objective.id])
        for objective in objectives
        if objective.id in found and found[objective.id][0]
    )


def _weights(exam: Exam, objectives: Sequence[Objective]) -> dict[str, float]:
    """The share of the exam in percent by objective: as its publisher states it, or from the number of questions."""
    total = sum(blueprint_counts(exam, objectives).values())
    stated = {objective.id: objective.weight for objective in objectives if objective.weight is not None}
    drawn = {o.id: 100 * o.draw_count / total for o in objectives if o.draw_count is not None and total}
    return {**drawn, **stated}
