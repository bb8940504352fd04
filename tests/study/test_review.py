"""The score report: every number of it, the filters, and what is left of it without the library."""

from fractions import Fraction

import pytest
from msgspec.structs import replace

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.study import exam, practice, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.exam import ExamSitting
from pingtopass_desktop.study.review import ReviewFilter, UnknownAttempt
from tests.fakes.banks import make_bank
from tests.fakes.laptop import Laptop, wrong_choice

BANK = make_bank(10, weights=(60, 40), question_count=10, time_limit_s=100)


@pytest.fixture
def laptop(bare_laptop: Laptop) -> Laptop:
    """A device with an exam of ten questions in 100 seconds: six of objective 1, four of objective 2."""
    bare_laptop.publish(BANK)
    return bare_laptop


@pytest.fixture
def study(laptop: Laptop) -> Study:
    return laptop.open()


def sit(laptop: Laptop, study: Study, plan: str, *, seed: int = 1, seconds: int = 4) -> ExamSitting:
    """Sit an exam by plan, one letter a question: r right, w wrong, g a right guess, - not answered, f flagged and
    right, > right then wrong, < wrong then right, s right and slow."""
    sitting = exam.start(study, "golden", seed=seed)
    for index, letter in enumerate(plan):
        sitting.visit(index)
        for _ in range(5 if letter == "s" else 1):
            laptop.advance(seconds * 1000)
            sitting.tick()
        question = sitting.current.question
        right, wrong = question.key, wrong_choice(question)
        if letter == "f":
            sitting.flag(True)
        first = {"w": wrong, "<": wrong, "-": None}.get(letter, right)
        if first is not None:
            sitting.answer(first, Confidence.GUESS if letter == "g" else None)
        if letter in "<>":
            sitting.answer(right if letter == "<" else wrong)
    sitting.submit()
    laptop.advance(60_000)
    return sitting


def of_objective(sitting: ExamSitting, code: str, plan: str) -> str:
    """The letters of a plan that fall on an objective."""
    questions = [sitting.shown[item.question_id].question for item in sitting.attempt.items]
    return "".join(letter for letter, q in zip(plan, questions, strict=True) if q.objective_id == f"golden:{code}")


def right(plan: str) -> int:
    return sum(letter in "rgfs<" for letter in plan)


def test_a_report_has_the_numbers_of_the_exam(laptop: Laptop, study: Study) -> None:
    plan = "rrwgf-><rs"
    sitting = sit(laptop, study, plan)
    report = review.report(study, sitting.attempt.id)
    assert (report.question_count, report.right, report.raw, report.cut) == (10, 7, Fraction(7), 5)
    assert (report.summary.scaled, report.summary.passed) == (832, True)
    assert report.exam_name == "Golden"
    assert report.even_pace_s == 10
    assert [(bar.number, bar.seconds) for bar in report.pace] == [(n, 20 if n == 10 else 4) for n in range(1, 11)]
    assert [bar.is_right for bar in report.pace] == [letter in "rgfs<" for letter in plan]
    assert [bar.is_answered for bar in report.pace] == [letter != "-" for letter in plan]
    assert (report.changes, report.right_to_wrong, report.wrong_to_right) == (2, 1, 1)
    items = sitting.attempt.items
    assert report.missed_ids == tuple(items[n].question_id for n, letter in enumerate(plan) if letter in "w->")


def test_objectives_are_reported_in_the_order_of_the_blueprint(laptop: Laptop, study: Study) -> None:
    plan = "rwrwrwrwrw"
    sitting = sit(laptop, study, plan)
    objectives = review.report(study, sitting.attempt.id).objectives
    assert [o.objective_id for o in objectives] == ["golden:1", "golden:2"]
    assert [o.questions for o in objectives] == [6, 4]
    assert [o.right for o in objectives] == [right(of_objective(sitting, code, plan)) for code in "12"]
    assert [o.share for o in objectives] == [o.right / o.questions for o in objectives]
    assert [o.change for o in objectives] == [None, None]


