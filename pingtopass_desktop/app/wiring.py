"""Builds every object of the window once and connects them. It decides nothing that a page or a use case decides."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from pingtopass_desktop.app import opening, window_settings
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.crash import CrashHandler
from pingtopass_desktop.app.log import write_log_bundle
from pingtopass_desktop.app.opening import Opened
from pingtopass_desktop.app.window_settings import WindowSettings
from pingtopass_desktop.learner.database import StoreDamaged, StoreError, StoreTooNew
from pingtopass_desktop.study.context import now_utc
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.shell import Shell
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName

_log = logging.getLogger(__name__)

DEFAULT_SIZE = (1280, 800)


class Application:
    """The window with everything behind it. `lane` is the store lane; `opened` its first piece of work."""

    def __init__(
        self,
        folder: DataFolder,
        lane: ThreadPoolExecutor,
        opened: "Future[Opened]",
        look: WindowSettings | None = None,
    ) -> None:
        self._folder = folder
        self._settings = look or window_settings.load(folder.window_settings)
        self._keeps_settings = look is None
        self._opened: Opened | None = None
        self._lane = lane
        self.tasks = Tasks(lane)
        theme_name = ThemeName(self._settings.theme)
        theme.apply(theme.resolve(theme_name, self._settings.zoom))
        CrashHandler(self._write_bundle).install()
        self.shell = Shell(self.tasks, theme_name, self._settings.zoom)
        self._place_window()
        self.shell.rail.look_changed.connect(self._look_changed)
        self.shell.closing.connect(self._save_settings)
        self._wait_for(opened)

    @property
    def opened(self) -> Opened | None:
        """What the window works on, once the first page is up."""
        return self._opened

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
        opened = self._opened
        if opened is not None:
            self._lane.submit(opening.close_study, opened.study)
        self.tasks.close()

    def _wait_for(self, opened: "Future[Opened]") -> None:
        self.tasks.run(opened.result, owner=self.shell, done=self._show_study, failed=self.show_problem)

    def _show_study(self, opened: Opened) -> None:
        self._opened = opened
        self.shell.show_study(opened.study, self._folder.packs, opened.exams, opened.waiting)
        if opened.notices:
            self.shell.show_notice("\n".join(opened.notices))
        self.tasks.idle.connect(self._settle)

    def _settle(self) -> None:
        self.tasks.idle.disconnect(self._settle)
        QTimer.singleShot(0, self._after_paint)  # the first page is filled now, and painted before a timer runs

    def _after_paint(self) -> None:
        if self._opened is None:
            return
        from tzlocal import get_localzone_name

        zone = get_localzone_name() or "UTC"
        work = partial(opening.keep_house, self._opened.study, self._folder, zone)
        self.tasks.run(work, owner=self.shell, failed=self._housekeeping_failed)
        self.tasks.run_job(self._back_up, owner=self.shell, failed=self._backup_failed)

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

            heading = "Your answers file is damaged"
            sentences.append("Nothing was deleted. The damaged file is kept whatever you choose here.")
            backup = newest_backup(self._folder.backups)
            if backup is not None:
                sentences.append(f"The newest automatic backup is {backup.stem.removeprefix('learner-')}.")
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
        if len(self._settings.geometry) == 4:
            x, y, width, height = self._settings.geometry
            self.shell.setGeometry(x, y, width, height)
            screen = QApplication.screenAt(self.shell.geometry().center())
            if screen is not None:
                return
        self.shell.resize(*DEFAULT_SIZE)

    def _look_changed(self, theme_name: str, zoom: int) -> None:
        self._settings = WindowSettings(theme_name, zoom, self._settings.geometry)
        self._save_settings()

    def _save_settings(self) -> None:
        if self._keeps_settings:
            place = self.shell.geometry()
            geometry = (place.x(), place.y(), place.width(), place.height())
            self._settings = WindowSettings(self._settings.theme, self._settings.zoom, geometry)
            window_settings.save(self._folder.window_settings, self._settings)

    def _write_bundle(self, target: Path) -> Path:
        from PySide6.QtCore import qVersion

        return write_log_bundle(self._folder, target, {"qt": qVersion()})
