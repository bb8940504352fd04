"""Deleting an attempt from a page that lists it: at once, and with a step that takes it back."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.study import review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.words import date_text

STILL_COUNTS = "Your answers still count for reviews."


def delete_attempt(
    study: Study,
    tasks: Tasks,
    summary: AttemptSummary,
    *,
    owner: QObject,
    offer: Callable[[Undoable], None],
    changed: Callable[[], None],
    failed: Callable[[Exception], None],
) -> None:
    """Delete it; then `offer` the step back and let the page show what `changed`, now and after the step back."""
    step = Undoable(_words(summary), partial(review.restore_attempt, study, summary.id), changed)
    work = partial(review.delete_attempt, study, summary.id)
    tasks.run(work, owner=owner, done=partial(_deleted, offer, step, changed), failed=failed)


def _deleted(offer: Callable[[Undoable], None], step: Undoable, changed: Callable[[], None], _: object) -> None:
    changed()
    offer(step)


def _words(summary: AttemptSummary) -> str:
    """What was deleted. An exam counts when it ends: what was answered in an unfinished one never counted."""
    day = date_text(summary.finished_at or summary.started_at)
    if summary.mode is Mode.EXAM and summary.finished_at is None:
        return f"Unfinished exam of {day} deleted"
    what = "Exam" if summary.mode is Mode.EXAM else "Session"
    return f"{what} of {day} deleted, its answers still count for reviews"
