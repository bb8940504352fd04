"""What the library page says about a list of questions."""

from collections.abc import Sequence

from pingtopass_desktop.study.finding import Found, Query
from pingtopass_desktop.ui.widgets.basics import plural
from pingtopass_desktop.ui.widgets.filter_bar import STATE_WORDS, TYPE_WORDS
from pingtopass_desktop.ui.widgets.hit_list import HitModel

_LONGEST_LABEL = 80


def found_words(found: Found) -> str:
    """``31 questions · 3 ms``, ``first 200 of 1,842 · 3 ms``; the time only where words were looked for."""
    shown = len(found.questions)
    if found.total > shown:
        words = f"first {shown:,} of {plural(found.total, 'question')}"
    else:
        words = plural(found.total, "question")
    if found.query.text.strip():
        words += f" · {found.elapsed_ms:,} ms"
    if found.unsearched:
        words += f" · {_names(found.unsearched)} still being prepared"
    return words


def empty_words(found: Found) -> str:
    """Why nothing was found, and what to try."""
    text = " ".join(found.query.text.split())
    if found.unsearched:
        return f"The search of {_names(found.unsearched)} is being prepared. The questions found follow by themselves."
    if text and found.query.is_narrowed:
        return f"No question with “{text}” fits these filters. Clear them, or look for other words."
    if text:
        return (
            f"No question has “{text}”. All words must be in one question, its options or its explanation; "
            "try fewer of them, or only the beginning of a word."
        )
    if found.query.is_narrowed:
        return "No question fits these filters."
    return "There are no questions here. Import a file to add some."


def practice_words(exam_id: str, ids: Sequence[str], hits: HitModel) -> str:
    """What the button says that practises the questions listed."""
    is_one_exam = all(row.exam_id == exam_id for row in hits.rows)
    if len(ids) == 1:
        return "Practise this one"
    if is_one_exam and hits.total > len(ids):
        return f"Practise the first {len(ids)}"
    return f"Practise these {len(ids)}" if is_one_exam else f"Practise {len(ids)} of this exam"


def practice_label(query: Query) -> str:
    """The name of a session with the questions listed."""
    words = [f"“{' '.join(query.text.split())}”"] if query.text.strip() else []
    words += [STATE_WORDS[query.state]] if query.state else []
    words += [TYPE_WORDS[query.type]] if query.type else []
    words += ["Bookmarked"] if query.is_bookmarked else []
    words += ["With a note"] if query.has_note else []
    return (" · ".join(words) or "From the library")[:_LONGEST_LABEL]


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} banks"
