"""The attempt's state machine, walked at random against a plain model written without a look at the code."""

from random import Random
from typing import Any

import pytest
from msgspec import Struct, field

from pingtopass_desktop.domain.attempt import Attempt, IllegalCommand, Item, Mode, Phase, Rules
from pingtopass_desktop.domain.exam import Navigation
from pingtopass_desktop.domain.question import Confidence
from tests.fakes.counts import IS_SOAK, runs

OPTIONS = ("a", "b", "c")
COMMANDS = ["spend", "answer", "flag", "strike", "visit", "suspend", "resume", "interrupt", "submit", "expire"]
WEIGHTS = [6, 6, 2, 3, 5, 1, 2, 1, 0.15, 0.5]


def new_attempt(size: int = 3, mode: Mode = Mode.EXAM, limit_ms: int | None = 1000, **rules: Any) -> Attempt:
    items = tuple(Item(f"q{n}", 1, OPTIONS) for n in range(size))
    return Attempt("attempt", "exam", Rules(mode, limit_ms, **rules), items)


class Model(Struct):
    """What an attempt must be like after a sequence of commands. Mutable, and refuses by returning False."""

    size: int
    is_practice: bool
    limit: int | None
    goes_back: bool
    phase: str = "running"
    position: int = 0
    answers: dict[int, list[Any]] = field(default_factory=dict)
    flagged: set[int] = field(default_factory=set)
    struck: dict[int, set[str]] = field(default_factory=dict)
    spent: dict[int, int] = field(default_factory=dict)
    interruptions: int = 0

    @property
    def elapsed(self) -> int:
        return sum(self.spent.values())

    @property
    def is_up(self) -> bool:
        return self.limit is not None and self.elapsed >= self.limit

    def may_act(self) -> bool:
        return self.phase == "running" and not self.is_up

    def spend(self, ms: int) -> bool:
        if self.phase != "running" or ms < 0:
            return False
        left = ms if self.limit is None else min(ms, self.limit - self.elapsed)
        self.spent[self.position] = self.spent.get(self.position, 0) + left
        return True

    def answer(self, choice: tuple[str, ...], is_correct: bool, confidence: Confidence | None) -> bool:
        if not self.may_act():
            return False
        old = self.answers.get(self.position)
        if self.is_practice and (old or not choice):
            return False
        spent = self.spent.get(self.position, 0)
        first = old[2] if old else is_correct
        changes = 0 if old is None else old[5] + (1 if old[0] != choice else 0)
        self.answers[self.position] = [choice, is_correct, first, spent, confidence, changes]
        return True

    def flag(self, on: bool) -> bool:
        if not self.may_act():
            return False
        (self.flagged.add if on else self.flagged.discard)(self.position)
        return True

    def strike(self, option: str, on: bool) -> bool:
        if not self.may_act() or option not in OPTIONS or (self.is_practice and self.position in self.answers):
            return False
        here = self.struck.setdefault(self.position, set())
        (here.add if on else here.discard)(option)
        return True

    def visit(self, index: int) -> bool:
        if not self.may_act() or index not in range(self.size) or (index < self.position and not self.goes_back):
            return False
        self.position = index
        return True

    def suspend(self) -> bool:
        return self._turn("running", "suspended")

    def resume(self) -> bool:
        if not self._turn("suspended", "running"):
            return False
        self.interruptions += 1
        return True

    def interrupt(self) -> bool:
        self.interruptions += self.phase == "running"
        return self.phase == "running"

    def submit(self) -> bool:
        return self._turn("running", "finished")

    def expire(self) -> bool:
        return self.is_up and self._turn("running", "finished")

    def _turn(self, before: str, after: str) -> bool:
        if self.phase != before:
            return False
        self.phase = after
        return True


def assert_same(attempt: Attempt, model: Model) -> None:
    assert attempt.phase.value == model.phase
    assert attempt.position == model.position
    assert attempt.flagged == model.flagged
    assert {k: set(v) for k, v in attempt.struck.items() if v} == {k: v for k, v in model.struck.items() if v}
    assert {k: v for k, v in attempt.item_ms.items() if v} == {k: v for k, v in model.spent.items() if v}
    assert attempt.elapsed_ms == model.elapsed
    assert attempt.interruptions == model.interruptions
    assert attempt.remaining_ms == (None if model.limit is None else model.limit - model.elapsed)
    assert attempt.is_out_of_time == model.is_up
    found = {
        k: [a.choice, a.is_correct, a.first_correct, a.elapsed_ms, a.confidence, a.changes]
        for k, a in attempt.answers.items()
    }
    assert found == model.answers
    assert attempt.unanswered == tuple(n for n in range(model.size) if not model.answers.get(n, [()])[0])


def one_command(random: Random, name: str, attempt: Attempt, model: Model) -> tuple[Any, bool]:
    """Give the same command to both. Returns what the attempt became (None: refused) and what the model says."""
    if name == "spend":
        arguments: tuple[Any, ...] = (random.choice([-1, 0, 1, 40, 150, 400, 10_000]),)
        return attempted(lambda: attempt.spend(*arguments)), model.spend(*arguments)
    if name == "answer":
        choice = random.choice([(), ("a",), ("b",), ("a", "c")])
        is_correct = random.random() < 0.5
        confidence = random.choice([None, *Confidence])
        given = attempted(lambda: attempt.answer(choice, is_correct=is_correct, confidence=confidence))
        return given, model.answer(choice, is_correct, confidence)
    if name == "flag":
        on = random.random() < 0.6
        return attempted(lambda: attempt.flag(on)), model.flag(on)
    if name == "strike":
        option, on = random.choice([*OPTIONS, "z"]), random.random() < 0.6
        return attempted(lambda: attempt.strike(option, on)), model.strike(option, on)
    if name == "visit":
        index = random.randint(-1, model.size)
        return attempted(lambda: attempt.visit(index)), model.visit(index)
    return attempted(getattr(attempt, name)), getattr(model, name)()


