"""What the learner has seen and knows, and what is due, by objective and day: counters over `question_memory`.

Which objective a question belongs to is placed from the packs in force. A question counts as what its row says, so a
change of the row, of its place or of the rules subtracts what it counted before and adds what it counts now: the
counters never depend on the order in which answers arrived.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from pingtopass_desktop.learner.memory import Change, Counted, ReviewRule
from pingtopass_desktop.learner.progress import QUARTER_MS
from pingtopass_desktop.sql import json_list

_PLACED = "placed"
"""Key of `local`: which packs `placement` was made from, as JSON."""

_DAILY_UP_TO = 100
"""As many days back, what changed is told by day; by week beyond."""

_EPOCH = date(1970, 1, 1).toordinal()

_Counts = dict[tuple[int, int], list[int]]
"""By (place, day): seen, known, due; see schema/0003_*.sql."""


class PlacedObjective(Struct, frozen=True):
    """The stock of one objective: its active questions, and of how many no two are of one sibling group."""

    exam_id: str
    objective_id: str
    questions: int
    points: int


class ObjectiveCount(Struct, frozen=True):
    """One objective as it stands. `known`: the last answer was right; `new_today`: first answered today."""

    objective_id: str
    questions: int
    points: int
    seen: int
    known: int
    due: int
    new_today: int


def day_number(day: date) -> int:
    """A day as the counters keep it: days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_of_number(number: int) -> date:
    return date.fromordinal(number + _EPOCH)


def move(db: sqlite3.Connection, changes: Iterable[Change], rule: ReviewRule) -> None:
    """Count questions as they are now instead of as they were."""
    sums: _Counts = {}
    for question, before, after in changes:
        row = db.execute("SELECT place FROM placement WHERE question = ?", (question,)).fetchone()
        if row is not None and before != after:
            is_same_past = before is not None and after is not None and before.steps == after.steps
            for counted, sign in ((before, -1), (after, 1)):
                if counted is not None:
                    _add(sums, row[0], counted, rule, sign, is_due_only=is_same_past)
    for (place, day), (seen, known, due) in sums.items():
        if not (seen or known or due):
            continue
        db.execute(
            "INSERT INTO objective_days VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
            "seen = seen + ?3, known = known + ?4, due = due + ?5",
            (place, day, seen, known, due),
        )
        if known or min(seen, due) < 0:  # what is known of a day may be less than nothing, and come back to it
            db.execute(
                "DELETE FROM objective_days WHERE place = ? AND day = ? AND seen = 0 AND known = 0 AND due = 0",
                (place, day),
            )


def recount(db: sqlite3.Connection, rule: ReviewRule) -> None:
    """Count everything from nothing, after the places or the rules changed."""
    counts: _Counts = {}
    rows = db.execute(
        "SELECT p.place, m.first_correct, m.last_at, m.stability, m.steps "
        "FROM question_memory AS m JOIN placement AS p USING (question)"
    )
    for place, *row in rows:
        _add(counts, place, Counted(*row), rule, 1)
    db.execute("DELETE FROM objective_days")
    rows = ((*key, *values) for key, values in sorted(counts.items()) if any(values))
    db.executemany("INSERT INTO objective_days VALUES (?, ?, ?, ?, ?)", rows)


def is_placed(db: sqlite3.Connection, packs: Sequence[str]) -> bool:
    """True where `place` was last called for these packs."""
    row = db.execute("SELECT value FROM local WHERE key = ?", (_PLACED,)).fetchone()
    return row is not None and row[0] == json.dumps(sorted(packs))


def place(
    db: sqlite3.Connection,
    packs: Sequence[str],
    objectives: Iterable[PlacedObjective],
    questions: Mapping[str, tuple[str, str]],
    rule: ReviewRule,
) -> None:
    """Take over where every question belongs now, its exam and objective, and count again."""
    places = _keep_objectives(db, objectives)
    wanted = {question: places[where] for question, where in questions.items()}
    held = dict(db.execute("SELECT question, place FROM placement").fetchall())
    gone = [(question,) for question in held.keys() - wanted.keys()]
    changed = sorted((question, where) for question, where in wanted.items() if held.get(question) != where)
    db.executemany("DELETE FROM placement WHERE question = ?", gone)
    db.executemany("INSERT OR REPLACE INTO placement VALUES (?, ?)", changed)
    if gone or changed:
        recount(db, rule)
    db.execute("INSERT OR REPLACE INTO local VALUES (?, ?)", (_PLACED, json.dumps(sorted(packs))))


