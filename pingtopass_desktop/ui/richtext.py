"""Markdown of questions as rich text. Nothing is ever fetched: pictures come from the question or not at all."""

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QPainter, QResizeEvent, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from pingtopass_desktop.ui import theme

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_MAX_PICTURE_PX = 340
"""A picture is at most this high at 100 % text, so that the options stay on the page."""

_MARKUP = re.compile(r"[`*_#<>!\[\]|~&\\\n]|^\s*(\d+[.)]|[-+])\s|^    |\S{40}", re.MULTILINE)
_IMAGE = re.compile(r'<img src="media:([0-9a-f]{64})"([^>]*)>')
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters of Hebrew, Arabic and the scripts between them."""

_OTHER_IMAGE = re.compile(r'<img src="(?!media:)[^"]*" alt="([^"]*)"[^>]*>')
_CODE = re.compile(r'<pre><code(?: class="language-([\w+-]+)")?>(.*?)</code></pre>', re.DOTALL)


def is_plain(text: str) -> bool:
    """True where the text has no markup, nor a word too long for a line, and may be shown as it stands."""
    return not _MARKUP.search(text.strip())


def to_html(text: str, size_px: int, weight: int = 400) -> str:
    """HTML for a document of ours: raw HTML in the Markdown stays text, other pictures become their description."""
    tokens = theme.current().tokens
    body = _markdown().render(text) if not is_plain(text) else f"<p>{html.escape(text.strip())}</p>"
    body = _OTHER_IMAGE.sub(lambda image: f"[{image.group(1) or 'picture'}: not in the bank]", body)
    body = _CODE.sub(_code_block, body)
    style = (
        f"body {{ font-size: {size_px}px; font-weight: {weight}; color: {tokens.ink}; }} "
        f"p, ul, ol, pre, table {{ margin-top: 0; margin-bottom: 8px; }} "
        f"code {{ font-family: {_MONOSPACE}; font-size: {round(size_px * 0.93)}px; background: {tokens.surface_2}; }} "
        f"a {{ color: {tokens.primary}; }} td, th {{ padding: 4px 8px; border: 1px solid {tokens.line}; }}"
    )
    return f"<html><head><style>{style}</style></head><body>{body}</body></html>"


_MONOSPACE = "'JetBrains Mono', 'Cascadia Mono', Consolas, Menlo, 'DejaVu Sans Mono', monospace"


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # 40 ms: the first question pays it, not the start of the window

    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").enable("strikethrough")


def _code_block(block: re.Match[str]) -> str:
    """A code block as a one-cell table: the only padded background that Qt's rich text knows."""
    tokens = theme.current().tokens
    code = html.unescape(block.group(2)).rstrip("\n")
    size_px = theme.current().px(13)
    inner = _highlighted(code, block.group(1)) or html.escape(code)
    return (
        f'<table width="100%" cellspacing="0" cellpadding="12" style="margin-top: 8px; margin-bottom: 12px;"><tr>'
        f'<td style="background: {tokens.surface_2}; border: none; padding: 12px 14px;">'
        f'<pre style="font-family: {_MONOSPACE}; font-size: {size_px}px; white-space: pre-wrap; margin: 0;">'
        f"{inner}</pre></td></tr></table>"
    )


def _highlighted(code: str, language: str | None) -> str | None:
    """Coloured code where the block names a language that Pygments knows; None otherwise."""
    if not language or language in ("text", "console", "output"):
        return None
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return None
    style = "default" if theme.current().tokens is theme.LIGHT else "github-dark"
    formatter: Any = HtmlFormatter(nowrap=True, noclasses=True, style=style)
    return highlight(code, lexer, formatter).rstrip("\n")