def test_objectives_are_compared_with_the_exam_before(laptop: Laptop, study: Study) -> None:
    plans = ["rrrrrwwwww", "rwrwrwrwrw", "rrrrrrrrrr"]
    sittings = [sit(laptop, study, plan, seed=seed) for seed, plan in enumerate(plans)]
    shares = [
        [round(100 * right(of_objective(s, code, plan)) / size) for code, size in (("1", 6), ("2", 4))]
        for s, plan in zip(sittings, plans, strict=True)
    ]
    reports = [review.report(study, s.attempt.id) for s in sittings]
    assert [o.change for o in reports[0].objectives] == [None, None]
    for number in (1, 2):
        expected = [now - before for now, before in zip(shares[number], shares[number - 1], strict=True)]
        assert [o.change for o in reports[number].objectives] == expected


def test_a_practice_session_between_two_exams_is_not_compared_with(laptop: Laptop, study: Study) -> None:
    sit(laptop, study, "r" * 10)
    session = practice.start(study, "golden", seed=1, count=5)
    session.check(wrong_choice(session.current.question))
    session.finish()
    second = sit(laptop, study, "r" * 10, seed=2)
    assert [o.change for o in review.report(study, second.attempt.id).objectives] == [0, 0]
    assert [o.change for o in review.report(study, session.attempt.id).objectives if o.change is not None] == []


@pytest.mark.parametrize(
    ("chosen", "letters"),
    [
        (ReviewFilter.ALL, "rrwgf-><rs"),
        (ReviewFilter.WRONG, "w->"),
        (ReviewFilter.FLAGGED, "f"),
        (ReviewFilter.GUESSED, "g"),
        (ReviewFilter.CHANGED, "><"),
        (ReviewFilter.SLOW, "s"),
    ],
)
def test_a_filter_shows_the_answers_it_names(laptop: Laptop, study: Study, chosen: ReviewFilter, letters: str) -> None:
    plan = "rrwgf-><rs"
    report = review.report(study, sit(laptop, study, plan).attempt.id)
    found = review.filtered(report.answers, chosen, report.even_pace_s)
    assert "".join(plan[answer.index] for answer in found) == letters


def test_slow_without_a_limit_is_measured_by_the_mean(laptop: Laptop, study: Study) -> None:
    session = practice.start(study, "golden", seed=1, count=3)
    for index, seconds in enumerate((10, 10, 60)):
        session.visit(index)
        laptop.advance(seconds * 1000)
        session.check(session.current.question.key)
    session.finish()
    report = review.report(study, session.attempt.id)
    assert report.even_pace_s is None
    slow = review.filtered(report.answers, ReviewFilter.SLOW, report.even_pace_s)
    assert [answer.index for answer in slow] == [2]


def test_answers_are_reviewed_as_they_were_given(laptop: Laptop, study: Study) -> None:
    sitting = exam.start(study, "golden", seed=1)
    struck = sitting.attempt.item.order[1]
    sitting.strike(struck, True)
    sitting.flag(True)
    attempt = sitting.answer(sitting.current.question.key, Confidence.SURE)
    sitting.submit()
    reviewed = review.report(study, attempt.id).answers[0]
    assert reviewed.order == attempt.items[0].order
    assert reviewed.answer == attempt.answers[0]
    assert (reviewed.struck, reviewed.is_flagged, reviewed.is_right, reviewed.is_revised) == (
        {struck},
        True,
        True,
        False,
    )
    assert reviewed.shown is not None
    assert reviewed.shown.question == sitting.current.question


def test_the_next_steps_speak_of_what_the_answers_show(laptop: Laptop, study: Study) -> None:
    plan = "<>rrrrrw--"
    sitting = sit(laptop, study, plan)
    report = review.report(study, sitting.attempt.id)
    weakest = min(report.objectives, key=lambda o: (o.share, o.right - o.questions))
    assert report.next_steps == (
        f"Drill {weakest.name}: {weakest.questions - weakest.right} of {weakest.questions} missed",
        "2 left unanswered: a guess costs nothing",
        "You changed 2 answers: 1 from right to wrong, 1 from wrong to right",
    )
    assert review.report(study, sit(laptop, study, "r" * 10, seed=2).attempt.id).next_steps == ()


