"""Opening a data folder: starter bank, library, learner's store. No Qt: it runs while Qt is still being imported."""

import logging
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.learner import attempts, settings
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.database import StoreDamaged, StoreError
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.bank.model import BankError
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.lock import LockHeld
from pingtopass_desktop.study import preferences
from pingtopass_desktop.study.context import Study, monotonic_ms, now_utc, wall_ms

_log = logging.getLogger(__name__)

_LOOKED_THROUGH_BYTES = 16 * 1024 * 1024


class Opened(Struct, frozen=True):
    """What the first page needs. `exam_id` is the exam that is studied; `is_first_run` where nobody chose one yet;
    `notices` are problems that leave the rest usable, in plain words."""

    study: Study
    exams: list[Exam]
    waiting: list[AttemptSummary]
    exam_id: str
    is_first_run: bool
    notices: tuple[str, ...]


def open_study(folder: DataFolder, clock_ms: Callable[[], int] = monotonic_ms) -> Opened:
    """Open everything that study needs; `clock_ms` is the clock of exams.

    Raises: StoreError where the learner's file cannot be used. A damaged pack or a full disk is a notice.
    """
    notices = list(_publish_starter(folder.packs))
    catalogue = Catalogue(folder.packs)
    try:
        store = _open_store(folder)
    except StoreError:
        catalogue.close()
        raise
    study = Study(store, catalogue, folder.clocks, monotonic_ms=clock_ms)
    try:
        with store.database.translated():
            waiting = attempts.summaries(store.db, is_finished=False)
            has_past = bool(waiting) or bool(attempts.summaries(store.db, is_finished=True, limit=1))
        chosen = preferences.load(study).exam_id
    except StoreError:
        close_study(study)  # the file may be replaced next: no connection may be left on it
        raise
    exams = [entry.exam for entry in catalogue.exams()]
    notices += [str(problem) for problem in catalogue.problems]
    known = {exam.id for exam in exams}
    last = chosen if chosen in known else next((w.exam_id for w in waiting if w.exam_id in known), "")
    return Opened(study, exams, waiting, last, bool(exams) and not (has_past or chosen), tuple(notices))


def close_study(study: Study) -> None:
    """Close the files; every answer is on disk already."""
    study.catalogue.close()
    study.store.close()


def keep_house(study: Study, folder: DataFolder, zone_name: str) -> None:
    """Once the window is up, on the store lane: the learner's time zone, a sound starter bank, packs and clock files
    that nobody needs any more, and where the questions of the packs that stay belong."""
    from pingtopass_desktop.library.publish import collect
    from pingtopass_desktop.library.starter import publish_starter
    from pingtopass_desktop.study import exam, placement

    with study.store.database.translated():
        has_zone = settings.get(study.store.db, settings.DAY_ZONE, "")
        in_use = attempts.packs_in_use(study.store.db)
    if not has_zone:
        study.store.record(settings.setting(settings.DAY_ZONE, zone_name))
    try:
        if publish_starter(folder.packs, now_utc()):
            _log.warning("the starter bank was damaged and is built anew")
            study.catalogue.refresh()
        for path in collect(folder.packs, in_use):
            _log.info("removed the replaced pack %s", path.name)
    except (OSError, BankError) as error:
        _log.warning("the library was not tidied: %s", error)
    try:
        exam.tidy_clocks(study)
    except OSError as error:
        _log.warning("the clocks of deleted exams were not removed: %s", error)
    placement.follow_library(study)


def _open_store(folder: DataFolder) -> LearnerStore:
    """Raises: StoreError. A file as small as most are is looked through; the daily copy finds damage in a big one."""
    if folder.learner.is_file() and not folder.learner.stat().st_size and any(folder.backups.glob("learner-*.db")):
        message = f"{folder.learner.name} is empty, and there is a backup of a time when it was not."
        raise StoreDamaged(folder.learner, message)
    store = LearnerStore(folder.learner, wall_ms)
    try:
        if folder.learner.stat().st_size <= _LOOKED_THROUGH_BYTES:
            store.database.check(is_quick=True)
    except StoreError:
        store.close()
        raise
    return store


def _publish_starter(packs: Path) -> list[str]:
    from pingtopass_desktop.library.starter import is_starter_current, publish_starter

    if is_starter_current(packs):
        return []
    try:
        publish_starter(packs, now_utc())
    except LockHeld:
        return ["The library is being written by another program; the starter bank is not brought up to date."]
    except (OSError, BankError) as error:
        _log.warning("the starter bank was not published: %s", error)
        return [f"The starter bank could not be prepared: {error}"]
    return []
