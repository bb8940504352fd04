"""The report page: what it shows in each state, and the PDF and the table that it saves."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QLocale, QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.study import exam, practice, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.review import ScoreReport
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.pages.report import ReportPage
from pingtopass_desktop.ui.report_document import DocumentLook, is_letter, report_pdf
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.report_saving import SaveAs, suggested_name
from tests.fakes.banks import make_bank
from tests.fakes.disks import SmallDisk
from tests.fakes.laptop import Laptop, wrong_choice
from tests.ui.window import come_to_rest

BANK = make_bank(10, weights=(60, 40), question_count=10, time_limit_s=100)
LOOK = DocumentLook(("Inter", "DejaVu Sans"), False, "PingToPass 9.9")


@pytest.fixture
def study(bare_laptop: Laptop) -> Study:
    bare_laptop.publish(BANK)
    return bare_laptop.open()


@pytest.fixture
def page(qtbot: QtBot, tasks: Tasks) -> Iterator[ReportPage]:
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))
    page = ReportPage(tasks)
    qtbot.addWidget(page)
    page.resize(1000, 800)
    page.show()
    yield page
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))


def sat(laptop: Laptop, study: Study, wrong: int, *, time_percent: int = 100, unanswered: int = 0) -> ScoreReport:
    sitting = exam.start(study, "golden", seed=1, time_percent=time_percent)
    for index in range(10 - unanswered):
        sitting.visit(index)
        laptop.advance(4000)
        sitting.tick()
        question = sitting.current.question
        sitting.answer(wrong_choice(question) if index < wrong else question.key)
    sitting.submit()
    return review.report(study, sitting.attempt.id)


def practised(laptop: Laptop, study: Study, right: int, wrong: int) -> ScoreReport:
    session = practice.start(study, "golden", seed=1, count=5, label="Missed questions")
    for index in range(right + wrong):
        session.visit(index)
        laptop.advance(3000)
        question = session.current.question
        session.check(question.key if index < right else wrong_choice(question))
    session.finish()
    return review.report(study, session.attempt.id)


def texts(page: ReportPage) -> str:
    QApplication.processEvents()
    return "\n".join(each.text().replace("\u00a0", " ") for each in page.findChildren(QLabel) if each.isVisible())


def test_a_passed_exam_shows_its_score_and_offers_to_drill_what_was_missed(
    bare_laptop: Laptop, study: Study, page: ReportPage, qtbot: QtBot
) -> None:
    report = sat(bare_laptop, study, 3)
    page.show_report(report)
    shown = texts(page)
    for words in ("PASS", str(report.summary.scaled), "/ 1000", "Pass mark 720 · 7 of 10 correct (70%)", "Objective 1"):
        assert words in shown
    assert "FAIL" not in shown
    assert page.review.text() == "Review 10 answers"
    with qtbot.waitSignal(page.drill_asked) as asked:
        qtbot.keyClick(page, Qt.Key.Key_Return)
    assert asked.args == ["golden", list(report.missed_ids)]
    assert page.drill.text() == "Drill the 3 missed"


def test_a_failed_exam_with_extra_time_says_both(bare_laptop: Laptop, study: Study, page: ReportPage) -> None:
    page.show_report(sat(bare_laptop, study, 6, time_percent=150, unanswered=1))
    shown = texts(page)
    assert "FAIL" in shown
    assert "36 s of 2 min (× 1.5 extra time)" in shown
    assert "1 left unanswered" in shown


def test_a_practice_session_shows_what_was_right_of_what_was_answered(
    bare_laptop: Laptop, study: Study, page: ReportPage
) -> None:
    page.show_report(practised(bare_laptop, study, 2, 1))
    shown = texts(page)
    assert "Practice result" in shown
    assert "2 of 3 right (67%)" in shown
    assert "2 questions left unanswered, not counted." in shown
    assert "PASS" not in shown


def test_a_session_without_an_answer_shows_no_invented_number(
    bare_laptop: Laptop, study: Study, page: ReportPage
) -> None:
    page.show_report(practised(bare_laptop, study, 0, 0))
    shown = texts(page)
    assert "Nothing was answered" in shown
    assert "%" not in shown
    assert "Pace" not in shown
    assert not page.drill.isVisible()


def test_the_report_stands_when_the_library_lost_the_exam(bare_laptop: Laptop, study: Study, page: ReportPage) -> None:
    report = sat(bare_laptop, study, 3)
    pointer_file(bare_laptop.packs, "golden").unlink()
    study.catalogue.refresh()
    page.show_report(review.report(study, report.summary.id))
    shown = texts(page)
    assert str(report.summary.scaled) in shown
    assert "no longer in the library" in shown
    assert not page.drill.isVisible()


@pytest.mark.parametrize(("zoom", "width"), [(100, 740), (150, 740), (200, 640), (200, 1000)])
def test_nothing_of_the_page_is_wider_than_the_page(
    bare_laptop: Laptop, study: Study, page: ReportPage, zoom: int, width: int
) -> None:
    theme.apply(theme.resolve(ThemeName.DARK, zoom))
    page.resize(width, 600)
    page.show_report(sat(bare_laptop, study, 3))
    come_to_rest_of_layout()
    for button in (page.back, page.save_pdf, page.save_csv, page.review, page.drill):
        right = button.mapTo(page, button.rect().bottomRight())
        assert right.x() < width
        assert button.width() >= button.sizeHint().width()


def come_to_rest_of_layout() -> None:
    for _ in range(5):
        QApplication.processEvents()


def test_a_saved_pdf_is_announced_with_its_path_and_can_be_opened(
    bare_laptop: Laptop, study: Study, page: ReportPage, tasks: Tasks, tmp_path: Path
) -> None:
    report = sat(bare_laptop, study, 3)
    page.show_report(report)
    target = tmp_path / "out" / "my report"
    target.parent.mkdir()
    page.saving.save(report, SaveAs.PDF, target, may_replace=True)
    assert "Saving my report.pdf" in page.saving.text
    come_to_rest(tasks)
    saved = target.with_name("my report.pdf")
    assert saved.read_bytes().startswith(b"%PDF-")
    assert page.saving.text == f"Saved as {saved}"
    opened = Opened()
    QDesktopServices.setUrlHandler("file", opened, "open")  # type: ignore[arg-type]  the stubs ask for bytes, the call for text
    page.saving.open_file.click()
    page.saving.open_folder.click()
    QDesktopServices.unsetUrlHandler("file")
    assert opened.paths == [str(saved), str(saved.parent)]


class Opened(QObject):
    """Stands where the system opens files."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.paths.append(url.toLocalFile())