def test_a_revised_question_is_shown_as_revised(laptop: Laptop, study: Study) -> None:
    sitting = sit(laptop, study, "r" * 10)
    revised = sitting.attempt.items[3].question_id
    questions = tuple(replace(q, text="New?", revision=2) if q.id == revised else q for q in BANK.questions)
    laptop.publish(replace(BANK, questions=questions))
    study.catalogue.refresh()
    answers = review.report(study, sitting.attempt.id).answers
    assert [answer.index for answer in answers if answer.is_revised] == [3]
    assert answers[3].shown is not None
    assert answers[3].shown.question.text == "New?"


def test_a_question_that_left_the_library_is_reported_without_its_text(laptop: Laptop, study: Study) -> None:
    sitting = sit(laptop, study, "r" * 10)
    gone = sitting.attempt.items[2].question_id
    laptop.publish(replace(BANK, questions=tuple(q for q in BANK.questions if q.id != gone)))
    study.catalogue.refresh()
    report = review.report(study, sitting.attempt.id)
    assert [answer.index for answer in report.answers if answer.shown is None] == [2]
    assert report.right == 10
    assert sum(o.questions for o in report.objectives) == 9


def test_without_the_exam_in_the_library_the_result_stays(laptop: Laptop, study: Study) -> None:
    sitting = sit(laptop, study, "rrrrrrrwww")
    pointer_file(laptop.packs, "golden").unlink()
    study.catalogue.refresh()
    report = review.report(study, sitting.attempt.id)
    assert (report.exam, report.exam_name, report.cut, report.objectives) == (None, "golden", None, ())
    assert (report.right, report.raw, report.summary.scaled) == (7, 7, 832)
    assert all(answer.shown is None for answer in report.answers)
    assert [answer.index for answer in review.filtered(report.answers, ReviewFilter.WRONG, 10)] == [7, 8, 9]


def test_only_finished_attempts_have_a_report(study: Study) -> None:
    sitting = exam.start(study, "golden", seed=1)
    for attempt_id in (sitting.attempt.id, "unknown"):
        with pytest.raises(UnknownAttempt, match="no finished attempt"):
            review.report(study, attempt_id)


def test_the_history_has_the_latest_first_and_not_what_waits(laptop: Laptop, study: Study) -> None:
    first, second = sit(laptop, study, "r" * 10), sit(laptop, study, "w" * 10, seed=2)
    session = practice.start(study, "golden", seed=1, count=2)
    session.finish()
    practice.start(study, "golden", seed=1, count=2)
    listed = [row.summary.id for row in review.history_rows(study)]
    assert listed == [session.attempt.id, second.attempt.id, first.attempt.id]


def test_the_report_says_how_often_an_exam_was_interrupted(laptop: Laptop, study: Study) -> None:
    sitting = exam.start(study, "golden", seed=1)
    laptop.advance(60_000)
    sitting.tick()
    sitting.suspend()
    resumed = exam.resume(laptop.open(), sitting.attempt.id)
    resumed.submit()
    assert review.report(study, sitting.attempt.id).summary.interruptions == 2


def test_the_history_table_says_how_each_attempt_went(laptop: Laptop, study: Study) -> None:
    plan = "rrrrrwwwww"
    sat = sit(laptop, study, plan)
    session = practice.start(study, "golden", seed=1, count=4)
    session.check(wrong_choice(session.current.question))
    session.finish()
    laptop.advance(60_000)
    nothing = practice.start(study, "golden", seed=2, count=2)
    nothing.finish()
    rows = review.history_rows(study, "golden")
    assert [row.summary.id for row in rows] == [nothing.attempt.id, session.attempt.id, sat.attempt.id]
    assert [(row.right, row.counted, row.share) for row in rows] == [(0, 0, None), (0, 1, 0.0), (5, 10, 0.5)]
    exam_row = rows[2]
    report = review.report(study, sat.attempt.id)
    weakest = min(report.objectives, key=lambda o: (o.share, o.right - o.questions))
    assert exam_row.weakest is not None
    assert (exam_row.weakest.name, exam_row.weakest.share) == (weakest.name, weakest.share)
    assert exam_row.exam == report.exam
    asked = session.shown[session.attempt.items[0].question_id]
    assert rows[1].weakest is not None
    assert (rows[1].weakest.name, rows[1].weakest.questions) == (asked.objective_name, 1)
    assert rows[0].weakest is None