class _Document(QTextDocument):
    """A document that serves the pictures it was given and nothing else."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = parent
        self.media: dict[str, bytes] = {}
        self.sizes: dict[str, QSize] = {}
        self.width_px = 0

    def picture(self, sha256: str) -> QImage:
        """A picture of the question, empty where there is none of that name."""
        content = self.media.get(sha256)
        picture = QImage.fromData(content) if content is not None else QImage()
        if not picture.hasAlphaChannel():
            return picture
        paper = QImage(picture.size(), QImage.Format.Format_RGB32)  # black lines on nothing vanish in a dark theme
        paper.fill(Qt.GlobalColor.white)
        painter = QPainter(paper)
        painter.drawImage(0, 0, picture)
        painter.end()
        return paper

    def loadResource(self, kind: int, url: QUrl | str) -> Any:
        text = unquote(url.toString() if isinstance(url, QUrl) else url)
        sha256 = text.removeprefix("media:")
        picture = self.picture(sha256)
        size = self.sizes.get(sha256)
        if picture.isNull() or size is None or size == picture.size():
            return picture
        ratio = self._owner.devicePixelRatioF()
        picture = picture.scaled(
            size * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        picture.setDevicePixelRatio(ratio)
        return picture


class RichText(QTextBrowser):
    """Markdown in a widget as high as its text. Selectable by mouse and keyboard; links are text, not links."""

    def __init__(self, parent: QWidget | None = None, *, size: int = 14, weight: int = 400) -> None:
        super().__init__(parent)
        self._size = size
        self._weight = weight
        self._markdown = ""
        self._theme = theme.current()
        self._document = _Document(self)
        self.setDocument(self._document)
        self._document.setDocumentMargin(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setOpenLinks(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    def show_markdown(self, text: str, media: dict[str, bytes] | None = None) -> None:
        """Show a text with its pictures (bytes by SHA-256)."""
        self._markdown = text
        self._document.media = media or {}
        self.setAccessibleName(text)
        self._render()

    def show_struck(self, is_struck: bool) -> None:
        """Draw the text as struck out, or not."""
        font = self.font()
        font.setStrikeOut(is_struck)
        self._document.setDefaultFont(font)

    @property
    def markdown(self) -> str:
        return self._markdown

    def restyle(self) -> None:
        """Render again: the theme's colours and sizes stand in the text."""
        if self._theme is not theme.current():
            self._render()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def wheelEvent(self, event: Any) -> None:
        event.ignore()

    def _render(self) -> None:
        self._theme = theme.current()
        self._write()
        self._fit()

    def _write(self) -> None:
        """Fill the document; its pictures get a size for the width that there is now."""
        self._document.width_px = self.viewport().width()
        size_px = theme.current().px(self._size)
        self._document.setHtml(self._sized(to_html(self._markdown, size_px, self._weight)))
        if _RIGHT_TO_LEFT.search(self._markdown):
            self._turn_paragraphs()

    def _turn_paragraphs(self) -> None:
        """Let each paragraph run as its first letter does; HTML of Qt says left to right for all of them."""
        cursor = QTextCursor(self._document)
        cursor.select(QTextCursor.SelectionType.Document)
        form = QTextBlockFormat()
        form.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        cursor.mergeBlockFormat(form)

    def _sized(self, body: str) -> str:
        """Give each picture a width that fits; Qt would draw it in full size otherwise."""
        available = max(120, self.viewport().width() or 600)
        highest = theme.current().px(_MAX_PICTURE_PX)

        def size(image: re.Match[str]) -> str:
            size = self._document.picture(image.group(1)).size()
            if size.width() > available or size.height() > highest:
                size = size.scaled(available, highest, Qt.AspectRatioMode.KeepAspectRatio)
            self._document.sizes[image.group(1)] = size
            return f'<img src="media:{image.group(1)}" width="{size.width()}" height="{size.height()}"{image.group(2)}>'

        return _IMAGE.sub(size, body)

    def _fit(self) -> None:
        width = self.viewport().width()
        if width <= 0:
            return
        if self._document.media and self._document.width_px != width:
            self._write()
        self._document.setTextWidth(width)
        self.setFixedHeight(max(1, int(self._document.size().height() + 0.999)))
