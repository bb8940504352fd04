"""A learner's device: its folder, its two clocks, and the programs that ran on it."""

from pathlib import Path

from msgspec import Struct, field

from pingtopass_desktop.domain.question import Choice, Question
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.bank.model import Bank
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.study.context import Study
from tests.fakes.banks import publish_bank
from tests.fakes.clock import ManualClock


class Laptop(Struct):
    """`open` starts the program; opening it again without `close` is what a crash leaves."""

    folder: Path
    packs: Path
    wall: ManualClock = field(default_factory=ManualClock)
    monotonic: ManualClock = field(default_factory=lambda: ManualClock(5_000_000))
    opened: list[Study] = field(default_factory=list)

    def open(self) -> Study:
        """Start the program: another `Study` on the same files."""
        store = LearnerStore(self.folder / "learner.db", self.wall)
        study = Study(store, Catalogue(self.packs), self.folder / "clocks", self.wall, self.monotonic)
        self.opened.append(study)
        return study

    def advance(self, ms: int) -> None:
        """Let time pass on both clocks."""
        self.wall.advance(ms)
        self.monotonic.advance(ms)

    def publish(self, bank: Bank) -> Path:
        """Bring a bank onto the device. Open programs see it after `catalogue.refresh()`."""
        return publish_bank(bank, self.packs)

    def close(self) -> None:
        for study in self.opened:
            study.store.close()
            study.catalogue.close()
        self.opened.clear()


def wrong_choice(question: Question) -> Choice:
    """An answer of the right form that is wrong."""
    ids = [option.id for option in question.options]
    if "=" in question.key[0]:
        return tuple(sorted(f"{left}={right}" for left, right in zip(ids, [*ids[1:], ids[0]], strict=True)))
    if not question.type.is_choice:
        return question.key[::-1]
    return (next(option.id for option in question.options if not option.is_correct),)
