"""One question of the library: what it asks, its answer once that is asked for, and what the learner has with it."""

from collections.abc import Callable
from random import Random

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from pingtopass_desktop.domain.question import NOT_ANSWERED, Question, QuestionType, presented_order
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.library import QuestionDetail
from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.richtext import RichText
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Scroller, Surface, column, label, rule
from pingtopass_desktop.ui.widgets.filter_bar import TYPE_WORDS
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.marks_box import MarksBox
from pingtopass_desktop.ui.widgets.question_view import QuestionView


class DetailCard(Surface):
    """Signals: `practise_asked` for the list that the question stands in."""

    practise_asked = Signal()

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__("card")
        self._shown: QuestionDetail | None = None
        self._is_open = False
        self._build(study, tasks)
        self._lay_out()
        self._connect()
        self.show_nothing("")

    @property
    def question(self) -> Question | None:
        return self._shown.shown.question if self._shown else None

    @property
    def shows_answer(self) -> bool:
        return self._is_open

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(240), theme.current().px(320))

    @property
    def controls(self) -> list[QWidget]:
        """In the order of reading; others after `view.rebuilt`."""
        return [*self.view.controls, self.answer, *self.marks.controls, self.practise, self.marks.edit.bookmark]

    def show_detail(self, detail: QuestionDetail) -> None:
        """Show a question with its answer hidden; the same question again keeps it as it is."""
        is_same = self.question == detail.shown.question
        self._shown = detail
        self._message.hide()
        self._content.show()
        self._foot.show()
        if not is_same:
            self._is_open = False
            self._show_question()
            self._scroller.verticalScrollBar().setValue(0)
        self.marks.edit.show_question(detail.shown.question, detail.marks)

    def show_nothing(self, words: str) -> None:
        """Show no question, and why."""
        self.marks.edit.close_note()
        self._shown = None
        self._content.hide()
        self._foot.hide()
        self._message.setText(words)
        self._message.setVisible(bool(words))

    def show_practice(self, words: str) -> None:
        """What the button that practises says; none where `words` is empty."""
        self.practise.set_label(words)
        self.practise.setVisible(bool(words))

    def toggle_answer(self) -> None:
        """Show the key with reasons and explanation, or hide it again."""
        if self._shown is not None:
            self._is_open = not self._is_open
            self._show_question()

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        return {"explanation": self.toggle_answer, **self.marks.edit.commands()} if self._shown is not None else {}

    def _build(self, study: Study, tasks: Tasks) -> None:
        self.view = QuestionView(shows_chips=False)
        self._partners = label(kind="secondary", wraps=True)
        self._hidden = label(kind="hint", wraps=True)
        self.answer = Button("Show answer", "link")
        self._explanation = RichText()
        self._reference = label(kind="hint", wraps=True)
        self.practise = Button("Practise these")
        self.marks = MarksBox(study, tasks)
        self._message = label(kind="secondary", wraps=True)
        self._content = QWidget()

    def _lay_out(self) -> None:
        asked = (self.view, self._partners, Flow(self._hidden, self.answer, spacing=12))
        told = (self._explanation, self._reference, self.marks)
        self._content.setLayout(column(*asked, *told, spacing=12))
        self._scroller = Scroller(margins=(20, 20, 20, 20), spacing=12)
        self._scroller.column.addWidget(self._message)
        self._scroller.column.addWidget(self._content)
        self._scroller.column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.setSpacing(0)
        box.addWidget(self._scroller, 1)
        self._foot = QWidget()
        actions = Flow(self.practise, self.marks.edit.bookmark)
        self._foot.setLayout(column(rule(), self.marks.history, actions, spacing=10, margins=(20, 0, 20, 16)))
        box.addWidget(self._foot)

    def _connect(self) -> None:
        self.answer.clicked.connect(self.toggle_answer)
        self.practise.clicked.connect(self.practise_asked)

    def _show_question(self) -> None:
        if self._shown is None:
            return
        shown, question = self._shown.shown, self._shown.shown.question
        chips = [TYPE_WORDS[question.type], f"Difficulty {question.difficulty}", shown.objective_title]
        order = tuple(option.id for option in question.options)
        if not question.type.is_choice:
            order = presented_order(question, _steady(question))
        self.view.show_question(shown, order, [chip for chip in chips if chip])
        if self._is_open:
            self.view.show_solution(NOT_ANSWERED if question.type.is_choice else question.key, frozenset())
        else:
            self.view.show_answer(NOT_ANSWERED, frozenset(), is_open=False)
        self._partners.setVisible(question.type is QuestionType.MATCHING and not self._is_open)
        self._partners.setText(f"To match: {' · '.join(question.option(id).match or '' for id in order)}")
        self._hidden.setVisible(not self._is_open)
        key = keys.current().words("explanation")
        self._hidden.setText(f"Answer hidden · {key} shows it" if key else "Answer hidden")
        self.answer.set_label("Hide answer" if self._is_open else "Show answer")
        self._explanation.setVisible(self._is_open)
        self._explanation.show_markdown(question.explanation or "No explanation is given.", shown.media)
        self._reference.setVisible(self._is_open and bool(question.reference))
        self._reference.setText(f"Reference: {question.reference}")


def _steady(question: Question) -> Random:
    """The same order of steps and partners each time the question is looked at."""
    return Random(question.id)
