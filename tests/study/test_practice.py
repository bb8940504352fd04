"""Practice: what is selected, why a selection is empty, answering once, and going on later."""

import pytest
from msgspec.structs import replace

from pingtopass_desktop.domain.attempt import IllegalCommand, Phase
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import attempts, memory
from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.study import marks, practice
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.practice import NothingToPractise, PracticeSitting, Selection
from pingtopass_desktop.study.sitting import QuestionsMissing
from tests.fakes.banks import make_bank, make_objective, make_question, question_id
from tests.fakes.laptop import Laptop, wrong_choice

DAY = 86_400_000
BANK = make_bank(4, weights=(50, 50))


@pytest.fixture
def laptop(bare_laptop: Laptop) -> Laptop:
    """A device with a bank of eight questions in two objectives."""
    bare_laptop.publish(BANK)
    return bare_laptop


@pytest.fixture
def study(laptop: Laptop) -> Study:
    return laptop.open()


def start(study: Study, selection: Selection = Selection.ALL, count: int = 50, **more: object) -> PracticeSitting:
    return practice.start(study, "golden", seed=1, count=count, selection=selection, **more)  # type: ignore[arg-type]


def ids(sitting: PracticeSitting) -> set[str]:
    return {item.question_id for item in sitting.attempt.items}


def check_one(study: Study, number: int, *, is_right: bool = True, confidence: Confidence | None = None) -> None:
    """Answer one question in a session of its own."""
    sitting = start(study, question_ids=[question_id(number)])
    question = sitting.current.question
    sitting.check(question.key if is_right else wrong_choice(question), confidence)
    sitting.finish()


def test_a_session_has_as_many_questions_as_asked_for(study: Study) -> None:
    assert len(start(study, count=3).attempt.items) == 3
    assert len(start(study, count=500).attempt.items) == 8
    assert start(study).attempt.remaining_ms is None


def test_the_same_seed_gives_the_same_session(study: Study) -> None:
    assert start(study).attempt.items == start(study).attempt.items


def test_an_answer_shows_at_once_whether_it_is_right_and_is_on_disk(laptop: Laptop, study: Study) -> None:
    sitting = start(study)
    question = sitting.current.question
    attempt = sitting.check(question.key, Confidence.SURE)
    assert attempt.answers[0].is_correct
    history = memory.history(laptop.open().store.db, question.id)
    assert history is not None
    assert (history.results, history.last_confidence) == ((True,), Confidence.SURE)


def test_a_question_is_answered_once(study: Study) -> None:
    sitting = start(study)
    sitting.check(wrong_choice(sitting.current.question))
    pending = study.store.pending()
    with pytest.raises(IllegalCommand, match="once"):
        sitting.check(sitting.current.question.key)
    with pytest.raises(IllegalCommand, match="solution"):
        sitting.strike(sitting.attempt.item.order[0], True)
    assert study.store.pending() == pending


def test_checking_without_a_choice_is_refused(study: Study) -> None:
    with pytest.raises(IllegalCommand, match="choose an answer"):
        start(study).check(())


def test_time_on_a_question_counts_up_to_five_minutes(laptop: Laptop, study: Study) -> None:
    sitting = start(study)
    laptop.advance(40_000)
    assert sitting.check(sitting.current.question.key).answers[0].elapsed_ms == 40_000
    laptop.advance(3_600_000)
    sitting.visit(1)
    laptop.advance(3_600_000)
    assert sitting.check(sitting.current.question.key).answers[1].elapsed_ms == practice.MAX_ELAPSED_MS
    assert sitting.attempt.elapsed_ms == 40_000 + practice.MAX_ELAPSED_MS


def test_unseen_are_the_questions_never_answered(study: Study) -> None:
    for number in (1, 2, 3):
        check_one(study, number, is_right=number != 2)
    assert ids(start(study, Selection.UNSEEN)) == {question_id(n) for n in range(4, 9)}


