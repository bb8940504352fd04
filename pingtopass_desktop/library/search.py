"""Full-text search over questions, options and explanations of a pack. It returns text and marks, no markup."""

import re

from msgspec import Struct

from pingtopass_desktop.library.pack import Pack

MARK_START, MARK_END = "\x02", "\x03"
"""Stand around each matched word in a snippet."""

MAX_RANKED = 500
"""Ranking reads every match, and twice the list of a word's occurrences; a word of so many questions ranks none."""

_MARKUP = re.compile(r"```\w*|`|\*\*")

_WORD = re.compile(r"\w+", re.UNICODE)


class Hit(Struct, frozen=True):
    """One question found. `snippet` is plain text with marks around the matched words."""

    question_id: str
    exam_id: str
    objective_id: str
    type: str
    snippet: str


def search(pack: Pack, text: str, *, exam_id: str | None = None, limit: int = 50) -> list[Hit]:
    """The questions with all words of `text`; the last word also matches as a beginning.

    The best matches come first, in the order of the bank where there are more than `MAX_RANKED`. Punctuation separates
    words and nothing in `text` is an operator. No words, no hits. Retired questions stay out.
    """
    expression = _match_expression(text)
    if not expression:
        return []
    matches = (
        "FROM search JOIN questions AS q ON q.number = search.rowid "
        "WHERE search MATCH ? AND q.is_active = 1 AND (? IS NULL OR q.exam_id = ?)"
    )
    few = pack.execute(f"SELECT 1 {matches} LIMIT ?", (expression, exam_id, exam_id, MAX_RANKED + 1))
    order = "search.rank" if len(few) <= MAX_RANKED else "search.rowid"
    rows = pack.execute(
        "SELECT q.id, q.exam_id, q.objective_id, q.type, snippet(search, -1, char(2), char(3), '…', 18) AS snippet "
        f"{matches} ORDER BY {order} LIMIT ?",
        (expression, exam_id, exam_id, limit),
    )
    return [Hit(*row[:-1], snippet=_MARKUP.sub("", row["snippet"])) for row in rows]


def _match_expression(text: str) -> str:
    words = _WORD.findall(text)
    if not words:
        return ""
    quoted = [f'"{word}"' for word in words]
    if text[-1:].isalnum():
        quoted[-1] += "*"
    return " ".join(quoted)
