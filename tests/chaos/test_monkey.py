"""Random keys and clicks on a store with a past: no exception, no answer lost, no dead end."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from benchmarks.window import data_folder
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.opening import close_study, keep_house, open_study
from pingtopass_desktop.app.tour.past import live_through
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.study.context import wall_ms
from tests.chaos.conftest import SEED
from tests.chaos.monkey import Monkey
from tests.fakes.counts import runs
from tests.ui.window import Window

ACTIONS = 400
SOAK_S = runs(0, 600)
"""The monkey goes on for so many seconds."""
QUESTIONS, ANSWERS = runs(1_000, 100_000), runs(5_000, 500_000)
STRETCH = 60
"""After so many actions what is on disk is compared with what was there before."""


@pytest.fixture(params=["weeks", "years"])
def window(qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Window]:
    """A window on weeks of study of a small bank, or on years of study of a large one."""
    folder = DataFolder(tmp_path / "data")
    if request.param == "years":
        cache = Path(tempfile.gettempdir()) / "pingtopass-benchmarks"
        cache.mkdir(exist_ok=True)
        data_folder(cache, folder.root, QUESTIONS, ANSWERS)
    study = open_study(folder).study
    keep_house(study, folder, "UTC")
    close_study(study)
    if request.param == "weeks":
        live_through(folder)
    opened = Window(qtbot, folder.root)
    opened.patience_s = 180  # another start of the day counts half a million answers again, once for each press
    yield opened
    opened.close()


def events(window: Window) -> int:
    with closing(sqlite3.connect(f"file:{window.folder.learner}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM events").fetchone()[0]


def come_home(window: Window) -> None:
    """As a learner would: close what is open, end what runs, go to Today."""
    for _ in range(20):
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        elif QApplication.activeModalWidget() is not None:
            window.press("Escape")
        else:
            break
    shell = window.shell
    if shell.shown_page in shell.built("exam"):
        shell.run_command("end_exam")
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        dialog.accept()
        window.settle()
    if shell.shown_page in shell.built("practice"):
        shell.run_command("end_session")
        window.settle()
    if shell.shown_page in shell.built("answers"):
        shell.answers.setFocus()
        window.press("Escape")
    shell.run_command("today")  # not by its key: the monkey may have given it another one
    window.settle()
    assert shell.shown_page is shell.today, _where(window)


def _where(window: Window) -> str:
    """What stands in the way, for whoever reads a failure."""
    front = (QApplication.focusWidget(), QApplication.activePopupWidget(), QApplication.activeModalWidget())
    return f"no way to Today from {type(window.shell.shown_page).__name__}; {front}\n{window.texts()}"


@pytest.mark.timeout(7200)
def test_a_monkey_finds_no_exception_no_lost_answer_and_no_dead_end(window: Window) -> None:
    monkey = Monkey(window.shell, Random(SEED))
    kept = before_all = events(window)
    until = time.monotonic() + SOAK_S
    while monkey.actions < ACTIONS or time.monotonic() < until:
        monkey.run(STRETCH)
        window.settle()
        now = events(window)
        assert now >= kept, "an event that was on disk is gone"
        kept = now
        come_home(window)
    assert kept > before_all + 5, "the monkey did nothing that is kept"
    print(f"{monkey.actions} actions, {kept - before_all} events")
    window.close()
    store = LearnerStore(window.folder.learner, wall_ms)
    store.database.check(is_quick=False)
    before = tables(store)
    store.rebuild()
    assert tables(store) == before, "the read models are no fold of the events"
    store.close()


def tables(store: LearnerStore) -> dict[str, list[str]]:
    names = ("attempts", "attempt_items", "question_memory", "bookmarks", "notes", "reports", "settings", "days")
    return {name: sorted(map(repr, store.db.execute(f"SELECT * FROM {name}"))) for name in names}
