"""Assembling a form: counts by blueprint, distinct points, unseen before seen, reproducible from a seed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingtopass_desktop.domain.exam import Objective, blueprint_objectives
from pingtopass_desktop.domain.form import (
    RECENT_MS,
    WHOLE_BANK,
    Candidate,
    Pool,
    Shortfall,
    blueprint_counts,
    draw_form,
)
from tests.fakes.banks import make_exam, make_objective
from tests.fakes.counts import runs

NOW = 1_790_000_000_000
HOUR = 3_600_000


def exposed(last: Mapping[str, int]):
    """The exposures of a learner who answered these questions at these times."""
    return lambda ids: {question_id: last[question_id] for question_id in ids if question_id in last}


NOTHING_SEEN = exposed({})


@st.composite
def objectives_of(draw: st.DrawFn, kinds: Sequence[str] = ("weight", "draw", "child")) -> list[Objective]:
    size = draw(st.integers(1, 8))
    found: list[Objective] = []
    for number in range(size):
        kind = draw(st.sampled_from(kinds))
        code = str(number)
        if kind == "weight":
            weight = draw(st.floats(0.5, 100).map(lambda value: round(value, 2)))
            found.append(make_objective(code, weight=weight, position=number))
        elif kind == "draw":
            found.append(make_objective(code, draw_count=draw(st.integers(0, 6)), position=number))
        else:
            parent = str(draw(st.integers(0, number - 1))) if number else None
            found.append(make_objective(code, parent=parent, position=number))
    return found


@given(objectives_of(["weight"]), st.integers(1, 200))
def test_weights_share_the_questions_exactly_and_within_one_of_their_quota(
    objectives: list[Objective], count: int
) -> None:
    counts = blueprint_counts(make_exam(question_count=count), objectives)
    total = sum(Fraction(str(o.weight)) for o in objectives)
    assert sum(counts.values()) == count
    for objective in objectives:
        quota = count * Fraction(str(objective.weight)) / total
        assert quota - 1 < counts[objective.id] < quota + 1


@given(objectives_of(["weight"]), st.integers(1, 200))
def test_the_largest_remainders_get_the_questions_left_over(objectives: list[Objective], count: int) -> None:
    counts = blueprint_counts(make_exam(question_count=count), objectives)
    total = sum(Fraction(str(o.weight)) for o in objectives)
    quotas = {o.id: count * Fraction(str(o.weight)) / total for o in objectives}
    favoured = [quota % 1 for key, quota in quotas.items() if counts[key] > quota // 1]
    others = [quota % 1 for key, quota in quotas.items() if counts[key] == quota // 1]
    assert not favoured or not others or min(favoured) >= max(others)


def test_equal_remainders_go_to_the_earlier_objective() -> None:
    objectives = [make_objective(code, weight=25.0) for code in "1234"]
    counts = blueprint_counts(make_exam(question_count=6), objectives)
    assert list(counts.values()) == [2, 2, 1, 1]


def test_the_starter_blueprint_is_shared_as_worked_by_hand() -> None:
    """65 questions by 23/20/19/14/24 percent: quotas 14.95, 13, 12.35, 9.1, 15.6."""
    objectives = [make_objective(str(n), weight=float(w)) for n, w in enumerate((23, 20, 19, 14, 24), start=1)]
    counts = blueprint_counts(make_exam(question_count=65), objectives)
    assert list(counts.values()) == [15, 13, 12, 9, 16]


@given(objectives_of(), st.integers(1, 120))
def test_draws_are_exact_and_weights_share_what_is_left(objectives: list[Objective], count: int) -> None:
    counts = blueprint_counts(make_exam(question_count=count), objectives)
    if not any(o.is_drawn for o in objectives):
        assert counts == {WHOLE_BANK: count}
        return
    drawn = {o.id: o.draw_count for o in objectives if o.draw_count is not None}
    assert counts.items() >= drawn.items()
    if any(o.weight for o in objectives) and sum(drawn.values()) < count:
        assert sum(counts.values()) == count
        assert set(counts) == {o.id for o in objectives if o.is_drawn}
    else:
        assert counts == drawn


def test_a_blueprint_without_weights_draws_from_the_whole_bank() -> None:
    counts = blueprint_counts(make_exam(question_count=7), [make_objective("1"), make_objective("1.1", parent="1")])
    assert counts == {WHOLE_BANK: 7}


@given(objectives_of())
def test_every_objective_belongs_to_its_nearest_drawn_ancestor(objectives: list[Objective]) -> None:
    by_id = {objective.id: objective for objective in objectives}
    owners = blueprint_objectives(objectives)
    for objective in objectives:
        owner = owners[objective.id]
        if objective.is_drawn:
            assert owner == objective.id
        elif objective.parent_id:
            assert owner == owners[objective.parent_id]
        else:
            assert owner is None
        assert owner is None or by_id[owner].is_drawn


def test_objectives_that_are_each_others_parents_belong_to_nobody() -> None:
    circle = [make_objective("1", parent="2"), make_objective("2", parent="1")]
    assert set(blueprint_objectives(circle).values()) == {None}


@st.composite
def pools(draw: st.DrawFn) -> tuple[dict[str, int], Pool, dict[str, int]]:
    """Counts, a pool with sibling groups inside objectives, and when some questions were last answered."""
    counts: dict[str, int] = {}
    pool: dict[str, list[Candidate]] = {}
    last: dict[str, int] = {}
    for number in range(draw(st.integers(1, 4))):
        objective = f"o{number}"
        counts[objective] = draw(st.integers(0, 6))
        candidates: list[Candidate] = []
        for index in range(draw(st.integers(0, 60 if number == 0 else 14))):
            group = draw(st.sampled_from([None, None, f"{objective}-g1", f"{objective}-g2"]))
            candidates.append(Candidate(f"{objective}-q{index}", group))
            age = draw(st.sampled_from([None, HOUR, 23 * HOUR, 25 * HOUR, 100 * HOUR]))
            if age is not None:
                last[candidates[-1].id] = NOW - age - index
        if candidates or draw(st.booleans()):
            pool[objective] = candidates
    return counts, pool, last


def point(candidate: Candidate) -> str:
    return candidate.sibling_group or candidate.id


def points(candidates: Sequence[Candidate]) -> int:
    return len({point(candidate) for candidate in candidates})


@settings(max_examples=runs(150, 5000))
@given(pools(), st.integers())
def test_a_form_keeps_every_rule_of_assembly(case, seed: int) -> None:
    counts, pool, last = case
    form = draw_form(counts, pool, seed, NOW, exposed(last))
    short = {key: needed for key, needed in counts.items() if points(pool.get(key, ())) < needed}

    if short:
        assert form.question_ids == ()
        assert {s.objective_id: s.needed for s in form.shortfall} == short
        assert all(s.available == points(pool.get(s.objective_id, ())) for s in form.shortfall)
        assert all(s.missing == s.needed - s.available > 0 for s in form.shortfall)
        return

    assert form.shortfall == ()
    home = {candidate.id: key for key, candidates in pool.items() for candidate in candidates}
    by_id = {candidate.id: candidate for candidates in pool.values() for candidate in candidates}
    drawn = [by_id[question_id] for question_id in form.question_ids]
    assert Counter(home[c.id] for c in drawn) == Counter({key: n for key, n in counts.items() if n})
    assert points(drawn) == len(drawn), "two questions of one sibling group meet"

    for key, needed in counts.items():
        own = [c for c in drawn if home[c.id] == key]
        unseen = [c for c in pool.get(key, ()) if c.id not in last]
        rested = [c for c in pool.get(key, ()) if NOW - last.get(c.id, 0) >= RECENT_MS]
        assert sum(c.id not in last for c in own) == min(needed, points(unseen)), "unseen questions come first"
        recent = sum(NOW - last.get(c.id, 0) < RECENT_MS for c in own)
        assert recent == max(0, needed - points(rested)), "a recent question is drawn only when nothing else is left"


@given(pools(), st.integers())
def test_the_same_seed_gives_the_same_form(case, seed: int) -> None:
    counts, pool, last = case
    assert draw_form(counts, pool, seed, NOW, exposed(last)) == draw_form(counts, pool, seed, NOW, exposed(last))


def test_other_seeds_give_other_forms_in_another_order() -> None:
    pool = {"o": [Candidate(f"q{n}") for n in range(100)]}
    forms = {draw_form({"o": 10}, pool, seed, NOW, NOTHING_SEEN).question_ids for seed in range(50)}
    assert len(forms) == 50
    whole = [draw_form({"o": 100}, pool, seed, NOW, NOTHING_SEEN).question_ids for seed in range(2)]
    assert whole[0] != whole[1]
    assert sorted(whole[0]) == sorted(whole[1])


def test_every_question_of_a_pool_has_the_same_chance() -> None:
    """Chi-square over 4,000 draws of 5 from 20; 43.8 is the 0.999 quantile for 19 degrees of freedom."""
    pool = {"o": [Candidate(f"q{n}") for n in range(20)]}
    drawn = Counter(
        question_id
        for seed in range(4000)
        for question_id in draw_form({"o": 5}, pool, seed, NOW, NOTHING_SEEN).question_ids
    )
    assert sum((count - 1000) ** 2 / 1000 for count in drawn.values()) < 43.8


def test_the_question_answered_longest_ago_comes_back_first() -> None:
    pool = {"o": [Candidate(f"q{n}") for n in range(6)]}
    last = {f"q{n}": NOW - (30 + n) * HOUR for n in range(6)}
    form = draw_form({"o": 2}, pool, 1, NOW, exposed(last))
    assert set(form.question_ids) == {"q5", "q4"}


def test_the_few_unseen_questions_of_a_large_pool_are_found() -> None:
    pool = {"o": [Candidate(f"q{n}") for n in range(300)]}
    last = {f"q{n}": NOW - 100 * HOUR for n in range(297)}
    for seed in range(10):
        form = draw_form({"o": 3}, pool, seed, NOW, exposed(last))
        assert set(form.question_ids) == {"q297", "q298", "q299"}


def test_twenty_four_hours_make_a_question_recent_no_longer() -> None:
    pool = {"o": [Candidate("rested"), Candidate("recent")]}
    last = {"rested": NOW - RECENT_MS, "recent": NOW - RECENT_MS + 1}
    for seed in range(20):
        assert draw_form({"o": 1}, pool, seed, NOW, exposed(last)).question_ids == ("rested",)


def test_a_large_pool_is_not_asked_about_as_a_whole() -> None:
    asked: list[int] = []

    def exposures(ids: Sequence[str]) -> dict[str, int]:
        asked.append(len(ids))
        return {}

    pool = {"o": [Candidate(f"q{n}") for n in range(20_000)]}
    draw_form({"o": 20}, pool, 1, NOW, exposures)
    assert sum(asked) <= 100


@pytest.mark.parametrize("stock", [0, 2])
def test_the_shortfall_names_the_short_objective_and_nothing_else(stock: int) -> None:
    pool = {"full": [Candidate(f"f{n}") for n in range(5)], "short": [Candidate(f"s{n}") for n in range(stock)]}
    form = draw_form({"full": 5, "short": 3}, pool, 1, NOW, NOTHING_SEEN)
    assert form.shortfall == (Shortfall("short", 3, stock),)
    assert form.question_ids == ()


def test_siblings_count_once_in_a_shortfall() -> None:
    pool = {"o": [Candidate("a", "same"), Candidate("b", "same"), Candidate("c")]}
    form = draw_form({"o": 3}, pool, 1, NOW, NOTHING_SEEN)
    assert form.shortfall == (Shortfall("o", 3, 2),)


def test_siblings_do_not_meet_across_objectives() -> None:
    pool = {
        "1": [Candidate("a", "point"), Candidate("b")],
        "2": [Candidate("c", "point"), Candidate("d")],
    }
    for seed in range(50):
        drawn = draw_form({"1": 1, "2": 1}, pool, seed, 0, lambda ids: {})
        assert len(drawn.question_ids) == 2
        assert set(drawn.question_ids) != {"a", "c"}