def attempted(command: Any) -> Attempt | None:
    try:
        return command()
    except IllegalCommand:
        return None


def walk(seed: int) -> set[str]:
    """One random life of an attempt. Returns the commands that it accepted."""
    random = Random(seed)
    size = random.randint(1, 5)
    mode = random.choice(list(Mode))
    limit = random.choice([None, 1, 300, 1000, 5000])
    navigation = random.choice(list(Navigation))
    attempt = new_attempt(size, mode, limit, navigation=navigation)
    model = Model(size, mode is Mode.PRACTICE, limit, navigation is Navigation.FREE)
    accepted: set[str] = set()
    for _ in range(random.randint(1, 60)):
        name = random.choices(COMMANDS, WEIGHTS)[0]
        before = repr(attempt)
        became, is_legal = one_command(random, name, attempt, model)
        assert repr(attempt) == before, f"{name} changed a state that was already given out"
        assert (became is not None) == is_legal, f"seed {seed}: {name} on {before}"
        if became is not None:
            assert became.elapsed_ms >= attempt.elapsed_ms
            assert limit is None or became.elapsed_ms <= limit
            assert navigation is Navigation.FREE or became.position >= attempt.position
            assert not attempt.is_finished, f"a finished attempt accepted {name}"
            attempt = became
            accepted.add(name)
        assert_same(attempt, model)
    return accepted


@pytest.mark.timeout(1200 if IS_SOAK else 120)
def test_random_walks_agree_with_the_model() -> None:
    accepted: set[str] = set()
    for seed in range(runs(500, 10_000)):
        accepted |= walk(seed)
    assert accepted == set(COMMANDS), "the walks do not reach every command"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_finished_attempt_accepts_no_command(name: str) -> None:
    finished = new_attempt(limit_ms=None).answer(("a",), is_correct=True).submit()
    model = Model(3, False, None, True, phase="finished")
    for seed in range(20):
        became, _ = one_command(Random(seed), name, finished, model)
        assert became is None


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "resume"])
def test_a_suspended_attempt_accepts_only_resume(name: str) -> None:
    suspended = new_attempt(limit_ms=None).suspend()
    model = Model(3, False, None, True, phase="suspended")
    for seed in range(20):
        became, _ = one_command(Random(seed), name, suspended, model)
        assert became is None
    assert suspended.resume().phase is Phase.RUNNING


def test_time_beyond_the_limit_is_not_counted() -> None:
    attempt = new_attempt(limit_ms=1000).spend(600).spend(600)
    assert (attempt.elapsed_ms, attempt.remaining_ms, attempt.item_ms) == (1000, 0, {0: 1000})


def test_time_never_runs_backwards() -> None:
    with pytest.raises(IllegalCommand, match="backwards"):
        new_attempt().spend(-1)


@pytest.mark.parametrize("command", ["answer", "flag", "strike", "visit"])
def test_nothing_but_the_end_is_possible_when_the_time_is_up(command: str) -> None:
    attempt = new_attempt(limit_ms=10).spend(10)
    calls = {
        "answer": lambda: attempt.answer(("a",), is_correct=True),
        "flag": lambda: attempt.flag(True),
        "strike": lambda: attempt.strike("a", True),
        "visit": lambda: attempt.visit(1),
    }
    with pytest.raises(IllegalCommand, match="time is up"):
        calls[command]()
    assert attempt.expire().is_finished
    assert attempt.submit().is_finished


def test_an_exam_does_not_expire_while_time_is_left() -> None:
    with pytest.raises(IllegalCommand, match="time left"):
        new_attempt(limit_ms=10).spend(9).expire()


def test_an_untimed_attempt_never_expires() -> None:
    with pytest.raises(IllegalCommand):
        new_attempt(limit_ms=None).spend(10**9).expire()


def test_a_forward_only_exam_does_not_go_back() -> None:
    attempt = new_attempt(navigation=Navigation.FORWARD_ONLY).visit(1)
    with pytest.raises(IllegalCommand, match="does not go back"):
        attempt.visit(0)
    assert attempt.visit(1).position == 1
    assert attempt.visit(2).position == 2


def test_changing_an_answer_keeps_what_the_first_one_was() -> None:
    attempt = new_attempt().answer(("a",), is_correct=True).answer(("b",), is_correct=False)
    assert attempt.answers[0].first_correct
    assert not attempt.answers[0].is_correct
    assert attempt.answers[0].changes == 1


def test_giving_the_same_answer_again_is_no_change() -> None:
    attempt = new_attempt().answer(("a",), is_correct=True).answer(("a",), is_correct=True)
    assert attempt.answers[0].changes == 0


def test_an_answer_taken_back_leaves_the_question_unanswered() -> None:
    attempt = new_attempt().answer(("a",), is_correct=True).answer((), is_correct=False)
    assert attempt.unanswered == (0, 1, 2)


def test_a_practice_question_is_answered_once() -> None:
    attempt = new_attempt(mode=Mode.PRACTICE, limit_ms=None).answer(("a",), is_correct=False)
    with pytest.raises(IllegalCommand, match="once"):
        attempt.answer(("b",), is_correct=True)


def test_a_refusal_says_which_rule_it_follows() -> None:
    with pytest.raises(IllegalCommand, match="no question 9 in a form of 3"):
        new_attempt().visit(8)
    with pytest.raises(IllegalCommand, match="no option 'z'"):
        new_attempt().strike("z", True)
    with pytest.raises(IllegalCommand, match="running, not suspended"):
        new_attempt().resume()
