"""The answers of a report as a table for a spreadsheet: CSV by RFC 4180 in UTF-8, one row a question.

A cell that a spreadsheet would run as a formula is kept from it, as OWASP advises for CSV injection:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
from collections.abc import Iterable

from pingtopass_desktop.domain.question import Choice, Question
from pingtopass_desktop.study.context import ShownQuestion
from pingtopass_desktop.study.review import ReviewedAnswer, ScoreReport

HEADINGS = (
    "Number",
    "Question ID",
    "Objective code",
    "Objective",
    "Type",
    "Question",
    "Your answer",
    "Right answer",
    "Result",
    "Seconds",
    "Flagged",
    "Changes",
    "Confidence",
)

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GONE = "(no longer in the library)"
_TYPE_WORDS = {
    "multiple_choice": "multiple choice",
    "multi_select": "multi select",
    "true_false": "true or false",
    "ordering": "ordering",
    "matching": "matching",
}
_CONFIDENCE_WORDS = {"sure": "sure", "think_so": "think so", "guess": "guess"}


def report_csv(report: ScoreReport) -> bytes:
    """The whole table, with the byte-order mark by which spreadsheets know UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(HEADINGS)
    for answer in report.answers:
        writer.writerow([_safe(cell) for cell in _cells(answer)])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def plain_text(markdown: str) -> str:
    """Markdown as it reads: without its marks, a picture as its description, blocks on lines of their own."""
    from markdown_it import MarkdownIt  # only who saves a table pays for it

    blocks: list[str] = []
    for token in MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).parse(markdown):
        if token.type == "inline":
            blocks.append("".join(_inline_text(child.type, child.content) for child in token.children or ()))
        elif token.content:
            blocks.append(token.content.rstrip("\n"))
    return "\n".join(blocks)


def answer_text(question: Question, choice: Choice) -> str:
    """What a choice says: the texts of its options, in order; pairs of a matching question by an arrow."""
    texts = {option.id: plain_text(option.text) for option in question.options}
    matches = {option.id: plain_text(option.match or "") for option in question.options}
    if not choice:
        return ""
    if any("=" in part for part in choice):
        pairs = [part.partition("=") for part in choice]
        return "; ".join(f"{texts.get(left, left)} → {matches.get(right, right)}" for left, _, right in pairs)
    joint = "; " if question.type.is_choice else " → "
    return joint.join(texts.get(option_id, option_id) for option_id in choice)


def _cells(answer: ReviewedAnswer) -> Iterable[str | int]:
    question = answer.shown.question if answer.shown else None
    given = answer.answer
    is_answered = given is not None and bool(given.choice)
    choice = given.choice if given else ()
    return (
        answer.index + 1,
        answer.question_id,
        _code(answer.shown) if answer.shown else "",
        answer.shown.objective_name if answer.shown else "",
        _TYPE_WORDS[question.type] if question else "",
        plain_text(question.text) if question else _GONE,
        answer_text(question, choice) if question else "; ".join(choice),
        answer_text(question, question.key) if question else "",
        "right" if answer.is_right else "wrong" if is_answered else "not answered",
        answer.seconds,
        "yes" if answer.is_flagged else "no",
        given.changes if given else 0,
        _CONFIDENCE_WORDS[given.confidence] if given and given.confidence else "",
    )


def _code(shown: ShownQuestion) -> str:
    """The code of the objective, which its title begins with; where it has no other name, that is the code."""
    return shown.objective_title.removesuffix(shown.objective_name).strip() or shown.objective_title


def _inline_text(kind: str, content: str) -> str:
    if kind == "image":
        return f"[{content or 'picture'}]"
    if kind == "hardbreak":
        return "\n"
    return " " if kind == "softbreak" else content


def _safe(cell: str | int) -> str | int:
    """An apostrophe before what would be read as a formula: it is shown as text then. Our own numbers stay numbers."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