def test_a_name_that_gets_its_suffix_never_replaces_a_file(
    bare_laptop: Laptop, study: Study, page: ReportPage, tasks: Tasks, tmp_path: Path
) -> None:
    report = sat(bare_laptop, study, 3)
    (tmp_path / "report.csv").write_text("mine")
    page.show_report(report)
    page.saving.save(report, SaveAs.CSV, tmp_path / "report", may_replace=True)
    come_to_rest(tasks)
    assert "report.csv exists already" in page.saving.text
    assert (tmp_path / "report.csv").read_text() == "mine"
    assert not page.saving.open_file.isVisible()
    assert not page.saving.open_folder.isVisible()


@pytest.mark.parametrize("kind", SaveAs)
def test_a_full_disk_is_said_and_leaves_no_half_file(
    bare_laptop: Laptop,
    study: Study,
    page: ReportPage,
    tasks: Tasks,
    small_disk: SmallDisk,
    kind: SaveAs,
) -> None:
    disk = small_disk("8k")
    (disk / "full").write_bytes(bytes(8192))
    report = sat(bare_laptop, study, 3)
    page.show_report(report)
    page.saving.save(report, kind, disk / f"report{kind.value.suffix}", may_replace=False)
    come_to_rest(tasks)
    assert page.saving.text.startswith("Not saved. ")
    assert "is full" in page.saving.text
    assert [path.name for path in disk.iterdir()] == ["full"]


def test_the_dialog_asks_before_a_file_is_replaced(
    bare_laptop: Laptop, study: Study, page: ReportPage, tasks: Tasks, tmp_path: Path, qtbot: QtBot
) -> None:
    report = sat(bare_laptop, study, 3)
    (tmp_path / suggested_name(report, SaveAs.CSV)).write_text("mine")
    page.show_report(report)
    page.save_csv.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(suggested_name(report, SaveAs.CSV))
    asked: list[str] = []

    def answer(button: QMessageBox.StandardButton) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        box.button(button).click()

    QTimer.singleShot(0, lambda: answer(QMessageBox.StandardButton.No))
    dialog.accept()
    come_to_rest(tasks)
    assert (tmp_path / suggested_name(report, SaveAs.CSV)).read_text() == "mine"
    QTimer.singleShot(0, lambda: answer(QMessageBox.StandardButton.Yes))
    dialog.accept()
    come_to_rest(tasks)
    assert len(asked) == 2
    assert "already exists" in asked[0]
    assert (tmp_path / suggested_name(report, SaveAs.CSV)).read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_name_that_is_suggested_fits_every_system(bare_laptop: Laptop, study: Study) -> None:
    report = sat(bare_laptop, study, 3)
    assert re.fullmatch(r"Score report GLD-1 \d{4}-\d\d-\d\d\.pdf", suggested_name(report, SaveAs.PDF))
    assert report.exam is not None
    odd = replace(report, exam=replace(report.exam, code='A/B: "1" <x>|?*\\' + "x" * 500))
    name = suggested_name(odd, SaveAs.CSV)
    assert not set(name) & set('<>:"/\\|?*')
    assert len(name) < 120


