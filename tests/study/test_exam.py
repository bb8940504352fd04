"""Sitting a timed exam: the clock, every command, the end, and what a crash leaves."""

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest
from msgspec.structs import replace

from pingtopass_desktop.domain.attempt import Attempt, IllegalCommand, Mode, Phase
from pingtopass_desktop.domain.exam import MultipleResponseRule, Navigation
from pingtopass_desktop.domain.question import Confidence, QuestionType
from pingtopass_desktop.learner import attempts, memory
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.database import StoreUnavailable
from pingtopass_desktop.library.catalogue import UnknownExam
from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.study import exam, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.exam import CannotDrawForm, ExamSitting
from pingtopass_desktop.study.sitting import QuestionsMissing
from tests.fakes.banks import make_bank, make_question
from tests.fakes.laptop import Laptop, wrong_choice

MINUTE = 60_000
HOUR = 60 * MINUTE
LIMIT = 90 * MINUTE


@pytest.fixture
def sitting(study: Study) -> ExamSitting:
    return exam.start(study, "net-101", seed=1)


def run(laptop: Laptop, sitting: ExamSitting, ms: int) -> Attempt:
    """Let time pass with two ticks a second, as the window does."""
    while ms > 0:
        laptop.advance(min(500, ms))
        ms -= 500
        sitting.tick()
    return sitting.attempt


def events(study: Study) -> int:
    return study.store.db.execute("SELECT count(*) FROM events").fetchone()[0]


def result(study: Study) -> AttemptSummary:
    return attempts.summaries(study.store.db, is_finished=True)[0]


def timed(attempt: Attempt) -> Attempt:
    """Without the entries of questions on which no time was spent."""
    return replace(attempt, item_ms={index: ms for index, ms in attempt.item_ms.items() if ms})


def answer_right(sitting: ExamSitting, confidence: Confidence | None = None) -> Attempt:
    return sitting.answer(sitting.current.question.key, confidence)


def test_an_exam_begins_with_a_full_form_and_all_its_time(study: Study, sitting: ExamSitting) -> None:
    attempt = sitting.attempt
    assert (len(attempt.items), attempt.position, attempt.phase) == (65, 0, Phase.RUNNING)
    assert attempt.remaining_ms == LIMIT
    assert attempt.rules.mode is Mode.EXAM
    question = sitting.current.question
    assert question.id == attempt.items[0].question_id
    assert sorted(attempt.item.order) == sorted(option.id for option in question.options)
    assert sitting.current.objective_title
    assert study.store.pending() == 1


def test_the_same_seed_gives_the_same_form(study: Study, sitting: ExamSitting) -> None:
    assert exam.start(study, "NET-101", seed=1).attempt.items == sitting.attempt.items
    assert exam.start(study, "net-101", seed=2).attempt.items != sitting.attempt.items


def test_the_offer_states_the_exam_as_it_will_be(study: Study) -> None:
    offer = exam.offer(study, "net-101")
    assert [line.questions for line in offer.blueprint] == [15, 13, 12, 9, 16]
    assert [line.weight for line in offer.blueprint] == [23, 20, 19, 14, 24]
    assert all(line.unseen == line.stock >= line.questions for line in offer.blueprint)
    assert (offer.shortfall, offer.unfinished, offer.has_multi_select) == ((), (), True)


def test_the_offer_counts_what_was_seen_and_lists_what_waits(
    laptop: Laptop, study: Study, sitting: ExamSitting
) -> None:
    answer_right(sitting)
    sitting.submit()
    waiting = exam.start(study, "net-101", seed=3)
    offer = exam.offer(study, "net-101")
    assert sum(line.stock - line.unseen for line in offer.blueprint) == 1
    assert [summary.id for summary in offer.unfinished] == [waiting.attempt.id]


def test_an_unknown_exam_is_named(study: Study) -> None:
    with pytest.raises(UnknownExam, match="'net-999'"):
        exam.start(study, "net-999", seed=1)


