"""Questions at the edge of what a bank may hold: nothing is cut off at any size of the window and of the text."""

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.domain.question import Option, Question, QuestionType
from pingtopass_desktop.library.bank.model import Media, objective_id
from pingtopass_desktop.library.publish import publish
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.phrase import CheckBox, OneLine, breakable
from tests.fakes.banks import PUBLISHED, make_bank, make_exam, make_objective, make_question
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window

SIZES = [(1280, 800, 100), (1024, 700, 100), (1024, 700, 150), (1024, 700, 200)]

LONG_EXAM = "An exam whose name is longer than most windows are wide at large text"
LONG_NAME = "An objective & a name so long that it has to wrap in every list"
CODE = "```\n" + "show running-config | include interface GigabitEthernet0/0/0/1.100 " * 3 + "\n```"
ARABIC = "ما هو البروتوكول الذي يُستخدم لتوزيع عناوين `IP` تلقائيًا على الأجهزة في الشبكة المحلية؟"
LONG_STEM = "Which of these statements about a network that many teams have planned is right? " * 30


def _picture(width: int, height: int) -> Media:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0x2244FF)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    data = bytes(content.data())
    return Media(hashlib.sha256(data).hexdigest(), "image/png", data)


def _options(*texts: str) -> tuple[Option, ...]:
    return tuple(
        Option(letter, text, is_correct=letter == "a", rationale=text)
        for letter, text in zip("abcdefghi", texts, strict=False)
    )


def _questions(wide: Media, tall: Media) -> list[Question]:
    pictures = f"See ![wide](media:{wide.sha256}) and ![tall](media:{tall.sha256})"
    pairs = (("left", "right " * 12), ("בדיקה", ARABIC), ("x" * 90, "y" * 90))
    kind = QuestionType
    return [
        make_question(1, text="Nine options.", options=_options(*[f"{n} " + "words go on " * n for n in range(9)])),
        make_question(2, text=CODE, options=_options(CODE, f"`{'x' * 180}`", "x" * 120, "short"), explanation=CODE),
        make_question(3, text=pictures, explanation=pictures),
        make_question(4, text=ARABIC, options=_options(ARABIC, "بروتوكول", "SNMP", "DNS"), explanation=ARABIC),
        make_question(5, text="verylongword" * 20),
        make_question(6, text=LONG_STEM, options=_options(LONG_STEM, LONG_STEM[:300], "c", "d")),
        make_question(
            7, kind.MATCHING, options=tuple(Option("abc"[n], one, match=other) for n, (one, other) in enumerate(pairs))
        ),
        make_question(
            8, kind.ORDERING, options=tuple(Option("abc"[n], "בקשה " * (9 * n + 1), position=n + 1) for n in range(3))
        ),
    ]


def _open(open_window: OpenWindow, root: Path, width: int, height: int, zoom: int) -> Window:
    wide, tall = _picture(3000, 400), _picture(100, 2500)
    bank = replace(
        make_bank(1),
        exams=(
            make_exam(name="An exam whose name is longer than most windows are wide at large text", question_count=8),
        ),
        objectives=(replace(make_objective("1", weight=100.0), name=LONG_NAME),),
        questions=tuple(replace(each, objective_id=objective_id("golden", "1")) for each in _questions(wide, tall)),
        media=(wide, tall),
    )
    packs = DataFolder(root / "data").packs
    packs.mkdir(parents=True)
    publish(bank, packs, source="test", now=PUBLISHED)
    window = open_window(WindowSettings(ThemeName.LIGHT, zoom))
    window.shell.resize(width, height)
    window.shell.choose_exam("golden")
    window.settle()
    return window


def _nothing_is_wider(window: Window, where: str) -> None:
    window.settle()
    for area in window.shell.findChildren(QAbstractScrollArea):
        if area.isVisible():
            assert area.horizontalScrollBar().maximum() == 0, (
                f"{where}: {area} by {area.horizontalScrollBar().maximum()}"
            )


