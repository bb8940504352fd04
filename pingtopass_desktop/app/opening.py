"""Opening a data folder: starter bank, library, learner's store. No Qt: it runs while Qt is still being imported."""

import logging
from dataclasses import dataclass
from pathlib import Path

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.database import StoreError
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.bank.model import BankError
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.study import review
from pingtopass_desktop.study.context import Study, now_utc, wall_ms

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the first page needs. `notices` are problems that leave the rest usable, in plain words."""

    study: Study
    exams: list[Exam]
    waiting: list[AttemptSummary]
    notices: tuple[str, ...]


def open_study(folder: DataFolder) -> Opened:
    """Open everything that study needs.

    Raises: StoreError where the learner's file cannot be used. A damaged pack or a full disk is a notice.
    """
    notices = list(_publish_starter(folder.packs))
    catalogue = Catalogue(folder.packs)
    try:
        store = LearnerStore(folder.learner, wall_ms)
    except StoreError:
        catalogue.close()
        raise
    study = Study(store, catalogue, folder.clocks)
    exams = [entry.exam for entry in catalogue.exams()]
    notices += [str(problem) for problem in catalogue.problems]
    return Opened(study, exams, review.unfinished(study), tuple(notices))


def close_study(study: Study) -> None:
    """Close the files; every answer is on disk already."""
    study.catalogue.close()
    study.store.close()


def keep_house(study: Study, folder: DataFolder, zone_name: str) -> None:
    """Once the window is up: the learner's time zone, packs nobody needs. On the store lane."""
    from pingtopass_desktop.learner import attempts, settings
    from pingtopass_desktop.library.publish import collect

    with study.store.database.translated():
        has_zone = settings.get(study.store.db, settings.DAY_ZONE, "")
        in_use = attempts.packs_in_use(study.store.db)
    if not has_zone:
        study.store.record(settings.setting(settings.DAY_ZONE, zone_name))
    try:
        for path in collect(folder.packs, in_use):
            _log.info("removed the replaced pack %s", path.name)
    except OSError as error:
        _log.warning("old packs stay: %s", error)


def _publish_starter(packs: Path) -> list[str]:
    from pingtopass_desktop.library.starter import is_starter_current, publish_starter

    if is_starter_current(packs):
        return []
    try:
        publish_starter(packs, now_utc())
    except (OSError, BankError) as error:
        _log.warning("the starter bank was not published: %s", error)
        return [f"The starter bank could not be prepared: {error}"]
    return []