def test_a_right_answer_is_on_disk_before_the_screen_shows_it(laptop: Laptop, sitting: ExamSitting) -> None:
    attempt = answer_right(sitting, Confidence.SURE)
    assert attempt.answers[0].is_correct
    loaded = attempts.load_attempt(laptop.open().store.db, attempt.id)
    assert loaded is not None
    assert loaded[0].answers == attempt.answers


def test_an_answer_can_be_changed_and_taken_back(sitting: ExamSitting) -> None:
    answer_right(sitting)
    changed = sitting.answer(wrong_choice(sitting.current.question))
    assert (changed.answers[0].is_correct, changed.answers[0].first_correct, changed.answers[0].changes) == (
        False,
        True,
        1,
    )
    taken_back = sitting.answer(())
    assert 0 in taken_back.unanswered


def test_an_answer_that_does_not_fit_the_question_changes_nothing(study: Study, sitting: ExamSitting) -> None:
    before = events(study)
    with pytest.raises(ValueError, match="does not"):
        sitting.answer(("no such option",))
    assert sitting.attempt.answers == {}
    assert events(study) == before


def test_flags_and_strikes_are_kept_and_can_be_taken_off(laptop: Laptop, sitting: ExamSitting) -> None:
    option = sitting.attempt.item.order[0]
    sitting.flag(True)
    sitting.strike(option, True)
    sitting.visit(4)
    sitting.flag(True)
    sitting.flag(False)
    loaded = attempts.load_attempt(laptop.open().store.db, sitting.attempt.id)
    assert loaded is not None
    assert loaded[0].flagged == sitting.attempt.flagged == {0}
    assert loaded[0].struck == {0: {option}}
    assert loaded[0].position == 4


def test_a_refused_command_writes_nothing(study: Study, sitting: ExamSitting) -> None:
    before = events(study)
    for command in (lambda: sitting.visit(65), lambda: sitting.visit(-1), lambda: sitting.strike("zz", True)):
        with pytest.raises(IllegalCommand):
            command()
    assert events(study) == before
    assert sitting.attempt.position == 0


def test_a_disk_that_takes_nothing_leaves_the_attempt_as_it_was(study: Study, sitting: ExamSitting) -> None:
    before = sitting.attempt
    study.store.db.execute("PRAGMA query_only = ON")
    commands: list[Callable[[], Attempt]] = [
        lambda: answer_right(sitting),
        lambda: sitting.flag(True),
        lambda: sitting.strike(sitting.attempt.item.order[0], True),
        lambda: sitting.visit(3),
        lambda: sitting.submit(),
    ]
    for command in commands:
        with pytest.raises(StoreUnavailable):
            command()
        assert sitting.attempt == before
    study.store.db.execute("PRAGMA query_only = OFF")
    assert answer_right(sitting).answers[0].is_correct
    assert sitting.submit().is_finished


def test_time_is_counted_on_the_question_shown(laptop: Laptop, sitting: ExamSitting) -> None:
    run(laptop, sitting, 3000)
    sitting.visit(5)
    run(laptop, sitting, 2000)
    assert sitting.attempt.item_ms == {0: 3000, 5: 2000}
    assert sitting.attempt.remaining_ms == LIMIT - 5000


@pytest.mark.parametrize(
    ("gap", "counted", "interruptions"), [(4999, 4999, 0), (5000, 5000, 0), (5001, 0, 1), (8 * HOUR, 0, 1)]
)
def test_a_gap_of_more_than_five_seconds_does_not_count_and_is_an_interruption(
    laptop: Laptop, sitting: ExamSitting, gap: int, counted: int, interruptions: int
) -> None:
    laptop.advance(gap)
    attempt = sitting.tick()
    assert (attempt.elapsed_ms, attempt.interruptions) == (counted, interruptions)
    run(laptop, sitting, 1000)
    assert sitting.attempt.elapsed_ms == counted + 1000


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_setting_the_clock_of_the_machine_changes_nothing(laptop: Laptop, sitting: ExamSitting, jump: int) -> None:
    run(laptop, sitting, 1000)
    laptop.wall.advance(jump)
    run(laptop, sitting, 1000)
    answer_right(sitting)
    assert (sitting.attempt.elapsed_ms, sitting.attempt.interruptions) == (2000, 0)
    sitting.suspend()
    laptop.wall.advance(-3 * jump)
    resumed = exam.resume(laptop.open(), sitting.attempt.id)
    assert resumed.attempt.elapsed_ms == 2000


