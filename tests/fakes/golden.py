"""The golden exam of three objectives with twenty questions each, and a learner who answers them from a noon on."""

from datetime import UTC, datetime

from pingtopass_desktop.learner.events import Answered
from pingtopass_desktop.study.context import Study
from tests.fakes.banks import make_bank, question_id

DAY = 86_400_000
BANK = make_bank(20, weights=(50, 30, 20))
NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)


def answer(
    study: Study, number: int, *, is_right: bool = True, confidence: str | None = None, seconds: int = 60
) -> None:
    """One practice answer. Questions 1 to 20 are of the first objective, 21 to 40 of the second, and so on."""
    question = question_id(number)
    study.store.record(
        Answered("a", "s", "practice", question, 1, ("a",), is_right, seconds * 1000, seconds * 1000, confidence)
    )
