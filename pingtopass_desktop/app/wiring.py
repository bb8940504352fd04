"""Builds every object of the window once and connects them. It decides nothing that a page or a use case decides."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon, QScreen
from PySide6.QtWidgets import QApplication

from pingtopass_desktop.app import opening, window_settings
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.crash import CrashHandler
from pingtopass_desktop.app.log import write_log_bundle
from pingtopass_desktop.app.opening import Opened
from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner.database import StoreDamaged, StoreError, StoreTooNew
from pingtopass_desktop.library.starter import resources_folder
from pingtopass_desktop.study.context import Study, now_utc
from pingtopass_desktop.ui.preferences import Preferences, WindowPlace, WindowSettings
from pingtopass_desktop.ui.shell import Shell
from pingtopass_desktop.ui.tasks import Tasks

if TYPE_CHECKING:
    from pingtopass_desktop.study.backup import BackupInfo
    from pingtopass_desktop.ui.notifications import Due, DueNotifier
    from pingtopass_desktop.ui.pages.settings_places import Places
    from pingtopass_desktop.ui.window_account import WindowAccount

_log = logging.getLogger(__name__)

DEFAULT_SIZE = (1280, 800)

_SAVE_AFTER_MS = 300

_PREPARE_AFTER_MS = 1000
"""After the first page; who is faster has the page built at once."""


class Application:
    """The window with everything behind it. `lane` is the store lane; `opened` its first piece of work; `account` makes
    the account, that of the folder where nothing is given."""

    def __init__(
        self,
        folder: DataFolder,
        lane: ThreadPoolExecutor,
        opened: "Future[Opened]",
        look: WindowSettings | None = None,
        account: "Callable[[Tasks], WindowAccount] | None" = None,
    ) -> None:
        self._folder = folder
        self.preferences = Preferences(look or window_settings.load(folder.window_settings))
        self._keeps_settings = look is None
        self._saving = QTimer()
        self._saving.setSingleShot(True)
        self._saving.setInterval(_SAVE_AFTER_MS)
        self._saving.timeout.connect(self._save_settings)
        self._opened: Opened | None = None
        self._notifier: DueNotifier | None = None
        self._just_restored: BackupInfo | None = None
        self._make_account = account
        self._account: WindowAccount | None = None
        self._lane = lane
        self.tasks = Tasks(lane)
        CrashHandler(self._write_bundle).install()
        self.shell = Shell(self.tasks, self.preferences, self._places, self.account)
        self._place_window()
        self.preferences.changed.connect(self._settings_changed)
        self.shell.closing.connect(self._keep_place)
        self.shell.restore_asked.connect(self._restore)
        self.shell.library_changed.connect(self._follow_library)
        self._wait_for(opened)

    @property
    def opened(self) -> Opened | None:
        """What the window works on, once the first page is up."""
        return self._opened

    def account(self) -> "WindowAccount":
        """What the window knows of the account; made when it is first asked for, which is after the first page."""
        if self._account is None:
            from pingtopass_desktop.app import accounts

            make = self._make_account or partial(accounts.window_account, self._folder)
            self._account = make(self.tasks)
            accounts.connect(self._account, self.shell)
        return self._account

    def show(self) -> None:
        self.shell.show()

    def raise_window(self) -> None:
        """Bring the window to the front, from a second start."""
        _log.info("a second start brought the window to the front")
        self.shell.showNormal() if self.shell.isMinimized() else self.shell.show()
        self.shell.raise_()
        self.shell.activateWindow()

    def close(self) -> None:
        """After the event loop: finish what is on its way, close the files."""
        if self._notifier is not None:
            self._notifier.stop()
        if self._account is not None:
            self._account.close()
        opened = self._opened
        if opened is not None:
            self._lane.submit(opening.close_study, opened.study)
        self.tasks.close()

    def _wait_for(self, opened: "Future[Opened]") -> None:
        self.tasks.run(opened.result, owner=self.shell, done=self._show_study, failed=self.show_problem)

    def _show_study(self, opened: Opened) -> None:
        self._opened = opened
        self.shell.show_study(opened.study, self._folder.packs, opened.exams, opened.exam_id, self._first_page(opened))
        if self._just_restored is not None:
            self.shell.show_page("settings")
            self.shell.settings.show_restored(self._just_restored)
            self._just_restored = None
        if opened.notices:
            self.shell.show_notice("\n".join(opened.notices))
        self.tasks.idle.connect(self._settle)

    def _first_page(self, opened: Opened) -> str:
        """An exam that waits comes first; then what a new learner is asked; then the page of the last time."""
        if opened.is_first_run:
            return "first_run"
        if any(summary.mode is Mode.EXAM for summary in opened.waiting):
            return "exams"
        place = self.preferences.settings.places.get(self.preferences.settings.screen)
        return place.page if place is not None and place.page else "today"

    def _settle(self) -> None:
        self.tasks.idle.disconnect(self._settle)
        QTimer.singleShot(0, self._after_paint)  # the first page is filled now, and painted before a timer runs

    def _after_paint(self) -> None:
        from pingtopass_desktop.ui.notifications import DueNotifier

        QApplication.setWindowIcon(QIcon(str(resources_folder() / "icons" / "pingtopass.svg")))
        self._keep_house()
        if self._notifier is None:  # a restore comes here again
            self.shell.follow_focus()
            self._notifier = DueNotifier(self.preferences, self._ask_what_is_due)
            self._notifier.opened.connect(self.raise_window)
        self.tasks.garbage.keep_all()
        self.tasks.run_job(_import_ahead, owner=self.shell, done=self._imported_ahead)
        self.tasks.run_job(self._back_up, owner=self.shell, failed=self._backup_failed)
        QTimer.singleShot(0, self.shell, self._begin_account)

    def _begin_account(self) -> None:
        self.account().begin()

    def _imported_ahead(self, nothing: None) -> None:
        self.tasks.garbage.keep_all()
        QTimer.singleShot(_PREPARE_AFTER_MS, self.shell, self.shell.prepare)

    def _ask_what_is_due(self, answer: "Callable[[Due], None]") -> None:
        if self._opened is not None and self.shell.exam_id:
            work = partial(_what_is_due, self._opened.study, self.shell.exam_id)
            self.tasks.run(work, owner=self.shell, done=answer, failed=self._housekeeping_failed)

    def _keep_house(self) -> None:
        if self._opened is not None:
            from tzlocal import get_localzone_name

            work = partial(opening.keep_house, self._opened.study, self._folder, get_localzone_name() or "UTC")
            self.tasks.run(work, owner=self.shell, failed=self._housekeeping_failed)

    def _follow_library(self) -> None:
        """No more than that while the window is open: what is tidied away now could not be taken back by Undo."""
        if self._opened is not None:
            from pingtopass_desktop.study import placement

            work = partial(placement.follow_library, self._opened.study)
            self.tasks.run(work, owner=self.shell, failed=self._housekeeping_failed)

    def _back_up(self) -> None:
        from pingtopass_desktop.learner.backup import daily_backup

        daily_backup(self._folder.learner, self._folder.backups, now_utc())

    def _housekeeping_failed(self, error: Exception) -> None:
        _log.warning("housekeeping was not done: %s", error)

    def _backup_failed(self, error: Exception) -> None:
        _log.warning("the copy of the day was not made: %s", error)
        earlier = self._opened.notices if self._opened is not None else ()
        self.shell.show_notice("\n".join([*earlier, f"Today's copy of your answers was not made. {error}"]))

    def show_problem(self, error: Exception) -> None:
        """Show why the learner's file cannot be used, and what can be done about it."""
        if not isinstance(error, StoreError):
            raise error
        from pingtopass_desktop.ui.pages.problem import ProblemPage

        _log.error("the learner's file cannot be used: %s", error)
        sentences = [str(error)]
        actions = [("Try again", self._try_again)]
        heading = "Your answers cannot be opened"
        if isinstance(error, StoreDamaged):
            from pingtopass_desktop.learner.backup import newest_backup
            from pingtopass_desktop.ui.words import day_text

            heading = "Your answers file is damaged"
            sentences.append("Nothing was deleted. The damaged file is kept whatever you choose here.")
            backup = newest_backup(self._folder.backups)
            if backup is not None:
                day = date.fromisoformat(backup.stem.removeprefix("learner-"))
                sentences.append(f"The newest automatic backup is from {day_text(day, now_utc().date())}.")
                actions.append(("Go on with the backup", partial(self._replace_store, True)))
            actions.append(("Start with an empty file", partial(self._replace_store, False)))
        elif isinstance(error, StoreTooNew):
            heading = "This file is of a newer PingToPass"
        actions.append(("Quit", QApplication.quit))
        self.shell.show_problem(ProblemPage(heading, sentences, actions))

    def _try_again(self) -> None:
        self._wait_for(self._lane.submit(opening.open_study, self._folder))

    def _replace_store(self, uses_backup: bool) -> None:
        from pingtopass_desktop.learner.backup import newest_backup, set_aside_and_replace

        replacement = newest_backup(self._folder.backups) if uses_backup else None
        work = partial(set_aside_and_replace, self._folder.learner, replacement, now_utc())
        self.tasks.run(work, owner=self.shell, done=self._replaced, failed=self._show_failure)

    def _replaced(self, kept: object) -> None:
        _log.info("the damaged file was set aside: %s", kept)
        self._try_again()

    def _show_failure(self, error: Exception) -> None:
        self.shell.show_notice(str(error))

    def _place_window(self) -> None:
        """Where the window was on the screen used last; else on the one there is; else of the usual size."""
        settings = self.preferences.settings
        screens = {_screen_name(screen): screen for screen in QApplication.screens()}
        names = [settings.screen, *screens]
        place = next((settings.places[name] for name in names if name in screens and name in settings.places), None)
        if place is None:
            self.shell.resize(*DEFAULT_SIZE)
            return
        self.shell.setGeometry(place.x, place.y, place.width, place.height)
        if QApplication.screenAt(self.shell.geometry().center()) is None:
            self.shell.move(0, 0)
        if place.is_maximized:
            self.shell.showMaximized()

    def _keep_place(self) -> None:
        area = self.shell.normalGeometry() if self.shell.isMaximized() else self.shell.geometry()
        page = self.shell.rail.checked
        place = WindowPlace(area.x(), area.y(), area.width(), area.height(), self.shell.isMaximized(), page)
        self.preferences.keep_place(_screen_name(self.shell.screen()), place)
        self._save_settings()

    def _settings_changed(self) -> None:
        """They are written once the window has followed; of several changes the last one counts."""
        self._saving.start()

    def _save_settings(self) -> None:
        self._saving.stop()
        if self._keeps_settings:
            window_settings.save(self._folder.window_settings, self.preferences.settings)

    def _restore(self, source: Path) -> None:
        """Close what is open, put a backup in its place, and open that."""
        opened, self._opened = self._opened, None
        if opened is None:
            return
        self.shell.close_study()
        self.tasks.run(
            partial(self._replace_by_backup, opened, source), owner=self.shell, done=self._restored,
            failed=self._restore_failed,
        )  # fmt: skip

    def _replace_by_backup(self, opened: Opened, source: Path) -> object:
        from pingtopass_desktop.study.backup import restore

        opening.close_study(opened.study)
        return restore(source, self._folder.learner, self._folder.packs, now_utc())

    def _restored(self, info: "BackupInfo") -> None:
        _log.info("restored: %s", info)
        self._just_restored = info
        self._try_again()

    def _restore_failed(self, error: Exception) -> None:
        self.shell.show_notice(f"Not restored; everything is as it was. {error}", "notice-bad")
        self._try_again()

    def _places(self) -> "Places":
        from pingtopass_desktop import __version__
        from pingtopass_desktop.app.licences import licences
        from pingtopass_desktop.ui.pages.settings_places import Places

        folder = self._folder
        return Places(
            folder.root, folder.learner, folder.backups, folder.packs, __version__, self._write_bundle, licences
        )

    def _write_bundle(self, target: Path) -> Path:
        from PySide6.QtCore import qVersion

        return write_log_bundle(self._folder, target, {"qt": qVersion()})


def _import_ahead() -> None:
    """Import on a lane what pages need and what defines no class of Qt. Doing that beside a window at work ends the
    process now and then: PySide is not made for it."""
    for name in ("fsrs", "markdown_it", "pygments"):
        import_module(name)
    for name in ("exam", "practice", "review"):
        import_module(f"pingtopass_desktop.study.{name}")


def _what_is_due(study: Study, exam_id: str) -> "Due":
    from pingtopass_desktop.study import insights
    from pingtopass_desktop.study.plan import PlanKind
    from pingtopass_desktop.ui.notifications import Due

    items = [item for item in insights.today(study, exam_id).plan if item.kind is PlanKind.DUE]
    return Due(sum(item.count for item in items), sum(item.minutes for item in items))


def _screen_name(screen: QScreen) -> str:
    """A screen of another size is another one: a window that fitted there may not fit here."""
    size = screen.size()
    return f"{screen.name()} {size.width()}x{size.height()}"