def test_a_monotonic_clock_that_errs_backwards_takes_no_time_away(laptop: Laptop, sitting: ExamSitting) -> None:
    run(laptop, sitting, 1000)
    laptop.monotonic.advance(-700)
    assert sitting.tick().elapsed_ms == 1000


def test_a_suspended_exam_resumes_with_the_time_it_had(laptop: Laptop, sitting: ExamSitting) -> None:
    answer_right(sitting)
    sitting.visit(7)
    run(laptop, sitting, 90_250)
    suspended = sitting.suspend()
    assert suspended.phase is Phase.SUSPENDED
    laptop.advance(20 * HOUR)
    laptop.monotonic.now_ms = 12  # The machine was started anew.
    resumed = exam.resume(laptop.open(), suspended.id)
    assert timed(resumed.attempt) == timed(replace(suspended, phase=Phase.RUNNING, interruptions=1))
    assert resumed.attempt.remaining_ms == LIMIT - 90_250
    assert resumed.current.question == sitting.current.question
    run(laptop, resumed, 1000)
    assert resumed.attempt.elapsed_ms == 91_250


def test_suspending_twice_is_harmless(sitting: ExamSitting) -> None:
    assert sitting.suspend() == sitting.suspend()
    assert sitting.tick().phase is Phase.SUSPENDED


def test_after_a_crash_the_exam_resumes_with_the_time_of_the_last_tick(laptop: Laptop, sitting: ExamSitting) -> None:
    answer_right(sitting, Confidence.GUESS)
    sitting.visit(3)
    sitting.flag(True)
    run(laptop, sitting, 12_000)
    laptop.advance(400)
    before = sitting.attempt
    resumed = exam.resume(laptop.open(), before.id)
    assert timed(resumed.attempt) == timed(replace(before, interruptions=1))
    assert resumed.attempt.elapsed_ms == 12_000


def test_a_crash_after_answering_keeps_the_answer_and_its_time(laptop: Laptop, sitting: ExamSitting) -> None:
    run(laptop, sitting, 3000)
    laptop.advance(300)
    answer_right(sitting)
    resumed = exam.resume(laptop.open(), sitting.attempt.id)
    assert resumed.attempt.elapsed_ms == 3300
    assert resumed.attempt.answers == sitting.attempt.answers


def test_a_lost_clock_file_costs_only_the_time_since_the_last_event(laptop: Laptop, sitting: ExamSitting) -> None:
    run(laptop, sitting, 3000)
    answer_right(sitting)
    run(laptop, sitting, 3000)
    study = laptop.open()
    exam.clock_path(study, sitting.attempt.id).unlink()
    assert exam.resume(study, sitting.attempt.id).attempt.elapsed_ms == 3000


def test_the_clock_file_of_a_deleted_exam_goes_and_its_time_stays(laptop: Laptop, sitting: ExamSitting) -> None:
    run(laptop, sitting, 3000)
    sitting.visit(4)
    run(laptop, sitting, 7500)  # only the clock file knows of these
    study = laptop.open()
    waiting = exam.start(study, "net-101", seed=2)
    ended = exam.start(study, "net-101", seed=3)
    run(laptop, ended, 1000)
    left_over = exam.clock_path(study, ended.attempt.id).read_bytes()
    ended.submit()
    exam.clock_path(study, ended.attempt.id).write_bytes(left_over)  # as a crash right after the last event leaves it
    unknown = exam.clock_path(study, "of-another-backup")
    unknown.write_bytes(left_over)
    review.delete_attempt(study, sitting.attempt.id)
    exam.tidy_clocks(study)
    assert set(study.clocks.iterdir()) == {exam.clock_path(study, waiting.attempt.id), unknown}
    review.restore_attempt(study, sitting.attempt.id)
    resumed = exam.resume(study, sitting.attempt.id)
    assert timed(resumed.attempt) == timed(replace(sitting.attempt, interruptions=1))
    assert resumed.attempt.elapsed_ms == 10_500


