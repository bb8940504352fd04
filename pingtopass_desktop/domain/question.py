"""A question, its options, and what a learner chose. No scoring (see `domain.scoring`), no text format."""

from enum import StrEnum
from random import Random

from msgspec import Struct

Choice = tuple[str, ...]
"""What a learner gave as an answer, in canonical form.

Multiple choice, multi select and true/false: the chosen option ids, sorted. Ordering: all option ids in the order
given. Matching: ``"left=right"`` pairs sorted by the left id, where right is the option whose partner was chosen.
The empty tuple is "not answered".
"""

NOT_ANSWERED: Choice = ()


class QuestionType(StrEnum):
    MULTIPLE_CHOICE = "multiple_choice"
    MULTI_SELECT = "multi_select"
    TRUE_FALSE = "true_false"
    ORDERING = "ordering"
    MATCHING = "matching"

    @property
    def is_choice(self) -> bool:
        """True where the learner marks options, one or several."""
        return self not in (QuestionType.ORDERING, QuestionType.MATCHING)

    @property
    def has_one_key(self) -> bool:
        return self in (QuestionType.MULTIPLE_CHOICE, QuestionType.TRUE_FALSE)


class Confidence(StrEnum):
    """How sure the learner said to be before the answer was checked."""

    SURE = "sure"
    THINK_SO = "think_so"
    GUESS = "guess"


class Option(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One option. `position` (from 1) only for ordering, `match` (the partner's text) only for matching.

    A bank's text is read straight into options, so a field that there is not is refused. Options and questions hold
    only texts and numbers, which make no cycles: the collector need not look at them.
    """

    id: str
    text: str
    is_correct: bool = False
    rationale: str = ""
    misconception: str = ""
    position: int | None = None
    match: str | None = None


class Question(Struct, frozen=True, gc=False):
    """One immutable revision of a question. `difficulty` runs from 1 (easy) to 5; texts are Markdown."""

    id: str
    exam_id: str
    objective_id: str
    type: QuestionType
    text: str
    options: tuple[Option, ...]
    source_id: str = ""
    difficulty: int = 3
    explanation: str = ""
    reference: str = ""
    source_quote: str = ""
    sibling_group: str | None = None
    shuffle_options: bool = True
    is_active: bool = True
    ai_generated: bool = False
    preview_of: str | None = None
    revision: int = 1

    @property
    def key(self) -> Choice:
        """The right answer in the form of a `Choice`."""
        if self.type is QuestionType.ORDERING:
            return tuple(option.id for option in sorted(self.options, key=lambda o: o.position or 0))
        if self.type is QuestionType.MATCHING:
            return tuple(sorted(f"{option.id}={option.id}" for option in self.options))
        return tuple(sorted(option.id for option in self.options if option.is_correct))

    @property
    def answer_size(self) -> int:
        """How many marks, steps or pairs a complete answer has."""
        return len(self.key)

    def option(self, option_id: str) -> Option:
        """Raises: KeyError for an id that the question does not have."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


def canonical_choice(question: Question, given: list[str] | tuple[str, ...]) -> Choice:
    """Bring an answer into the form of `Choice`.

    Raises: ValueError where it names an option that the question does not have, names one twice, or marks several
    where one is right.
    """
    ids = {option.id for option in question.options}
    if question.type is QuestionType.MATCHING:
        pairs = [pair.split("=", 1) for pair in given]
        if any(len(pair) != 2 or not ids.issuperset(pair) for pair in pairs):
            raise ValueError(f"{given!r} does not pair options of question {question.id}")
        if len({left for left, _ in pairs}) != len(pairs):
            raise ValueError(f"{given!r} pairs an option twice")
        return tuple(sorted(given))
    if not ids.issuperset(given):
        raise ValueError(f"{given!r} names an option that question {question.id} does not have")
    if len(set(given)) != len(given):
        raise ValueError(f"{given!r} names an option twice")
    if question.type is QuestionType.ORDERING:
        return tuple(given)
    if question.type.has_one_key and len(given) > 1:
        raise ValueError(f"question {question.id} takes one option, not {len(given)}")
    return tuple(sorted(given))


def fitting_choice(question: Question, choice: Choice) -> Choice:
    """What of an answer to another revision the question has: its options and pairs, an order of all its steps."""
    ids = {option.id for option in question.options}
    if question.type is QuestionType.MATCHING:
        return tuple(pair for pair in choice if "=" in pair and ids.issuperset(pair.split("=", 1)))
    kept = tuple(each for each in choice if each in ids)
    if question.type is QuestionType.ORDERING and len(kept) < len(ids):
        return NOT_ANSWERED
    return kept


def is_complete(question: Question, choice: Choice) -> bool:
    """True when as many options, steps or pairs were given as the question asks for."""
    return len(choice) == question.answer_size


def presented_order(question: Question, random: Random) -> tuple[str, ...]:
    """The order in which options are shown: for matching, the order of the partners on the right.

    Shuffled unless the question locks its order. An ordering question is never shown in its solved order.
    """
    ids = [option.id for option in question.options]
    if question.type is QuestionType.ORDERING:
        random.shuffle(ids)
        if tuple(ids) == question.key and len(ids) > 1:
            ids = [*ids[1:], ids[0]]
        return tuple(ids)
    if question.shuffle_options or question.type is QuestionType.MATCHING:
        random.shuffle(ids)
    return tuple(ids)
