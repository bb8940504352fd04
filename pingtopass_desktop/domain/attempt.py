"""One sitting of an exam or of a practice session, as a pure state machine.

    running --suspend--> suspended --resume--> running --submit | expire--> finished

Every command returns the next state or raises `IllegalCommand` and changes nothing. The machine holds no questions
and no clock: whether an answer is right and how much time went by are arguments.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from pingtopass_desktop.domain.exam import MultipleResponseRule, Navigation
from pingtopass_desktop.domain.question import Choice, Confidence

EXTRA_TIME_PERCENT = (100, 125, 150, 200)
"""The factors of the extra-time setting, in percent of the exam's own time."""


class Mode(StrEnum):
    EXAM = "exam"
    PRACTICE = "practice"


class Phase(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    FINISHED = "finished"


class IllegalCommand(Exception):
    """A command that the rules or the state of the attempt do not allow. The message says which rule."""


class Rules(Struct, frozen=True):
    """What holds for this attempt from start to end. `limit_ms` includes extra time; None is untimed."""

    mode: Mode
    limit_ms: int | None
    navigation: Navigation = Navigation.FREE
    multiple_response_rule: MultipleResponseRule = MultipleResponseRule.ALL_OR_NOTHING
    time_percent: int = 100
    asks_confidence: bool = False


class Item(Struct, frozen=True):
    """One question of the form: which revision, and its options in the order shown."""

    question_id: str
    revision: int
    order: tuple[str, ...]


class Answer(Struct, frozen=True):
    """The answer that stands. `first_correct` is that of the first answer given; `changes` counts later ones."""

    choice: Choice
    is_correct: bool
    first_correct: bool
    elapsed_ms: int
    confidence: Confidence | None = None
    changes: int = 0


class Attempt(Struct, frozen=True):
    """The state of an attempt. Items are addressed by index from 0; `item_ms` is time spent by item."""

    id: str
    exam_id: str
    rules: Rules
    items: tuple[Item, ...]
    phase: Phase = Phase.RUNNING
    position: int = 0
    answers: Mapping[int, Answer] = field(default_factory=dict)
    flagged: frozenset[int] = frozenset()
    struck: Mapping[int, frozenset[str]] = field(default_factory=dict)
    item_ms: Mapping[int, int] = field(default_factory=dict)
    elapsed_ms: int = 0
    interruptions: int = 0

    @property
    def remaining_ms(self) -> int | None:
        """Time left, never negative; None where the attempt has no limit."""
        if self.rules.limit_ms is None:
            return None
        return max(0, self.rules.limit_ms - self.elapsed_ms)

    @property
    def is_out_of_time(self) -> bool:
        return self.remaining_ms == 0

    @property
    def is_finished(self) -> bool:
        return self.phase is Phase.FINISHED

    @property
    def item(self) -> Item:
        return self.items[self.position]

    @property
    def may_go_back(self) -> bool:
        return self.rules.navigation is Navigation.FREE

    def is_answered(self, index: int) -> bool:
        """True where a standing answer marks at least one option."""
        answer = self.answers.get(index)
        return answer is not None and bool(answer.choice)

    @property
    def unanswered(self) -> tuple[int, ...]:
        return tuple(index for index in range(len(self.items)) if not self.is_answered(index))

    def spend(self, elapsed_ms: int) -> "Attempt":
        """Let time pass on the item shown. Time beyond the limit is not counted.

        Raises: IllegalCommand unless running.
        """
        self._require(Phase.RUNNING)
        if elapsed_ms < 0:
            raise IllegalCommand("time does not run backwards")
        remaining = self.remaining_ms
        counted = elapsed_ms if remaining is None else min(elapsed_ms, remaining)
        if counted == 0:
            return self
        item_ms = {**self.item_ms, self.position: self.item_ms.get(self.position, 0) + counted}
        return replace(self, item_ms=item_ms, elapsed_ms=self.elapsed_ms + counted)

    def answer(self, choice: Choice, *, is_correct: bool, confidence: Confidence | None = None) -> "Attempt":
        """Give or change the answer to the item shown. An empty choice takes the answer back.

        Raises: IllegalCommand when not running, out of time, or when practice has already shown the solution.
        """
        self._require_time()
        earlier = self.answers.get(self.position)
        if self.rules.mode is Mode.PRACTICE:
            if earlier is not None:
                raise IllegalCommand("a practice question is answered once; its solution was shown")
            if not choice:
                raise IllegalCommand("choose an answer before checking it")
        given = Answer(
            choice=choice,
            is_correct=is_correct,
            first_correct=earlier.first_correct if earlier else is_correct,
            elapsed_ms=self.item_ms.get(self.position, 0),
            confidence=confidence,
            changes=earlier.changes + (earlier.choice != choice) if earlier else 0,
        )
        return replace(self, answers={**self.answers, self.position: given})

    def flag(self, is_flagged: bool) -> "Attempt":
        """Mark the item shown for review, or take the mark off. Raises: IllegalCommand as `answer`."""
        self._require_time()
        here = {self.position}
        return replace(self, flagged=self.flagged | here if is_flagged else self.flagged - here)

    def strike(self, option_id: str, is_struck: bool) -> "Attempt":
        """Strike an option of the item shown out, or take it back. Raises: IllegalCommand as `answer`."""
        self._require_time()
        if option_id not in self.item.order:
            raise IllegalCommand(f"the question shown has no option {option_id!r}")
        if self.rules.mode is Mode.PRACTICE and self.position in self.answers:
            raise IllegalCommand("the solution of this question was shown")
        before = self.struck.get(self.position, frozenset())
        after = before | {option_id} if is_struck else before - {option_id}
        return replace(self, struck={**self.struck, self.position: after})

    def visit(self, index: int) -> "Attempt":
        """Show another item. Raises: IllegalCommand outside the form, backwards where the rules forbid it."""
        self._require_time()
        if not 0 <= index < len(self.items):
            raise IllegalCommand(f"there is no question {index + 1} in a form of {len(self.items)}")
        if index < self.position and not self.may_go_back:
            raise IllegalCommand("this exam does not go back to earlier questions")
        return replace(self, position=index)

    def suspend(self) -> "Attempt":
        """Stop the clock because the program closes. Raises: IllegalCommand unless running."""
        self._require(Phase.RUNNING)
        return replace(self, phase=Phase.SUSPENDED)

    def resume(self) -> "Attempt":
        """Go on after a suspension or a crash, with the time left then. Raises: IllegalCommand unless suspended."""
        self._require(Phase.SUSPENDED)
        return replace(self, phase=Phase.RUNNING, interruptions=self.interruptions + 1)

    def interrupt(self) -> "Attempt":
        """Note a gap in the ticks (the machine slept) that did not count. Raises: IllegalCommand unless running."""
        self._require(Phase.RUNNING)
        return replace(self, interruptions=self.interruptions + 1)

    def submit(self) -> "Attempt":
        """End the attempt with what was answered. Raises: IllegalCommand unless running."""
        self._require(Phase.RUNNING)
        return replace(self, phase=Phase.FINISHED)

    def expire(self) -> "Attempt":
        """End the attempt because no time is left. Raises: IllegalCommand while time remains."""
        self._require(Phase.RUNNING)
        if not self.is_out_of_time:
            raise IllegalCommand("there is time left")
        return replace(self, phase=Phase.FINISHED)

    def _require(self, phase: Phase) -> None:
        if self.phase is not phase:
            raise IllegalCommand(f"the attempt is {self.phase}, not {phase}")

    def _require_time(self) -> None:
        self._require(Phase.RUNNING)
        if self.is_out_of_time:
            raise IllegalCommand("the time is up")
