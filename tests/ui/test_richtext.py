"""Rendering questions: Markdown, code and pictures, and never a file or the network."""

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from pingtopass_desktop.ui.richtext import RichText, is_plain, to_html

SHA = "ab" * 32


def _png(width: int = 40) -> bytes:
    image = QImage(width, 20, QImage.Format.Format_RGB32)
    image.fill(0xFF2244)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(content.data())


@pytest.fixture
def view(qtbot: QtBot) -> RichText:
    widget = RichText()
    qtbot.addWidget(widget)
    widget.resize(600, 400)
    widget.show()
    return widget


def _resource(view: RichText, url: str) -> QImage:
    return view.document().resource(QTextDocument.ResourceType.ImageResource.value, QUrl(url))


def test_a_picture_of_the_question_is_shown(view: RichText) -> None:
    view.show_markdown(f"See ![the figure](media:{SHA})", {SHA: _png()})
    assert _resource(view, f"media:{SHA}").width() == 40
    assert "￼" in view.toPlainText()


@pytest.mark.parametrize(
    "address",
    ["file:///etc/hostname", "http://127.0.0.1:9/x.png", "//host/x.png", "../x.png", "data:image/png;base64,xx"],
)
def test_other_pictures_become_words_and_are_never_fetched(view: RichText, address: str) -> None:
    view.show_markdown(f"See ![the figure]({address}) now", {})
    assert "￼" not in view.toPlainText()
    assert "the figure" in view.toPlainText()
    assert _resource(view, address).isNull()


def test_a_local_file_is_not_read_even_when_asked_for(view: RichText, tmp_path: Path) -> None:
    file = tmp_path / "secret.png"
    file.write_bytes(_png())
    view.show_markdown("text", {})
    assert _resource(view, QUrl.fromLocalFile(str(file)).toString()).isNull()
    assert _resource(view, str(file)).isNull()


def test_html_in_a_question_stays_text(view: RichText) -> None:
    text = "<script>alert(1)</script> <img src='file:///etc/passwd'> <b>bold</b>"
    view.show_markdown(text, {})
    assert view.toPlainText() == text


def test_code_keeps_its_lines_and_angle_brackets(view: RichText) -> None:
    view.show_markdown("Look:\n\n```\n$ ip -br addr\n  <UP,LOWER_UP>\n```\n", {})
    assert "$ ip -br addr\n  <UP,LOWER_UP>" in view.toPlainText()


def test_a_language_colours_code_and_an_unknown_one_does_not() -> None:
    assert "color" in to_html("```python\nimport os\n```", 14).partition("<body>")[2]
    assert "nonsense" not in to_html("```nonsense\nimport os\n```", 14)


def test_wide_pictures_shrink_to_the_page(view: RichText) -> None:
    view.show_markdown(f"![wide](media:{SHA})", {SHA: _png(4000)})
    assert view.document().idealWidth() <= 600


def test_plain_text_is_told_from_markup() -> None:
    assert is_plain("Port security with a maximum MAC count")
    assert is_plain("5 < 6".replace("<", "less than"))
    assert not is_plain("`ip addr`")
    assert not is_plain("two\nlines")
    assert not is_plain("1. first")


def test_a_paragraph_runs_as_its_first_letter_does(view: RichText) -> None:
    view.show_markdown("מהו פרוטוקול DHCP\n\nHello שלום\n\n- שלום\n\n```\nls -la\n```")
    block, found = view.document().begin(), []
    while block.isValid():
        if block.text():
            found.append((block.text().split()[0], block.textDirection()))
        block = block.next()
    right, left = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight
    assert found == [("מהו", right), ("Hello", left), ("שלום", right), ("ls", left)]


def test_a_word_too_long_for_a_line_is_not_plain() -> None:
    assert is_plain("many short words")
    assert not is_plain("a " + "x" * 60)
