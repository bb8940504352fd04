"""Assembling an exam form: blueprint, pool and seed give the questions. It loads nothing and knows no learner.

A form is reproducible: the same exam, pool, seed and exposures give the same questions in the same order.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from random import Random

from msgspec import Struct

from pingtopass_desktop.domain.exam import Exam, Objective, blueprint_objectives

RECENT_MS = 24 * 3600 * 1000
"""A question that was answered less than this ago is drawn only when nothing else is left."""

WHOLE_BANK = ""
"""The key of a blueprint without weights and draws: every question counts as one objective."""

Exposures = Callable[[Sequence[str]], Mapping[str, int]]
"""Given question ids: for those answered before, when last (milliseconds since 1970, UTC)."""


class Candidate(Struct, frozen=True):
    """A question that may be drawn. Questions of one sibling group test the same point."""

    id: str
    sibling_group: str | None = None


Pool = Mapping[str, Sequence[Candidate]]
"""The active questions by the id of the blueprint objective that they are drawn for."""


class Shortfall(Struct, frozen=True):
    """An objective that the bank cannot serve. `available` counts distinct points."""

    objective_id: str
    needed: int
    available: int

    @property
    def missing(self) -> int:
        return self.needed - self.available


class Form(Struct, frozen=True):
    """The drawn questions in the order shown; empty where there is a shortfall."""

    question_ids: tuple[str, ...]
    shortfall: tuple[Shortfall, ...] = ()


def blueprint_counts(exam: Exam, objectives: Sequence[Objective]) -> dict[str, int]:
    """How many questions each drawn objective gives: exact draws first, the rest by weight.

    Weights share the remaining questions by largest remainder (Hamilton's method), ties to the earlier objective.
    The numbers sum to the exam's question count wherever a weight exists.
    """
    if not any(o.is_drawn for o in objectives):
        return {WHOLE_BANK: exam.question_count}
    counts = {o.id: o.draw_count for o in objectives if o.draw_count is not None}
    weighted = [o for o in objectives if o.draw_count is None and o.weight]
    total = sum(Fraction(str(o.weight)) for o in weighted)
    rest = exam.question_count - sum(counts.values())
    if not weighted or rest <= 0:
        return counts
    quotas = {o.id: rest * Fraction(str(o.weight)) / total for o in weighted}
    counts |= {objective_id: math.floor(quota) for objective_id, quota in quotas.items()}
    left = rest - sum(counts[objective_id] for objective_id in quotas)
    by_remainder = sorted(quotas, key=lambda objective_id: counts[objective_id] - quotas[objective_id])
    for objective_id in by_remainder[:left]:
        counts[objective_id] += 1
    return {o.id: counts[o.id] for o in objectives if o.id in counts}


def blueprint_keys(objectives: Sequence[Objective]) -> dict[str, str | None]:
    """Map every objective to the key of `blueprint_counts` that its questions are drawn for; None where none is."""
    if not any(objective.is_drawn for objective in objectives):
        return {objective.id: WHOLE_BANK for objective in objectives}
    return blueprint_objectives(list(objectives))


def draw_form(counts: Mapping[str, int], pool: Pool, seed: int, now_ms: int, exposures: Exposures) -> Form:
    """Draw the questions of a form.

    Unseen questions come first, then those answered longest ago beyond `RECENT_MS`, and only then recent ones. No two
    of one sibling group meet. Where an objective has fewer points than it needs, the form is empty and the shortfall
    names every such objective.
    """
    drawn: list[str] = []
    shortfall: list[Shortfall] = []
    points: set[str] = set()
    for objective_id, needed in counts.items():
        candidates = pool.get(objective_id, ())
        random = Random(f"{seed}:{objective_id}")
        picked = _pick(candidates, needed, random, now_ms, exposures, points)
        if len(picked) < needed:
            shortfall.append(Shortfall(objective_id, needed, len(picked)))
        drawn += picked
    if shortfall:
        return Form((), tuple(shortfall))
    Random(f"{seed}:order").shuffle(drawn)
    return Form(tuple(drawn))


def _pick(
    candidates: Sequence[Candidate],
    needed: int,
    random: Random,
    now_ms: int,
    exposures: Exposures,
    points: set[str],
) -> list[str]:
    """Up to `needed` questions on points that are not in `points` yet, which grows by theirs.

    Looks at no more of the pool than it has to, twice as much each time.
    """
    picked: list[str] = []
    seen: list[tuple[int, Candidate]] = []
    shuffled = _lazily_shuffled(candidates, random)
    size = max(32, 2 * needed)
    while len(picked) < needed and (chunk := list(islice(shuffled, size))):
        size *= 2
        last_answered = exposures([candidate.id for candidate in chunk])
        for candidate in chunk:
            if candidate.id in last_answered:
                seen.append((last_answered[candidate.id], candidate))
            elif len(picked) < needed:
                _take(candidate, picked, points)
    seen.sort(key=lambda entry: (now_ms - entry[0] < RECENT_MS, entry[0]))
    for _, candidate in seen:
        if len(picked) == needed:
            break
        _take(candidate, picked, points)
    return picked


def _take(candidate: Candidate, picked: list[str], points: set[str]) -> None:
    if candidate.sibling_group is not None:
        if candidate.sibling_group in points:
            return
        points.add(candidate.sibling_group)
    picked.append(candidate.id)


def _lazily_shuffled(items: Sequence[Candidate], random: Random) -> Iterator[Candidate]:
    """A Fisher-Yates shuffle that costs only as much as is taken from it."""
    moved: dict[int, int] = {}
    for i in range(len(items)):
        j = random.randrange(i, len(items))
        yield items[moved.get(j, j)]
        moved[j] = moved.get(i, i)
