"""The score report as a PDF to hand on: light colours, embedded fonts, text that can be selected and searched.

It draws on no widget and no pixmap, so it is made off the window's thread; `DocumentLook` is what it needs from there.
Lengths are in points (1/72 inch).
"""

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QBuffer, QLocale, QMarginsF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QTextOption,
)

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study.review import ObjectiveResult, ScoreReport
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.report_words import changes_words, facts, pace_words, share_token, title_words
from pingtopass_desktop.ui.words import full_moment_text

_UNITS = 20
"""Device units in a point: text is placed to a twentieth of it."""

_MARGIN, _FOOT = 54.0, 34.0
_TOKENS = theme.LIGHT
_LETTER_TERRITORIES = (
    "Belize", "Canada", "Chile", "Colombia", "CostaRica", "ElSalvador", "Guatemala", "Mexico", "Nicaragua", "Panama",
    "Philippines", "PuertoRico", "UnitedStates", "Venezuela",
)  # fmt: skip
"""Where paper is Letter by CLDR's measurementData; A4 everywhere else."""

_UNREADABLE_FEATURES = ("calt", "liga", "case")
"""Glyphs that a font puts in place of others have no letters in the PDF: they could not be selected or searched."""

_ESTIMATE = (
    "A practice estimate, not a certification: the questions are not those of the exam's vendor, and neither is the "
    "scaled score."
)


class DocumentLook(Struct, frozen=True):
    """What a document takes from the window and the system: type, paper, the program's name with its version."""

    families: tuple[str, ...]
    is_letter: bool
    program: str


def is_letter(locale: QLocale) -> bool:
    """True where people of this locale print on Letter rather than on A4."""
    return locale.territory().name in _LETTER_TERRITORIES


def report_pdf(report: ScoreReport, look: DocumentLook) -> bytes:
    """The whole document. It is drawn twice: only then is it known on how many pages it stands."""
    _, pages = _drawn(report, look, pages=0)
    content, _ = _drawn(report, look, pages=pages)
    return content


