"""Bookmarks, notes and reports of a question."""

import pytest

from pingtopass_desktop.learner.events import PayloadTooLarge
from pingtopass_desktop.study import marks
from pingtopass_desktop.study.context import Study
from tests.fakes.laptop import Laptop

QUESTION = "0190-q"


def test_a_question_begins_without_marks(study: Study) -> None:
    found = marks.load_marks(study, QUESTION)
    assert (found.question_id, found.history, found.is_bookmarked, found.note, found.reports) == (
        QUESTION,
        None,
        False,
        "",
        0,
    )


def test_a_bookmark_is_set_and_taken_off(laptop: Laptop, study: Study) -> None:
    assert marks.set_bookmark(study, QUESTION, True).is_bookmarked
    assert marks.load_marks(laptop.open(), QUESTION).is_bookmarked
    assert not marks.set_bookmark(study, QUESTION, False).is_bookmarked


def test_a_note_is_kept_changed_and_removed(laptop: Laptop, study: Study) -> None:
    assert marks.set_note(study, QUESTION, "first\nline \U0001f99c").note == "first\nline \U0001f99c"
    assert marks.load_marks(laptop.open(), QUESTION).note == "first\nline \U0001f99c"
    assert marks.set_note(study, QUESTION, "second").note == "second"
    assert marks.set_note(study, QUESTION, "").note == ""


def test_an_unchanged_note_writes_nothing(study: Study) -> None:
    marks.set_note(study, QUESTION, "same")
    pending = study.store.pending()
    marks.set_note(study, QUESTION, "same")
    assert study.store.pending() == pending


@pytest.mark.parametrize("text", ["\x00 and \x01", "a\u2028b", "\ufeff", "ﷺ" * 100])
def test_a_note_keeps_odd_characters(laptop: Laptop, study: Study, text: str) -> None:
    marks.set_note(study, QUESTION, text)
    assert marks.load_marks(laptop.open(), QUESTION).note == text


def test_half_a_surrogate_pair_in_a_note_becomes_a_replacement_character(study: Study) -> None:
    """A text field can hold one; no database can."""
    assert marks.set_note(study, QUESTION, "half \ud83e, whole \ud83e\udd9c").note == "half \ufffd, whole \U0001f99c"
    assert marks.report_question(study, QUESTION, 1, "other", "half \udd9c").reports == 1


def test_a_note_that_is_too_long_says_so_and_keeps_the_old_one(study: Study) -> None:
    marks.set_note(study, QUESTION, "old")
    with pytest.raises(PayloadTooLarge, match="too long"):
        marks.set_note(study, QUESTION, "x" * 17_000)
    assert marks.load_marks(study, QUESTION).note == "old"


def test_reports_are_counted(study: Study) -> None:
    for reason in marks.REPORT_REASONS:
        marks.report_question(study, QUESTION, 2, reason, "why")
    assert marks.load_marks(study, QUESTION).reports == len(marks.REPORT_REASONS)
    assert marks.load_marks(study, "another").reports == 0
    rows = study.store.db.execute("SELECT revision, reason, text FROM reports").fetchall()
    assert {row[1] for row in rows} == set(marks.REPORT_REASONS)
    assert {(row[0], row[2]) for row in rows} == {(2, "why")}