def test_random_crashes_lose_nothing_that_was_shown(laptop: Laptop, study: Study) -> None:
    random = Random(4)
    sitting = exam.start(study, "net-101", seed=5)
    crashes = 0
    for _ in range(250):
        run(laptop, sitting, random.choice([500, 1500, 4000]))
        question = sitting.current.question
        command = random.choice(["right", "wrong", "flag", "visit", "crash", "suspend"])
        if command == "right":
            answer_right(sitting)
        elif command == "wrong":
            sitting.answer(wrong_choice(question))
        elif command == "flag":
            sitting.flag(random.random() < 0.5)
        elif command == "visit":
            sitting.visit(random.randrange(65))
        else:
            crashes += 1
            before = sitting.attempt
            if command == "suspend":
                sitting.suspend()
            if crashes % 10 == 0:
                laptop.close()
            sitting = exam.resume(laptop.open(), before.id)
            assert timed(sitting.attempt) == timed(replace(before, interruptions=before.interruptions + 1))
    assert crashes > 40
    final = sitting.submit()
    assert result(laptop.opened[-1]).interruptions == crashes
    assert result(laptop.opened[-1]).elapsed_ms == final.elapsed_ms


def test_interruptions_of_a_program_that_then_crashes_are_kept(laptop: Laptop, sitting: ExamSitting) -> None:
    laptop.advance(HOUR)
    sitting.tick()
    assert exam.resume(laptop.open(), sitting.attempt.id).attempt.interruptions == 2


def test_an_exam_submits_itself_when_the_time_is_up(laptop: Laptop, study: Study, sitting: ExamSitting) -> None:
    answer_right(sitting)
    run(laptop, sitting, LIMIT - 1)
    assert not sitting.attempt.is_finished
    laptop.advance(1)
    assert sitting.tick().is_finished
    summary = result(study)
    assert (summary.reason, summary.raw, summary.elapsed_ms) == ("expired", Fraction(1), LIMIT)
    assert not exam.clock_path(study, sitting.attempt.id).exists()
    assert attempts.packs_in_use(study.store.db) == set()


def test_an_answer_that_comes_after_the_time_is_up_does_not_count(laptop: Laptop, study: Study) -> None:
    sitting = exam.start(study, "net-101", seed=1)
    run(laptop, sitting, LIMIT - 1000)
    laptop.advance(1200)
    attempt = answer_right(sitting)
    assert attempt.is_finished
    assert attempt.answers == {}
    assert (result(study).raw, result(study).reason) == (Fraction(0), "expired")


def test_an_exam_that_crashed_without_time_left_expires_on_the_first_tick(laptop: Laptop, sitting: ExamSitting) -> None:
    run(laptop, sitting, LIMIT - 500)
    sitting.suspend()
    study = laptop.open()
    resumed = exam.resume(study, sitting.attempt.id)
    run(laptop, resumed, 500)
    assert resumed.attempt.is_finished
    assert result(study).reason == "expired"


def test_a_finished_exam_ignores_further_commands(study: Study, sitting: ExamSitting) -> None:
    finished = sitting.submit()
    before = events(study)
    assert answer_right(sitting) == finished
    assert sitting.flag(True) == sitting.visit(3) == sitting.strike("a", True) == finished
    assert sitting.tick() == sitting.submit() == sitting.suspend() == finished
    assert events(study) == before


