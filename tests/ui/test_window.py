"""The window as a whole: what it remembers, what is dropped on it, and a restore while it is open."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from pingtopass_desktop.learner import marks
from pingtopass_desktop.study import marks as marking
from pingtopass_desktop.study.backup import back_up
from pingtopass_desktop.study.context import now_utc
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window

CSV = "id,question,a,b,correct\n" + "\n".join(f"q{n},What is {n} + 1?,{n},{n + 1},B" for n in range(1, 13))


def drop(window: Window, *urls: QUrl) -> bool:
    """Drag files onto the window and let go; False where it does not take them."""
    data = QMimeData()
    data.setUrls(urls)
    action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(400, 300), action, data, button, none)
    entering.ignore()
    QApplication.sendEvent(window.shell, entering)
    if not entering.isAccepted():
        return False
    QApplication.sendEvent(window.shell, QDropEvent(QPointF(400, 300), action, data, button, none))
    window.settle()
    return True


def test_a_file_dropped_on_the_window_is_imported(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "Sums.csv"
    file.write_text(CSV, "utf-8")
    assert drop(window, QUrl.fromLocalFile(str(file)))
    assert window.shell.rail.checked == "library"
    assert "12 questions imported" in window.texts()


def test_nothing_can_be_dropped_on_a_running_session(window: Window, tmp_path: Path) -> None:
    window.press("Return")
    assert window.shell.is_in_session
    assert not drop(window, QUrl.fromLocalFile(str(tmp_path)))


def test_a_link_that_is_no_file_is_not_taken(window: Window) -> None:
    assert not drop(window, QUrl("https://example.org/bank.zip"))


def test_the_window_comes_back_where_it_was_and_on_its_page(open_window: OpenWindow) -> None:
    first = open_window(keeps_settings=True)
    first.go("progress")
    first.shell.setGeometry(20, 30, 1100, 720)
    first.close()
    second = open_window(keeps_settings=True, page=None)
    area = second.shell.geometry()
    assert (area.width(), area.height()) == (1100, 720)
    assert second.shell.rail.checked == "progress"


def test_a_backup_restored_in_the_window_brings_its_marks_back(window: Window, tmp_path: Path) -> None:
    study = window.opened.study
    question_id = study.catalogue.packs[0].question_ids("net-101")[0]
    marking.set_bookmark(study, question_id, True)
    target = tmp_path / "mine.zip"
    back_up(window.folder.learner, window.folder.packs, target, now_utc())
    marking.set_bookmark(study, question_id, False)
    window.shell.restore_asked.emit(target)
    window.settle()
    window.settle()
    assert window.opened.study is not study
    assert marks.is_bookmarked(window.opened.study.store.db, question_id)
    assert window.shell.rail.checked == "settings"
    window.go("today")
    assert window.shell.shown_page is window.shell.today