def counts(db: sqlite3.Connection, exam_id: str, today: date) -> list[ObjectiveCount]:
    """Every objective of an exam that has questions of its own."""
    rows = db.execute(
        "SELECT p.objective, p.questions, p.points, coalesce(d.seen, 0), coalesce(d.known, 0), coalesce(d.due, 0), "
        "coalesce(d.new_today, 0) FROM places AS p LEFT JOIN ("
        "SELECT place, sum(seen) AS seen, sum(known) AS known, sum(iif(day <= ?1, due, 0)) AS due, "
        "sum(iif(day = ?1, seen, 0)) AS new_today FROM objective_days "
        "WHERE place IN (SELECT place FROM places WHERE exam = ?2) GROUP BY place"
        ") AS d USING (place) WHERE p.exam = ?2",
        (day_number(today), exam_id),
    )
    return [ObjectiveCount(*row) for row in rows]


def guessed(db: sqlite3.Connection, exam_id: str, objective_ids: Sequence[str] | None = None) -> int:
    """Questions of an exam, of all objectives or some, whose last answer was called a guess."""
    return _count(db, "question_memory", "last_confidence = 'guess'", exam_id, objective_ids)


def bookmarked(db: sqlite3.Connection, exam_id: str, objective_ids: Sequence[str] | None = None) -> int:
    """Questions of an exam, of all objectives or some, that the learner keeps."""
    return _count(db, "bookmarks", "true", exam_id, objective_ids)


def _count(db: sqlite3.Connection, table: str, where: str, exam_id: str, objective_ids: Sequence[str] | None) -> int:
    row = db.execute(
        f"SELECT count(*) FROM {table} JOIN placement USING (question) JOIN places AS p USING (place) "
        f"WHERE {where} AND p.exam = ? AND (? OR p.objective IN (SELECT value FROM json_each(?)))",
        (exam_id, objective_ids is None, json_list(objective_ids or ())),
    ).fetchone()
    return row[0]


def changes(db: sqlite3.Connection, exam_id: str, today: date) -> list[tuple[date, int, int]]:
    """(last day, first seen, became known less became unknown) of each span with a change, in order.

    A span is a day while the history is short, else a week: those that end on the weekday of `today`.
    """
    of_exam = "place IN (SELECT place FROM places WHERE exam = ?)"
    end = day_number(today)
    sql = f"SELECT min(day) FROM objective_days WHERE {of_exam} AND seen != 0"
    first = db.execute(sql, (exam_id,)).fetchone()[0]
    span = 1 if first is None or end - first <= _DAILY_UP_TO else 7
    rows = db.execute(
        f"SELECT (? - day) / ? AS back, sum(seen), sum(known) FROM objective_days WHERE {of_exam} "
        "AND (seen != 0 OR known != 0) GROUP BY back ORDER BY back DESC",
        (end, span, exam_id),
    )
    return [(day_of_number(end - back * span), seen, known) for back, seen, known in rows]


def reviews(db: sqlite3.Connection, exam_id: str, first: date, last: date) -> dict[date, int]:
    """How many questions of an exam fall due on each of these days."""
    rows = db.execute(
        "SELECT day, sum(due) FROM places CROSS JOIN objective_days USING (place) "
        "WHERE exam = ? AND day BETWEEN ? AND ? GROUP BY day",
        (exam_id, day_number(first), day_number(last)),
    )
    return {day_of_number(day): due for day, due in rows}


def _add(
    counts: _Counts, place: int, counted: Counted, rule: ReviewRule, sign: int, *, is_due_only: bool = False
) -> None:
    """Add what a question counts for: its first answer, each change between known and unknown, its next review."""
    first_correct, last_at, stability, steps = counted
    date_of = rule.days.date_of
    is_known = not first_correct
    for number, step in enumerate(() if is_due_only else steps.split()):
        is_known = not is_known
        change = counts.setdefault((place, day_number(date_of(int(step) * QUARTER_MS))), [0, 0, 0])
        if number == 0:
            change[0] += sign
            change[1] += sign if is_known else 0
        else:
            change[1] += sign if is_known else -sign
    due_day = day_number(date_of(rule.due_ms(last_at, stability)))
    counts.setdefault((place, due_day), [0, 0, 0])[2] += sign


def _keep_objectives(db: sqlite3.Connection, objectives: Iterable[PlacedObjective]) -> dict[tuple[str, str], int]:
    """Write the objectives that there are now; their numbers by exam and objective."""
    db.execute("UPDATE places SET questions = 0, points = 0")
    db.executemany(
        "INSERT INTO places(exam, objective, questions, points) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT DO UPDATE SET questions = ?3, points = ?4",
        [(each.exam_id, each.objective_id, each.questions, each.points) for each in objectives],
    )
    rows = db.execute("SELECT place, exam, objective FROM places").fetchall()
    return {(exam, objective): place for place, exam, objective in rows}
