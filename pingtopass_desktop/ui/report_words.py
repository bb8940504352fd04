"""A report in words, the same on the page, in the PDF and in the comparison."""

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study.review import SLOW_FACTOR, ScoreReport
from pingtopass_desktop.ui.widgets.basics import duration, plural
from pingtopass_desktop.ui.words import date_text

GOOD_SHARE, FAIR_SHARE, WEAK_SHARE = 0.8, 0.7, 0.5


def share_token(share: float) -> str:
    """The colour of a share of right answers."""
    if share >= GOOD_SHARE:
        return "good"
    if share >= FAIR_SHARE:
        return "primary"
    return "warn" if share >= WEAK_SHARE else "bad"


def title_words(report: ScoreReport) -> str:
    return "Score report" if report.summary.mode is Mode.EXAM else "Practice result"


def subtitle_words(report: ScoreReport) -> str:
    """``Network Essentials · timed exam · 22 November, 1 h 18 min of 1 h 30 min``"""
    summary = report.summary
    kind = "timed exam" if summary.mode is Mode.EXAM else f"practice · {summary.label or 'all objectives'}"
    words = f"{report.exam_name} · {kind} · {date_text(summary.finished_at or 0)}, {time_words(report)}"
    if summary.reason == "expired":
        words += " · the time ran out"
    if summary.interruptions and summary.mode is Mode.EXAM:
        words += f" · interrupted {plural(summary.interruptions, 'time')}, the clock stood still"
    return words


def time_words(report: ScoreReport) -> str:
    """``1 h 18 min of 1 h 30 min``; extra time is named, for it was part of the rules."""
    summary = report.summary
    words = duration(summary.elapsed_ms)
    if summary.limit_ms:
        words += f" of {duration(summary.limit_ms)}"
        if summary.time_percent != 100:
            words += f" (× {summary.time_percent / 100:g} extra time)"
    return words


def points_words(report: ScoreReport) -> str:
    """``48 of 65 correct (74%)``; with partial credit ``48.5 of 65 points, 47 correct (72%)``."""
    share = f"({report.right / report.question_count:.0%})"
    if report.raw == report.right:
        return f"{report.right} of {report.question_count} correct {share}"
    return f"{float(report.raw):.4g} of {report.question_count} points, {report.right} correct {share}"


def pace_words(report: ScoreReport) -> list[str]:
    """How long the questions took, in one or two sentences."""
    times = [bar.seconds for bar in report.pace if bar.is_answered]
    if not times:
        return []
    words = f"{round(sum(times) / len(times))} s on average for each question answered"
    if report.even_pace_s is None:
        return [f"{words}."]
    slow = sum(seconds > SLOW_FACTOR * report.even_pace_s for seconds in times)
    sentences = [f"{words}; the even pace is {report.even_pace_s} s."]
    if slow:
        sentences.append(f"{plural(slow, 'question')} took more than {SLOW_FACTOR:g} times the even pace.")
    return sentences


def changes_words(report: ScoreReport) -> str:
    """How often answers were changed, and to what end."""
    if not report.changes:
        return "No answer was changed."
    neither = report.changes - report.right_to_wrong - report.wrong_to_right
    parts = [
        (report.right_to_wrong, "from right to wrong"),
        (report.wrong_to_right, "from wrong to right"),
        (neither, "neither to nor from right"),
    ]
    outcome = ", ".join(f"{count} {words}" for count, words in parts if count)
    return f"{plural(report.changes, 'answer')} changed: {outcome}."


def facts(report: ScoreReport) -> list[tuple[str, str]]:
    """What a document states of an attempt: names and values."""
    summary, exam = report.summary, report.exam
    rows: list[tuple[str, str]] = []
    if summary.mode is Mode.EXAM:
        rows.append(("Result", "Pass" if summary.passed else "Fail"))
        scale = f" on a scale from {exam.scale_min} to {exam.scale_max}" if exam else ""
        rows.append(("Scaled score", f"{summary.scaled}{scale}"))
        if exam:
            rows.append(
                ("Pass mark", f"{exam.pass_scaled}, which takes {report.cut} of {report.question_count} points")
            )
        rows.append(("Points", points_words(report)))
    else:
        rows.append(("Session", summary.label or "All objectives"))
        share = f" ({report.right / summary.answered_count:.0%})" if summary.answered_count else ""
        rows.append(("Right answers", f"{report.right} of {summary.answered_count} answered{share}"))
        left = report.question_count - summary.answered_count
        if left:
            rows.append(("Left unanswered", f"{plural(left, 'question')}, not counted"))
    rows.append(("Time used", time_words(report)))
    if summary.mode is Mode.EXAM:
        rows.append(("Ended", "When the time ran out" if summary.reason == "expired" else "Submitted in time"))
        count = summary.interruptions
        interrupted = f"{plural(count, 'time')}; the clock stood still meanwhile" if count else "None"
        rows.append(("Interruptions", interrupted))
    return rows