@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_nothing_is_wider_than_its_page(
    open_window: OpenWindow, tmp_path: Path, width: int, height: int, zoom: int
) -> None:
    window = _open(open_window, tmp_path, width, height, zoom)
    shell = window.shell
    for page in ("today", "practice", "exams", "progress", "library"):
        window.go(page)
        _nothing_is_wider(window, page)
    for row in range(8):
        shell.library.list.choose(row)
        window.settle()
        shell.library.detail.toggle_answer()
        _nothing_is_wider(window, f"library, question {row}")
    window.go("practice")
    window.press("Return")
    for number in range(8):
        question = shell.practice.view.question
        assert question is not None
        _nothing_is_wider(window, f"practice {number}")
        window.answer(shell.practice.view, question.key)
        window.press("Return")
        _nothing_is_wider(window, f"practice {number}, checked")
        window.press("Return")
    _nothing_is_wider(window, "practice report")
    window.press("Escape")
    window.go("exams")
    window.press("Return")
    for number in range(8):
        _nothing_is_wider(window, f"exam {number}")
        window.press("Right")
    window.press("R")
    _nothing_is_wider(window, "review screen")


def test_a_check_box_wraps_its_words_and_shows_them_as_they_are(open_window: OpenWindow, tmp_path: Path) -> None:
    window = _open(open_window, tmp_path, 1024, 700, 200)
    window.go("practice")
    page = window.shell.practice_setup
    box = next(box for box in page.findChildren(CheckBox) if LONG_NAME in box.text())
    line = box.fontMetrics().height()
    assert box.height() >= 2 * line
    assert box.width() <= page.width()
    before = box.grab().toImage()
    box.setText(box.text().replace("&", "and"))
    assert box.grab().toImage() != before  # Qt would have left the sign out


def test_a_line_that_is_cut_says_the_whole_in_a_tool_tip(open_window: OpenWindow, tmp_path: Path) -> None:
    window = _open(open_window, tmp_path, 1024, 700, 200)
    window.go("practice")
    window.press("Return")
    cut = [line for line in window.shell.practice.findChildren(OneLine) if line.text() == LONG_EXAM]
    assert [line.toolTip() for line in cut] == [LONG_EXAM]


def test_long_words_get_places_to_break() -> None:
    assert breakable("short words stay") == "short words stay"
    assert max(len(part) for part in breakable("x" * 100).split("\u200b")) == 10


def test_answers_to_questions_that_have_another_type_now_can_be_read(open_window: OpenWindow, tmp_path: Path) -> None:
    bank = make_bank(5, weights=(100,), question_count=5)
    packs = DataFolder(tmp_path / "data").packs
    packs.mkdir(parents=True)
    publish(bank, packs, source="test", now=PUBLISHED)
    window = open_window()
    window.shell.choose_exam("golden")
    window.go("exams")
    window.press("Return")
    page = window.shell.exam
    for _ in range(5):
        assert page.view.question is not None
        window.answer(page.view, page.view.question.key)
        window.press("Right")
    page.ask_to_end()
    asked = QApplication.activeModalWidget()
    assert isinstance(asked, QDialog)
    asked.accept()
    window.settle()
    kinds = [each.type for each in bank.questions]
    turned = tuple(
        replace(each, type=kind, options=make_question(1, kind).options, revision=2)
        for each, kind in zip(bank.questions, [*kinds[1:], kinds[0]], strict=True)
    )
    publish(replace(bank, questions=turned), packs, source="test", now=PUBLISHED)
    window.application.tasks.run(window.opened.study.catalogue.refresh, owner=window.shell)
    window.settle()
    window.shell.show_history()
    window.settle()
    window.shell.open_report(window.shell.history.rows[0].summary.id)
    window.settle()
    window.shell.report.review.click()
    for row in range(5):
        window.settle()
        assert window.shell.answers.list.currentRow() == row
        assert "Corrected since" in window.texts()
        window.press("Return")