def _drawn(report: ScoreReport, look: DocumentLook, pages: int) -> tuple[bytes, int]:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    heading = title_words(report)
    exam = report.exam.title if report.exam else report.exam_name
    writer.setTitle(f"{heading}: {exam}")
    writer.setCreator(look.program)
    writer.setResolution(72 * _UNITS)
    size = QPageSize(QPageSize.PageSizeId.Letter if look.is_letter else QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    sheet = _Sheet(writer, look, footer=f"{look.program} · attempt {report.summary.id}", pages=pages)
    _draw_head(sheet, heading, exam, report)
    _draw_facts(sheet, report)
    _draw_objectives(sheet, report)
    _draw_pace(sheet, report)
    sheet.end()
    return bytes(buffer.data().data()), sheet.page


class _Sheet:
    """Where the next thing goes, and the page after it where there is no room. A page ends with the foot."""

    def __init__(self, writer: QPdfWriter, look: DocumentLook, *, footer: str, pages: int) -> None:
        self._writer = writer
        self._look = look
        self._footer = footer
        self._pages = pages
        layout = writer.pageLayout().fullRectPoints()
        self.left, self.right = _MARGIN, layout.width() - _MARGIN
        self.bottom = layout.height() - _MARGIN - _FOOT + 14
        self.y = _MARGIN
        self.page = 1
        self.painter = QPainter(writer)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    @property
    def width(self) -> float:
        return self.right - self.left

    def room(self, height: float) -> bool:
        """Go to the next page where this height does not fit on this one; True then."""
        if self.y + height <= self.bottom:
            return False
        self._draw_foot()
        self._writer.newPage()
        self.page += 1
        self.y = _MARGIN
        return True

    def text(
        self, text: str, *, size: float = 10, weight: int = 400, color: str = _TOKENS.ink, before: float = 0
    ) -> None:
        """A paragraph over the whole width."""
        height = self.height(text, self.width, size, weight)
        self.room(before + height)
        self.y += before
        self.put(text, self.left, self.y, self.width, size=size, weight=weight, color=color)
        self.y += height

    def height(self, text: str, width: float, size: float, weight: int = 400) -> float:
        self._set_font(size, weight)
        room = QRectF(0, 0, width * _UNITS, 1e7)
        return self.painter.boundingRect(room, text, _option()).height() / _UNITS

    def line_width(self, text: str, size: float, weight: int = 400) -> float:
        """How wide a text is on one line."""
        self._set_font(size, weight)
        return QFontMetricsF(self.painter.font(), self._writer).horizontalAdvance(text) / _UNITS

    def put(
        self, text: str, x: float, y: float, width: float, *, size: float = 10, weight: int = 400,
        color: str = _TOKENS.ink, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:  # fmt: skip
        """Text at a place, wrapped to a width; it moves nothing."""
        self._set_font(size, weight)
        self.painter.setPen(QColor(color))
        self.painter.drawText(QRectF(x * _UNITS, y * _UNITS, width * _UNITS, 1e7), text, _option(align))

    def box(self, x: float, y: float, width: float, height: float, color: str, radius: float = 0) -> None:
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QBrush(QColor(color)))
        area = QRectF(x * _UNITS, y * _UNITS, width * _UNITS, height * _UNITS)
        self.painter.drawRoundedRect(area, radius * _UNITS, radius * _UNITS)

    def line(self, y: float, color: str = _TOKENS.line, *, is_dashed: bool = False) -> None:
        pen = QPen(QColor(color), 0.6 * _UNITS)
        if is_dashed:
            pen.setDashPattern([6, 5])
        self.painter.setPen(pen)
        self.painter.drawLine(
            round(self.left * _UNITS), round(y * _UNITS), round(self.right * _UNITS), round(y * _UNITS)
        )

    def end(self) -> None:
        self._draw_foot()
        self.painter.end()

    def _draw_foot(self) -> None:
        y = self.bottom + 8
        self.line(y)
        self.put(_ESTIMATE, self.left, y + 6, self.width, size=8, color=_TOKENS.ink_2)
        self.put(self._footer, self.left, y + 18, self.width - 80, size=8, color=_TOKENS.ink_2)
        words = f"Page {self.page} of {self._pages or self.page}"
        self.put(words, self.right - 80, y + 18, 80, size=8, color=_TOKENS.ink_2, align=Qt.AlignmentFlag.AlignRight)

    def _set_font(self, size: float, weight: int) -> None:
        font = QFont(list(self._look.families))
        font.setPixelSize(round(size * _UNITS))
        font.setWeight(QFont.Weight(weight))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        for feature in _UNREADABLE_FEATURES:
            font.setFeature(QFont.Tag(feature), 0)
        self.painter.setFont(font)


def _option(align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> QTextOption:
    option = QTextOption(align)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _draw_head(sheet: _Sheet, heading: str, exam: str, report: ScoreReport) -> None:
    sheet.box(sheet.left, sheet.y + 2.5, 8, 8, _TOKENS.primary, 4)
    sheet.put("PingToPass", sheet.left + 14, sheet.y, 200, size=10, weight=600)
    sheet.y += 22
    sheet.text(heading, size=22, weight=700)
    sheet.text(exam, size=13, weight=500, before=4)
    sheet.text(full_moment_text(report.summary.finished_at or 0), color=_TOKENS.ink_2, before=4)
    sheet.y += 16
    _draw_result(sheet, report)


def _draw_result(sheet: _Sheet, report: ScoreReport) -> None:
    """The verdict in words, the number that it rests on, and where the pass mark lies on the scale."""
    summary, exam = report.summary, report.exam
    is_exam = summary.mode is Mode.EXAM
    is_good = bool(summary.passed) if is_exam else True
    token, soft = ("good", _TOKENS.good_soft) if is_good else ("bad", _TOKENS.bad_soft)
    if not is_exam:
        token, soft = "primary", _TOKENS.primary_soft
    color = getattr(_TOKENS, token)
    has_bar = exam is not None or not is_exam
    height = 84.0 if has_bar else 62.0
    sheet.room(height)
    top, inner = sheet.y, sheet.left + 18
    sheet.box(sheet.left, top, sheet.width, height, soft, 8)
    if is_exam:
        verdict = "Pass" if summary.passed else "Fail"
        number, below = str(summary.scaled), f"of {exam.scale_max}, pass mark {exam.pass_scaled}" if exam else ""
    else:
        verdict = "Right answers"
        number, below = str(report.right), f"of {summary.answered_count} answered"
    sheet.put(verdict, inner, top + 20, 150, size=20, weight=700, color=color)
    place = inner + (150 if not is_exam else 70)
    sheet.put(number, place, top + 11, 100, size=30, weight=700)
    place += sheet.line_width(number, 30, 700) + 8
    sheet.put(below, place, top + 28, sheet.right - place - 10, size=10.5, color=_TOKENS.ink_2)
    if is_exam and exam is not None:
        span = max(1, exam.scale_max - exam.scale_min)
        mark = (exam.pass_scaled - exam.scale_min) / span
        _draw_scale(sheet, top + 64, ((summary.scaled or 0) - exam.scale_min) / span, mark, color)
    elif has_bar:
        _draw_scale(sheet, top + 64, report.right / max(1, summary.answered_count), None, color)
    sheet.y = top + height


def _draw_scale(sheet: _Sheet, y: float, share: float, mark: float | None, color: str) -> None:
    x, width = sheet.left + 18, sheet.width - 36
    sheet.box(x, y, width, 6, "#FFFFFF", 3)
    if share > 0:
        sheet.box(x, y, max(6, width * min(1, share)), 6, color, 3)
    if mark is not None:
        sheet.box(x + width * mark - 0.75, y - 3, 1.5, 12, _TOKENS.ink)


def _draw_facts(sheet: _Sheet, report: ScoreReport) -> None:
    sheet.y += 14
    for name, value in facts(report):
        height = max(sheet.height(value, sheet.width - 130, 10), 13) + 7
        sheet.room(height)
        sheet.put(name, sheet.left, sheet.y + 3, 125, color=_TOKENS.ink_2)
        sheet.put(value, sheet.left + 130, sheet.y + 3, sheet.width - 130, weight=500)
        sheet.y += height
        sheet.line(sheet.y)


def _draw_objectives(sheet: _Sheet, report: ScoreReport) -> None:
    sheet.room(90)
    sheet.text("By objective", size=13, weight=600, before=18)
    sheet.y += 6
    if not report.objectives:
        gone = "The exam is no longer in the library, so its objectives cannot be listed."
        nothing = "Nothing was answered." if report.exam else gone
        sheet.text(nothing, color=_TOKENS.ink_2)
        return
    places = _Places(sheet)
    places.headings()
    for result in report.objectives:
        places.draw(result)


class _Places:
    """The columns of the table by objective."""

    def __init__(self, sheet: _Sheet) -> None:
        self._sheet = sheet
        bar = 120.0
        self._bar_x, self._bar = sheet.right - bar, bar
        self._numbers = [(self._bar_x - 12 - 48 * place, 42.0) for place in (3, 2, 1)]
        self._name = self._numbers[0][0] - sheet.left - 10

    def headings(self) -> None:
        sheet = self._sheet
        sheet.put("Objective", sheet.left, sheet.y, self._name, size=8.5, weight=600, color=_TOKENS.ink_2)
        self._put_numbers(("Questions", "Right", "Share"), size=8.5, weight=600, color=_TOKENS.ink_2)
        sheet.y += 15
        sheet.line(sheet.y)

    def draw(self, result: ObjectiveResult) -> None:
        sheet = self._sheet
        height = max(sheet.height(result.name, self._name, 10), 13) + 8
        if sheet.room(height):
            self.headings()
        top = sheet.y
        sheet.put(result.name, sheet.left, top + 4, self._name)
        sheet.y = top + 4
        self._put_numbers((f"{result.questions}", f"{result.right}", f"{result.share:.0%}"))
        sheet.box(self._bar_x, top + 7.5, self._bar, 6, _TOKENS.surface_2, 3)
        if result.right:
            color = getattr(_TOKENS, share_token(result.share))
            sheet.box(self._bar_x, top + 7.5, max(6, self._bar * result.share), 6, color, 3)
        sheet.y = top + height
        sheet.line(sheet.y)

    def _put_numbers(
        self, texts: Sequence[str], *, size: float = 10, weight: int = 400, color: str = _TOKENS.ink
    ) -> None:
        right = Qt.AlignmentFlag.AlignRight
        for text, (x, width) in zip(texts, self._numbers, strict=True):
            self._sheet.put(text, x - 8, self._sheet.y, width + 8, size=size, weight=weight, color=color, align=right)


def _draw_pace(sheet: _Sheet, report: ScoreReport) -> None:
    has_pace = any(bar.seconds for bar in report.pace)
    sheet.room(150 if has_pace else 60)
    sheet.text("Pace and changes", size=13, weight=600, before=18)
    for sentence in (*pace_words(report), changes_words(report)):
        sheet.text(sentence, before=4)
    if has_pace:
        _draw_pace_bars(sheet, report)


def _draw_pace_bars(sheet: _Sheet, report: ScoreReport) -> None:
    height = 64.0
    sheet.room(height + 34)
    bottom = sheet.y + 12 + height
    most = max([bar.seconds for bar in report.pace] + [report.even_pace_s or 1]) * 1.05
    step = min(22.0, sheet.width / len(report.pace))
    for number, bar in enumerate(report.pace):
        tall = max(0.6, height * bar.seconds / most)
        x, wide = sheet.left + number * step + step * 0.15, step * 0.7
        sheet.box(x, bottom - tall, wide, tall, _TOKENS.primary if bar.is_right else _TOKENS.bad)
        if not bar.is_right and tall > 2.4:
            edge = min(1.0, wide / 4)
            sheet.box(x + edge, bottom - tall + edge, wide - 2 * edge, tall - 2 * edge, "#FFFFFF")
    sheet.line(bottom)
    if report.even_pace_s:
        sheet.line(bottom - height * report.even_pace_s / most, _TOKENS.ink_2, is_dashed=True)
    even = f" Dashed: the even pace, {report.even_pace_s} s." if report.even_pace_s else ""
    words = f"Seconds per question, in the order of the form. Red and hollow: wrong or unanswered.{even}"
    sheet.put(words, sheet.left, bottom + 5, sheet.width, size=8.5, color=_TOKENS.ink_2)
    sheet.y = bottom + 5 + sheet.height(words, sheet.width, 8.5)