@pytest.mark.parametrize(
    ("percent", "limit"), [(100, LIMIT), (125, LIMIT * 5 // 4), (150, LIMIT * 3 // 2), (200, LIMIT * 2)]
)
def test_extra_time_makes_the_limit_longer(laptop: Laptop, study: Study, percent: int, limit: int) -> None:
    sitting = exam.start(study, "net-101", seed=1, time_percent=percent)
    assert sitting.attempt.remaining_ms == limit
    sitting.suspend()
    resumed = exam.resume(laptop.open(), sitting.attempt.id)
    assert (resumed.attempt.remaining_ms, resumed.attempt.rules.time_percent) == (limit, percent)


def test_a_finished_exam_has_the_score_of_its_answers(laptop: Laptop, study: Study, sitting: ExamSitting) -> None:
    for index in range(65):
        sitting.visit(index)
        run(laptop, sitting, 1000)
        if index < 47:
            answer_right(sitting)
        elif index < 60:
            sitting.answer(wrong_choice(sitting.current.question))
    sitting.submit()
    summary = result(study)
    assert (summary.raw, summary.scaled, summary.passed, summary.reason) == (47, 720, True, "submitted")
    assert (summary.answered_count, summary.elapsed_ms) == (60, 65_000)
    loaded = attempts.load_attempt(study.store.db, sitting.attempt.id)
    assert loaded is not None
    assert loaded[0].item_ms == dict.fromkeys(range(65), 1000)
    right = memory.history(study.store.db, sitting.attempt.items[0].question_id)
    wrong = memory.history(study.store.db, sitting.attempt.items[50].question_id)
    assert right is not None
    assert wrong is not None
    assert (right.results, wrong.results) == ((True,), (False,))
    assert memory.history(study.store.db, sitting.attempt.items[64].question_id) is None


@pytest.mark.parametrize(
    ("rule", "raw"),
    [
        (MultipleResponseRule.ALL_OR_NOTHING, Fraction(0)),
        (MultipleResponseRule.PER_OPTION, Fraction(9, 4)),
        (MultipleResponseRule.RIGHT_MINUS_WRONG, Fraction(3, 2)),
    ],
)
def test_partial_credit_follows_the_rule_of_the_exam(
    bare_laptop: Laptop, rule: MultipleResponseRule, raw: Fraction
) -> None:
    """Three questions of four options with keys a and c; only a is marked in each."""
    bank = make_bank(1, weights=(100,), question_count=3, multiple_response_rule=rule)
    multi = [make_question(n, QuestionType.MULTI_SELECT, keys=(0, 2)) for n in (1, 2, 3)]
    bare_laptop.publish(replace(bank, questions=tuple(multi)))
    study = bare_laptop.open()
    sitting = exam.start(study, "golden", seed=1)
    for index in range(3):
        sitting.visit(index)
        assert not sitting.answer(("a",)).answers[index].is_correct
    sitting.submit()
    assert result(study).raw == raw


def test_a_forward_only_exam_does_not_go_back_even_after_a_crash(bare_laptop: Laptop) -> None:
    bare_laptop.publish(make_bank(6, navigation=Navigation.FORWARD_ONLY))
    sitting = exam.start(bare_laptop.open(), "golden", seed=1)
    sitting.visit(3)
    with pytest.raises(IllegalCommand, match="does not go back"):
        sitting.visit(2)
    resumed = exam.resume(bare_laptop.open(), sitting.attempt.id)
    assert resumed.attempt.position == 3
    with pytest.raises(IllegalCommand, match="does not go back"):
        resumed.visit(0)


def test_a_bank_that_is_too_small_names_each_objective_and_what_is_missing(bare_laptop: Laptop) -> None:
    bank = make_bank(3, weights=(50, 30, 20), question_count=10)
    bare_laptop.publish(replace(bank, questions=bank.questions[:7]))
    study = bare_laptop.open()
    with pytest.raises(CannotDrawForm) as caught:
        exam.start(study, "golden", seed=1)
    assert str(caught.value) == (
        "Golden (GLD-1) cannot be drawn yet. 1 Objective 1: 2 missing (needs 5, has 3); "
        "3 Objective 3: 1 missing (needs 2, has 1). Import more questions for these objectives."
    )
    assert exam.offer(study, "golden").shortfall == caught.value.shortfall
    assert study.store.pending() == 0


def test_a_second_exam_on_the_same_day_repeats_no_question_while_there_are_others(bare_laptop: Laptop) -> None:
    bare_laptop.publish(make_bank(9, weights=(50, 50), question_count=6))
    study = bare_laptop.open()
    drawn: list[set[str]] = []
    for seed in range(4):
        sitting = exam.start(study, "golden", seed=seed)
        for index in range(6):
            sitting.visit(index)
            answer_right(sitting)
        sitting.submit()
        drawn.append({item.question_id for item in sitting.attempt.items})
        bare_laptop.advance(HOUR)
    assert len(drawn[0] | drawn[1] | drawn[2]) == 18
    assert drawn[3] == drawn[0], "then those answered longest ago"


def test_questions_of_an_exam_that_waits_count_as_recently_answered(bare_laptop: Laptop) -> None:
    bare_laptop.publish(make_bank(6, weights=(100,), question_count=3))
    study = bare_laptop.open()
    waiting = exam.start(study, "golden", seed=1)
    for index in range(3):
        waiting.visit(index)
        answer_right(waiting)
    other = exam.start(study, "golden", seed=1)
    assert not {i.question_id for i in other.attempt.items} & {i.question_id for i in waiting.attempt.items}


def test_an_exam_goes_on_with_the_release_that_it_started_with(bare_laptop: Laptop) -> None:
    bank = make_bank(6)
    bare_laptop.publish(bank)
    sitting = exam.start(bare_laptop.open(), "golden", seed=1)
    revised = tuple(replace(q, text="Revised?", revision=2) for q in bank.questions)
    bare_laptop.publish(replace(bank, questions=revised))
    resumed = exam.resume(bare_laptop.open(), sitting.attempt.id)
    assert resumed.current == sitting.current


def test_an_exam_whose_release_is_gone_goes_on_with_the_one_in_force(bare_laptop: Laptop) -> None:
    bank = make_bank(6)
    old = bare_laptop.publish(bank)
    sitting = exam.start(bare_laptop.open(), "golden", seed=1)
    bare_laptop.publish(replace(bank, questions=tuple(replace(q, reference="new") for q in bank.questions)))
    old.unlink()
    resumed = exam.resume(bare_laptop.open(), sitting.attempt.id)
    assert resumed.current.question.reference == "new"


def test_an_exam_whose_questions_are_gone_says_which_bank_to_import(bare_laptop: Laptop) -> None:
    bank = make_bank(6)
    path = bare_laptop.publish(bank)
    sitting = exam.start(bare_laptop.open(), "golden", seed=1)
    sitting.suspend()
    pointer_file(bare_laptop.packs, "golden").unlink()
    path.unlink()
    with pytest.raises(QuestionsMissing, match="'golden' are not in the library"):
        exam.resume(bare_laptop.open(), sitting.attempt.id)
    bare_laptop.publish(replace(bank, questions=bank.questions[:1]))
    with pytest.raises(QuestionsMissing, match="of 10 questions of this exam"):
        exam.resume(bare_laptop.open(), sitting.attempt.id)
    bare_laptop.publish(bank)
    assert exam.resume(bare_laptop.open(), sitting.attempt.id).attempt.items == sitting.attempt.items


def test_an_unknown_or_finished_exam_does_not_resume(study: Study, sitting: ExamSitting) -> None:
    sitting.submit()
    for attempt_id in (sitting.attempt.id, "unknown"):
        with pytest.raises(KeyError):
            exam.resume(study, attempt_id)


def test_the_longest_exam_fits_into_the_events_of_its_start_and_end(bare_laptop: Laptop) -> None:
    bank = make_bank(300, weights=(100,), question_count=300)
    bare_laptop.publish(replace(bank, questions=tuple(replace(q, revision=12) for q in bank.questions)))
    study = bare_laptop.open()
    sitting = exam.start(study, "golden", seed=1)
    sitting.submit()
    assert result(study).question_count == 300