def test_the_pdf_names_itself_and_embeds_its_fonts(bare_laptop: Laptop, study: Study, qapp: QApplication) -> None:
    content = report_pdf(sat(bare_laptop, study, 3), LOOK)
    assert b"Score report: Golden (GLD-1)" in content
    assert b"/ToUnicode" in content
    assert content.count(b"/FontFile") == content.count(b"/Type /FontDescriptor") > 0


def words_of(content: bytes, folder: Path) -> str:
    """The text of a PDF as any reader selects it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = folder / "words.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60)
    return re.sub(r"[ \n]+", " ", done.stdout.decode("utf-8"))


def test_the_pdf_says_all_that_an_employer_reads(bare_laptop: Laptop, study: Study, tmp_path: Path) -> None:
    report = sat(bare_laptop, study, 3, time_percent=150)
    words = words_of(report_pdf(report, LOOK), tmp_path)
    for expected in (
        "Score report Golden (GLD-1)",
        f"Pass {report.summary.scaled} of 1000, pass mark 720",
        "Pass mark 720, which takes 5 of 10 points",
        "Points 7 of 10 correct (70%)",
        "Time used 40 s of 2 min (× 1.5 extra time)",
        "Interruptions None",
        "4 s on average for each question answered; the even pace is 15 s.",
        "No answer was changed.",
        "not a certification",
        f"PingToPass 9.9 · attempt {report.summary.id}",
        "Page 1 of 1",
    ):
        assert expected in words
    for objective in report.objectives:
        assert f"{objective.name} {objective.questions} {objective.right} {objective.share:.0%}" in words


def test_a_pdf_of_many_objectives_with_long_names_goes_over_several_pages(
    bare_laptop: Laptop, study: Study, tmp_path: Path
) -> None:
    report = sat(bare_laptop, study, 3)
    long = tuple(replace(report.objectives[0], name=f"Number {n} " + "of a long name " * 8) for n in range(40))
    content = report_pdf(replace(report, objectives=long), LOOK)
    words = words_of(content, tmp_path)
    pages = len(re.findall(rb"/Type /Page\b", content))
    assert pages > 2
    assert [f"Page {n} of {pages}" in words for n in range(1, pages + 1)] == [True] * pages
    assert words.count("Questions Right Share") == words.count("Objective Questions") >= pages - 1
    assert all(f"Number {n} of" in words for n in range(40))


def test_a_pdf_is_made_of_a_practice_session_and_without_the_library(
    bare_laptop: Laptop, study: Study, tmp_path: Path
) -> None:
    session = practised(bare_laptop, study, 2, 1)
    words = words_of(report_pdf(session, LOOK), tmp_path)
    assert "Practice result" in words
    assert "Session Missed questions" in words
    assert "Left unanswered 2 questions, not counted" in words
    gone = replace(session, exam=None, objectives=())
    assert "no longer in the library" in words_of(report_pdf(gone, LOOK), tmp_path)


def test_the_pdf_is_light_in_every_theme_and_made_off_the_window_s_thread(
    bare_laptop: Laptop, study: Study, qapp: QApplication
) -> None:
    report = sat(bare_laptop, study, 3)
    here = drawn(report_pdf(report, LOOK))
    theme.apply(theme.resolve(ThemeName.HIGH_CONTRAST, 200))
    made: list[bytes] = []
    thread = threading.Thread(target=lambda: made.append(report_pdf(report, LOOK)))
    thread.start()
    thread.join()
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))
    assert drawn(made[0]) == here


def drawn(content: bytes) -> list[bytes]:
    """What a PDF draws, without what says when it was made."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    return [stream for stream in streams if b"xpacket" not in stream]


@pytest.mark.parametrize(
    ("locale", "letter"), [("en_US", True), ("es_MX", True), ("en_GB", False), ("de_DE", False), ("C", False)]
)
def test_paper_follows_the_locale(locale: str, letter: bool) -> None:
    assert is_letter(QLocale(locale)) is letter
