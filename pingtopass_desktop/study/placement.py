"""Where the questions of the packs in force belong, as the learner's counters need it."""

from collections.abc import Sequence

from pingtopass_desktop.domain.exam import Objective, blueprint_objectives
from pingtopass_desktop.learner import mastery, progress
from pingtopass_desktop.learner.mastery import ObjectiveCount, PlacedObjective
from pingtopass_desktop.library import stock
from pingtopass_desktop.study.context import Study


def follow_library(study: Study) -> bool:
    """Take over where the questions of the packs in force belong; True where they had changed.

    Whatever reads the counters calls it first. Called after an import, it takes the wait out of the next page: a bank
    of 100,000 questions takes about a second, once for each of its releases. Raises: PackError, StoreError.
    """
    packs = study.catalogue.packs
    names = [pack.path.name for pack in packs]
    with study.store.database.translated():
        if mastery.is_placed(study.store.db, names):
            return False
    objectives = [
        PlacedObjective(each.exam_id, each.objective_id, each.questions, each.points)
        for pack in packs
        for each in stock.objective_stock(pack)
    ]
    questions: dict[str, tuple[str, str]] = {}
    for pack in packs:
        questions |= stock.question_places(pack)
    study.store.place(names, objectives, questions)
    return True


def counts(study: Study, exam_id: str) -> list[ObjectiveCount]:
    """How every objective of an exam stands today. Raises: PackError, StoreError."""
    follow_library(study)
    with study.store.database.translated():
        db = study.store.db
        return mastery.counts(db, exam_id, progress.day_rule(db).date_of(study.now_ms()))


def owners_of(objectives: Sequence[Objective]) -> dict[str, str]:
    """Map every objective to the one that it is counted under: that of the blueprint, else the one at the top."""
    parents = {objective.id: objective.parent_id for objective in objectives}
    owners: dict[str, str] = {}
    for objective_id, drawn in blueprint_objectives(list(objectives)).items():
        top, passed = objective_id, {objective_id}
        while (parent := parents.get(top)) in parents and parent is not None and parent not in passed:
            top = parent
            passed.add(parent)
        owners[objective_id] = drawn or top
    return owners
