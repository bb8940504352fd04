"""The page of a timed exam in this process, with a store lane that a test can hold up."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from pytestqt.qtbot import QtBot

from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.study.exam import ExamSitting
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.pages.exam import ExamPage
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName


class Lane:
    """The store lane. Between `hold` and `release` it does nothing, like a disk that is busy."""

    def __init__(self) -> None:
        self._lane = ThreadPoolExecutor(max_workers=1)
        self._gates: list[Event] = []
        self.tasks = Tasks(self._lane)

    def hold(self) -> None:
        gate = Event()
        self._gates.append(gate)
        self._lane.submit(gate.wait)

    def release(self) -> None:
        for gate in self._gates:
            gate.set()

    def run(self, work: Callable[[], ExamSitting]) -> ExamSitting:
        """Do something on the lane and wait for it."""
        return self._lane.submit(work).result(30)

    def close(self) -> None:
        self.release()
        self.tasks.close()


@contextmanager
def exam_on_screen(qtbot: QtBot, sit: Callable[[], ExamSitting]) -> Iterator[tuple[ExamPage, Lane]]:
    """A page that shows what `sit` begins or resumes; suspended at the end, as when the window closes."""
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))
    lane = Lane()
    page = ExamPage(lane.tasks)
    try:
        page.show()
        page.open(lane.run(sit))
        qtbot.waitUntil(lambda: lane.tasks.is_idle)
        yield page, lane
    finally:
        lane.release()
        page.suspend()
        qtbot.waitUntil(lambda: lane.tasks.is_idle)
        lane.close()
        page.close()
        page.deleteLater()


def shown(page: ExamPage) -> Attempt:
    """The attempt as the page shows it."""
    assert page.attempt is not None
    return page.attempt