def test_a_history_row_without_a_miss_has_no_weakest_objective(laptop: Laptop, study: Study) -> None:
    sit(laptop, study, "r" * 10)
    assert [row.weakest for row in review.history_rows(study, "golden")] == [None]


def test_the_history_table_is_read_in_pages_and_by_kind(laptop: Laptop, study: Study) -> None:
    sat = [sit(laptop, study, "r" * 10, seed=seed).attempt.id for seed in range(3)]
    session = practice.start(study, "golden", seed=1, count=2)
    session.finish()
    ids = [session.attempt.id, *sat[::-1]]
    assert [row.summary.id for row in review.history_rows(study, "golden", limit=3)] == ids[:3]
    assert [row.summary.id for row in review.history_rows(study, limit=3, offset=3)] == ids[3:]
    assert [row.summary.id for row in review.history_rows(study, None, Mode.EXAM)] == sat[::-1]
    assert [review.history_count(study, "golden", mode) for mode in (None, Mode.EXAM, Mode.PRACTICE)] == [4, 3, 1]
    assert review.history_rows(study, "another") == []


def test_the_history_table_stays_when_the_library_loses_the_exam(laptop: Laptop, study: Study) -> None:
    sit(laptop, study, "rrrrrrrwww")
    pointer_file(laptop.packs, "golden").unlink()
    study.catalogue.refresh()
    (row,) = review.history_rows(study)
    assert (row.exam, row.weakest, row.right, row.summary.scaled) == (None, None, 7, 832)


def test_a_deleted_exam_is_in_no_list_and_no_comparison_until_it_is_restored(laptop: Laptop, study: Study) -> None:
    plans = ["r" * 10, "w" * 10, "r" * 10]
    first, second, third = (sit(laptop, study, plan, seed=seed).attempt.id for seed, plan in enumerate(plans))
    review.delete_attempt(study, second)
    assert [row.summary.id for row in review.history_rows(study)] == [third, first]
    assert [o.change for o in review.report(study, third).objectives] == [0, 0]
    with pytest.raises(UnknownAttempt, match="deleted"):
        review.report(study, second)
    with pytest.raises(UnknownAttempt, match="deleted already"):
        review.delete_attempt(study, second)
    review.restore_attempt(study, second)
    assert [row.summary.id for row in review.history_rows(study)] == [third, second, first]
    assert [o.change for o in review.report(study, third).objectives] == [100, 100]


def test_an_unfinished_exam_that_was_deleted_comes_back_with_its_time_and_answers(laptop: Laptop, study: Study) -> None:
    sitting = exam.start(study, "golden", seed=1)
    sitting.visit(3)
    laptop.advance(4000)
    sitting.tick()
    sitting.answer(sitting.current.question.key)
    suspended = sitting.suspend()
    review.delete_attempt(study, sitting.attempt.id)
    assert exam.offer(study, "golden").unfinished == ()
    with pytest.raises(KeyError):
        exam.resume(study, sitting.attempt.id)
    review.restore_attempt(study, sitting.attempt.id)
    assert [summary.id for summary in exam.offer(study, "golden").unfinished] == [sitting.attempt.id]
    resumed = exam.resume(study, sitting.attempt.id).attempt
    assert (resumed.elapsed_ms, resumed.position) == (suspended.elapsed_ms, 3)
    assert resumed.answers == suspended.answers


def test_a_waiting_practice_session_that_was_deleted_is_not_offered(study: Study) -> None:
    session = practice.start(study, "golden", seed=1, count=3)
    session.check(session.current.question.key)
    review.delete_attempt(study, session.attempt.id)
    offer = practice.offer(study, "golden")
    assert offer.unfinished == ()
    assert offer.counts[practice.Selection.UNSEEN] == 19
    with pytest.raises(KeyError):
        practice.resume(study, session.attempt.id)
    review.restore_attempt(study, session.attempt.id)
    assert len(practice.offer(study, "golden").unfinished) == 1


def test_the_report_names_extra_time(laptop: Laptop, study: Study) -> None:
    sitting = exam.start(study, "golden", seed=1, time_percent=150)
    sitting.submit()
    summary = review.report(study, sitting.attempt.id).summary
    assert (summary.time_percent, summary.limit_ms) == (150, 150_000)