def test_missed_are_those_whose_last_answer_was_wrong(study: Study) -> None:
    check_one(study, 1, is_right=False)
    check_one(study, 2, is_right=False)
    check_one(study, 2)
    check_one(study, 3)
    check_one(study, 3, is_right=False)
    assert ids(start(study, Selection.MISSED)) == {question_id(1), question_id(3)}


def test_guessed_are_those_whose_last_answer_was_called_a_guess(study: Study) -> None:
    check_one(study, 1, confidence=Confidence.GUESS)
    check_one(study, 2, confidence=Confidence.GUESS)
    check_one(study, 2, confidence=Confidence.SURE)
    check_one(study, 3, is_right=False, confidence=Confidence.GUESS)
    assert ids(start(study, Selection.GUESSED)) == {question_id(1), question_id(3)}


def test_bookmarked_are_those_with_a_bookmark(study: Study) -> None:
    marks.set_bookmark(study, question_id(2), True)
    marks.set_bookmark(study, question_id(3), True)
    marks.set_bookmark(study, question_id(3), False)
    assert ids(start(study, Selection.BOOKMARKED)) == {question_id(2)}


def test_due_are_those_whose_day_has_come(laptop: Laptop, study: Study) -> None:
    check_one(study, 1, is_right=False)
    check_one(study, 2)
    first = memory.history(study.store.db, question_id(1))
    second = memory.history(study.store.db, question_id(2))
    assert first is not None
    assert second is not None
    assert first.due_at < second.due_at
    laptop.wall.now_ms = first.due_at - 1
    with pytest.raises(NothingToPractise):
        start(study, Selection.DUE)
    laptop.wall.now_ms = first.due_at
    assert ids(start(study, Selection.DUE)) == {question_id(1)}
    laptop.wall.now_ms = second.due_at
    assert ids(start(study, Selection.DUE)) == {question_id(1), question_id(2)}


def test_all_brings_unseen_questions_first_and_then_those_answered_longest_ago(laptop: Laptop, study: Study) -> None:
    for number in (3, 1, 2):
        check_one(study, number)
        laptop.advance(60_000)
    order = [item.question_id for item in start(study).attempt.items]
    assert set(order[:5]) == {question_id(n) for n in range(4, 9)}
    assert order[5:] == [question_id(3), question_id(1), question_id(2)]


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection.MISSED, "Nothing missed"),
        (Selection.DUE, "No review is due"),
        (Selection.BOOKMARKED, "No bookmarks here yet"),
        (Selection.GUESSED, "No guesses here"),
    ],
)
def test_an_empty_selection_says_why(study: Study, selection: Selection, words: str) -> None:
    pending = study.store.pending()
    with pytest.raises(NothingToPractise, match=words):
        start(study, selection)
    assert practice.why_empty(selection).startswith(words)
    assert study.store.pending() == pending


def test_no_unseen_questions_are_left_when_all_were_answered(study: Study) -> None:
    sitting = start(study)
    for index in range(8):
        sitting.visit(index)
        sitting.check(sitting.current.question.key)
    with pytest.raises(NothingToPractise, match="every question here"):
        start(study, Selection.UNSEEN)


def test_objectives_without_questions_say_so(study: Study) -> None:
    with pytest.raises(NothingToPractise, match="no questions in these objectives"):
        start(study, objective_ids=["golden:9"])


def test_an_objective_brings_everything_below_it(bare_laptop: Laptop) -> None:
    objectives = (
        make_objective("1", weight=100.0),
        make_objective("1.1", parent="1", position=1),
        make_objective("1.1.1", parent="1.1", position=2),
        make_objective("2", position=3),
    )
    questions = tuple(make_question(n, objective=o.code) for n, o in enumerate(objectives, start=1))
    bare_laptop.publish(replace(BANK, objectives=objectives, questions=questions))
    study = bare_laptop.open()
    assert ids(start(study, objective_ids=["golden:1"])) == {question_id(n) for n in (1, 2, 3)}
    assert ids(start(study, objective_ids=["golden:1.1"])) == {question_id(n) for n in (2, 3)}
    assert ids(start(study, objective_ids=["golden:2"])) == {question_id(4)}


