"""From a choice to credit, from credit to a raw and a scaled score. Exact: fractions, no floats."""

import math
from fractions import Fraction

from pingtopass_desktop.domain.exam import Exam, MultipleResponseRule
from pingtopass_desktop.domain.question import Choice, Question, QuestionType, fitting_choice


def credit(question: Question, choice: Choice, rule: MultipleResponseRule) -> Fraction:
    """The share of one point that a choice earns, 0 to 1.

    One key: 1 or 0. Several keys by `rule`: the whole set or nothing; the share of options marked rightly
    (chosen keys and unchosen distractors); or max(0, (right - wrong) / keys). Ordering and matching are all or
    nothing, save under `per_option`: the share of steps in place or pairs that fit. Not answered earns 0.
    """
    if not choice:
        return Fraction(0)
    if question.type is QuestionType.ORDERING:
        hits = sum(given == right for given, right in zip(choice, question.key, strict=False))
        return _share(hits, len(question.options), rule)
    if question.type is QuestionType.MATCHING:
        partner = {option.id: option.match for option in question.options}
        pairs = (pair.split("=", 1) for pair in fitting_choice(question, choice))
        hits = sum(partner[left] == partner[right] for left, right in pairs)
        return _share(hits, len(question.options), rule)
    keys = set(question.key)
    chosen = set(choice)
    if question.type.has_one_key or rule is MultipleResponseRule.ALL_OR_NOTHING:
        return Fraction(int(chosen == keys))
    if rule is MultipleResponseRule.PER_OPTION:
        rightly = sum((option.id in chosen) == (option.id in keys) for option in question.options)
        return Fraction(rightly, len(question.options))
    return max(Fraction(0), Fraction(len(chosen & keys) - len(chosen - keys), len(keys)))


def is_right(question: Question, choice: Choice) -> bool:
    """True when the whole answer is right, whatever the exam's rule for partial credit."""
    return credit(question, choice, MultipleResponseRule.ALL_OR_NOTHING) == 1


def scaled_score(raw: Fraction | int, question_count: int, exam: Exam) -> int:
    """The practice estimate of the scaled score: piecewise linear through the cut, rounded half up.

    raw <= cut: lo + (pass - lo) * raw / cut; above: pass + (hi - pass) * (raw - cut) / (N - cut). A raw score below
    the cut is never rounded up to the pass mark. `raw` is in points, `question_count` is N.
    """
    raw = Fraction(raw)
    cut = scaled_cut(question_count, exam)
    low, high, passing = exam.scale_min, exam.scale_max, exam.pass_scaled
    if raw < cut:
        return min(_round_half_up(low + Fraction(passing - low) * raw / cut), passing - 1)
    if raw == cut or question_count == cut:
        return passing
    return _round_half_up(passing + Fraction(high - passing) * (raw - cut) / (question_count - cut))


def scaled_cut(question_count: int, exam: Exam) -> int:
    """The raw score that passes a form of `question_count` items: the stated cut, in proportion on a shorter form."""
    if question_count == exam.question_count:
        return exam.cut_count
    return -(-exam.cut_count * question_count // exam.question_count)


def cut_from_permille(permille: int, question_count: int) -> int:
    """The smallest whole number of questions that reaches a share in thousandths, in integers.

    A float `ceil` errs here: 0.7 * 10 is 7.000000000000001.
    """
    return -(-permille * question_count // 1000)


def _share(hits: int, size: int, rule: MultipleResponseRule) -> Fraction:
    if rule is MultipleResponseRule.PER_OPTION:
        return Fraction(hits, size)
    return Fraction(int(hits == size))


def _round_half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))
