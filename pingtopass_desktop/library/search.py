"""Full-text search over questions, options and explanations of a pack. It returns text and marks, no markup."""

import re
from dataclasses import dataclass

from pingtopass_desktop.library.pack import Pack

MARK_START, MARK_END = "\x02", "\x03"
"""Stand around each matched word in a snippet."""

_WORD = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Hit:
    """One question found. `snippet` is plain text with marks around the matched words."""

    question_id: str
    exam_id: str
    objective_id: str
    type: str
    snippet: str


def search(pack: Pack, text: str, *, exam_id: str | None = None, limit: int = 50) -> list[Hit]:
    """The best matches for all words of `text`; the last word also matches as a beginning.

    Punctuation separates words and nothing in `text` is an operator. No words, no hits. Retired questions stay out.
    """
    expression = _match_expression(text)
    if not expression:
        return []
    rows = pack.execute(
        "SELECT q.id, q.exam_id, q.objective_id, q.type, "
        "snippet(search, -1, char(2), char(3), '…', 18) AS snippet "
        "FROM search JOIN questions AS q ON q.number = search.rowid "
        "WHERE search MATCH ? AND q.is_active = 1 AND (? IS NULL OR q.exam_id = ?) ORDER BY search.rank LIMIT ?",
        (expression, exam_id, exam_id, limit),
    )
    return [Hit(*row) for row in rows]


def _match_expression(text: str) -> str:
    words = _WORD.findall(text)
    if not words:
        return ""
    quoted = [f'"{word}"' for word in words]
    if text[-1:].isalnum():
        quoted[-1] += "*"
    return " ".join(quoted)