def test_the_offer_counts_each_selection(laptop: Laptop, study: Study) -> None:
    check_one(study, 1, is_right=False)
    check_one(study, 2, confidence=Confidence.GUESS)
    marks.set_bookmark(study, question_id(7), True)
    waiting = start(study)
    laptop.advance(60 * DAY)
    offer = practice.offer(study, "golden")
    assert offer.counts == {
        Selection.ALL: 8,
        Selection.UNSEEN: 6,
        Selection.MISSED: 1,
        Selection.DUE: 2,
        Selection.BOOKMARKED: 1,
        Selection.GUESSED: 1,
    }
    assert offer.stock == {"golden:1": 4, "golden:2": 4}
    assert [summary.id for summary in offer.unfinished] == [waiting.attempt.id]
    second = practice.offer(study, "golden", ["golden:2"]).counts
    assert (second[Selection.ALL], second[Selection.MISSED], second[Selection.BOOKMARKED]) == (4, 0, 1)


def test_named_questions_are_practised_and_unknown_ones_left_out(study: Study) -> None:
    named = [question_id(3), "gone", question_id(1)]
    sitting = start(study, question_ids=named, label="Missed in the last exam")
    assert [item.question_id for item in sitting.attempt.items] == [question_id(3), question_id(1)]
    assert sitting.label == "Missed in the last exam"
    with pytest.raises(NothingToPractise):
        start(study, question_ids=["gone"])


def test_a_session_goes_on_at_its_first_unanswered_question(laptop: Laptop, study: Study) -> None:
    sitting = start(study, label="mine")
    for index in (0, 1, 3):
        sitting.visit(index)
        sitting.check(sitting.current.question.key, Confidence.THINK_SO)
    sitting.visit(5)
    sitting.strike(sitting.attempt.item.order[0], True)
    resumed = practice.resume(laptop.open(), sitting.attempt.id)
    assert resumed.label == "mine"
    assert resumed.attempt.position == 2
    assert resumed.attempt.phase is Phase.RUNNING
    live = sitting.attempt
    assert (resumed.attempt.answers, resumed.attempt.struck) == (live.answers, live.struck)
    assert resumed.attempt.items == live.items
    resumed.visit(0)
    with pytest.raises(IllegalCommand, match="once"):
        resumed.check(resumed.current.question.key)


def test_a_session_with_every_question_answered_goes_on_at_its_last(laptop: Laptop, study: Study) -> None:
    sitting = start(study, count=2)
    for index in range(2):
        sitting.visit(index)
        sitting.check(sitting.current.question.key)
    assert practice.resume(laptop.open(), sitting.attempt.id).attempt.position == 1


def test_a_finished_session_keeps_its_result_and_does_not_resume(study: Study) -> None:
    sitting = start(study, count=4)
    sitting.check(sitting.current.question.key)
    sitting.visit(1)
    sitting.check(wrong_choice(sitting.current.question))
    finished = sitting.finish()
    assert finished.is_finished
    assert sitting.finish() is finished
    summary = attempts.summaries(study.store.db, is_finished=True)[0]
    assert (summary.raw, summary.scaled, summary.passed, summary.reason) == (1, None, None, "ended")
    assert memory.seen(study.store.db) == {item.question_id for item in finished.items[:2]}
    assert practice.offer(study, "golden").unfinished == ()
    for attempt_id in (finished.id, "unknown"):
        with pytest.raises(KeyError):
            practice.resume(study, attempt_id)


def test_a_session_whose_questions_are_gone_says_so(laptop: Laptop, study: Study) -> None:
    sitting = start(study)
    pack = next(laptop.packs.glob("*.pack"))
    pointer_file(laptop.packs, "golden").unlink()
    pack.unlink()
    with pytest.raises(QuestionsMissing, match="Import the bank again"):
        practice.resume(laptop.open(), sitting.attempt.id)
    laptop.publish(replace(BANK, questions=BANK.questions[:2]))
    with pytest.raises(QuestionsMissing, match="no longer in the library"):
        practice.resume(laptop.open(), sitting.attempt.id)
