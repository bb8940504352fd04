"""Attempts as the store knows them: folded from their events, plus this device's clock and position."""

import json
import re
import sqlite3
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from pingtopass_desktop.domain.attempt import Answer, Attempt, Item, Mode, Phase, Rules
from pingtopass_desktop.domain.exam import MultipleResponseRule, Navigation
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner.events import (
    Answered,
    AttemptDeleted,
    AttemptFinished,
    AttemptStarted,
    AttemptTaken,
    Event,
    Flagged,
    Payload,
    Struck,
)
from pingtopass_desktop.sql import json_list


class AttemptSummary(Struct, frozen=True):
    """One attempt for lists. Times in milliseconds since 1970, UTC; `raw` in points, None until finished."""

    id: str
    exam_id: str
    mode: Mode
    label: str
    device: str
    question_count: int
    answered_count: int
    started_at: int
    limit_ms: int | None
    elapsed_ms: int
    position: int
    finished_at: int | None = None
    reason: str | None = None
    raw: Fraction | None = None
    scaled: int | None = None
    passed: bool | None = None
    interruptions: int = 0
    time_percent: int = 100


class ItemResult(Struct, frozen=True):
    """How one question of a form was answered."""

    question_id: str
    is_answered: bool
    is_right: bool


class LocalState(Struct, frozen=True):
    """What only this device knows of an unfinished attempt. `pack` is the file name of the release it started with."""

    pack: str
    position: int
    elapsed_ms: int
    interruptions: int
    item_ms: dict[int, int]


class _AttemptFold:
    """Whether an attempt is deleted stands in a table of its own: it holds whatever else is known of the attempt."""

    KIND = "attempt"
    PAYLOADS = (AttemptStarted, Answered, Flagged, Struck, AttemptTaken, AttemptFinished, AttemptDeleted)

    def keys(self, payload: Payload) -> Iterable[str]:
        if isinstance(payload, self.PAYLOADS):
            yield payload.attempt

    def clear(self, db: sqlite3.Connection, key: str) -> None:
        db.execute("DELETE FROM attempts WHERE id = ?", (key,))
        db.execute("DELETE FROM attempt_items WHERE attempt = ?", (key,))
        db.execute("DELETE FROM attempts_deleted WHERE attempt = ?", (key,))

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> None:
        if isinstance(payload, AttemptStarted):
            _start(db, event, payload)
            return
        if isinstance(payload, AttemptDeleted):
            _delete(db, payload)
            return
        row = db.execute("SELECT sitting FROM attempts WHERE id = ? AND finished_at IS NULL", (key,)).fetchone()
        if row is None:
            return
        if isinstance(payload, AttemptTaken):
            db.execute("UPDATE attempts SET sitting = ? WHERE id = ? AND mode = 'practice'", (payload.sitting, key))
        elif isinstance(payload, (Answered, Flagged, Struck, AttemptFinished)) and payload.sitting == row[0]:
            if isinstance(payload, Answered):
                _answer(db, event, payload)
            elif isinstance(payload, Flagged):
                _flag(db, payload)
            elif isinstance(payload, Struck):
                _strike(db, payload)
            else:
                _finish(db, event, payload)


FOLD = _AttemptFold()


def started_payload(attempt: Attempt, sitting: str, label: str) -> AttemptStarted:
    """The event that starts an attempt, with its whole form."""
    rules = attempt.rules
    return AttemptStarted(
        attempt=attempt.id,
        sitting=sitting,
        exam=attempt.exam_id,
        mode=rules.mode,
        label=label,
        limit_ms=rules.limit_ms,
        navigation=rules.navigation,
        multiple_response_rule=rules.multiple_response_rule,
        time_percent=rules.time_percent,
        asks_confidence=rules.asks_confidence,
        questions=tuple(item.question_id for item in attempt.items),
        revisions=tuple(item.revision for item in attempt.items),
        orders=tuple(_join(item.order) for item in attempt.items),
    )


def answered_payload(attempt: Attempt, sitting: str) -> Answered:
    """The event of the answer that stands on the item shown."""
    answer = attempt.answers[attempt.position]
    return Answered(
        attempt=attempt.id,
        sitting=sitting,
        mode=attempt.rules.mode,
        question=attempt.item.question_id,
        revision=attempt.item.revision,
        choice=answer.choice,
        correct=answer.is_correct,
        elapsed_ms=answer.elapsed_ms,
        clock_ms=attempt.elapsed_ms,
        confidence=answer.confidence,
    )


def load_attempt(db: sqlite3.Connection, attempt_id: str) -> tuple[Attempt, str] | None:
    """The attempt as its events and this device left it (suspended or finished) and its sitting.

    None where it is unknown or deleted.
    """
    row = db.execute(
        "SELECT id, exam, sitting, form, rules, finished_at, elapsed_ms, interruptions, item_ms "
        f"FROM attempts AS a WHERE id = ? AND {_IS_KEPT}",
        (attempt_id,),
    ).fetchone()
    if row is None:
        return None
    _, exam_id, sitting, form_text, rules_text, finished_at, elapsed_ms, interruptions, item_ms_text = row
    items = _items(form_text)
    answers: dict[int, Answer] = {}
    struck: dict[int, frozenset[str]] = {}
    flagged: set[int] = set()
    item_ms: dict[int, int] = {}
    clock_ms = 0
    index_of = {item.question_id: index for index, item in enumerate(items)}
    for item in _item_rows(db, attempt_id):
        index = index_of.get(item["question"])
        if index is None:
            continue
        clock_ms = max(clock_ms, item["clock_ms"])
        if item["flagged"]:
            flagged.add(index)
        if item["struck"] != "[]":
            struck[index] = frozenset(json.loads(item["struck"]))
        if item["choice"] is not None:
            answers[index] = Answer(
                choice=tuple(json.loads(item["choice"])),
                is_correct=bool(item["correct"]),
                first_correct=bool(item["first_correct"]),
                elapsed_ms=item["elapsed_ms"],
                confidence=Confidence(item["confidence"]) if item["confidence"] else None,
                changes=item["changes"],
            )
            item_ms[index] = item["elapsed_ms"]
    position = 0
    local = load_local(db, attempt_id)
    if finished_at is not None:
        item_ms = dict(enumerate(json.loads(item_ms_text)))
    elif local is not None:
        position, elapsed_ms, interruptions = local.position, local.elapsed_ms, local.interruptions
        item_ms = {i: max(item_ms.get(i, 0), local.item_ms.get(i, 0)) for i in item_ms.keys() | local.item_ms.keys()}
    attempt = Attempt(
        id=attempt_id,
        exam_id=exam_id,
        rules=_rules(rules_text),
        items=items,
        phase=Phase.FINISHED if finished_at is not None else Phase.SUSPENDED,
        position=min(position, len(items) - 1),
        answers=answers,
        flagged=frozenset(flagged),
        struck=struck,
        item_ms=item_ms,
        elapsed_ms=max(elapsed_ms or 0, clock_ms),
        interruptions=interruptions or 0,
    )
    return attempt, sitting


def summaries(
    db: sqlite3.Connection,
    *,
    is_finished: bool,
    mode: Mode | None = None,
    exam_id: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[AttemptSummary]:
    """Attempts that are not deleted, the latest first. The forms of other attempts than these are not read."""
    order = "finished_at DESC, id DESC" if is_finished else "started_at DESC, id DESC"
    rows = db.execute(
        f"{_SUMMARIES} WHERE a.id IN (SELECT a.id FROM attempts AS a WHERE (a.finished_at IS NOT NULL) = ?1 "
        f"AND (?2 IS NULL OR a.mode = ?2) AND (?3 IS NULL OR a.exam = ?3) AND {_IS_KEPT} "
        f"ORDER BY {order} LIMIT ?4 OFFSET ?5) ORDER BY {order}",
        (is_finished, mode, exam_id, limit, offset),
    ).fetchall()
    return [_summary(row) for row in rows]


def count_finished(db: sqlite3.Connection, mode: Mode | None = None, exam_id: str | None = None) -> int:
    """How many finished attempts `summaries` would list."""
    sql = (
        "SELECT count(*) FROM attempts AS a WHERE a.finished_at IS NOT NULL AND (?1 IS NULL OR a.mode = ?1) "
        f"AND (?2 IS NULL OR a.exam = ?2) AND {_IS_KEPT}"
    )
    return db.execute(sql, (mode, exam_id)).fetchone()[0]


def finished_exams(db: sqlite3.Connection) -> list[str]:
    """The ids of all exams of which `summaries` would list a finished attempt."""
    sql = f"SELECT DISTINCT a.exam FROM attempts AS a WHERE a.finished_at IS NOT NULL AND {_IS_KEPT} ORDER BY a.exam"
    return [row[0] for row in db.execute(sql)]


def summary(db: sqlite3.Connection, attempt_id: str) -> AttemptSummary | None:
    """One attempt, finished or not; None where it is unknown or deleted."""
    row = db.execute(f"{_SUMMARIES} WHERE a.id = ? AND {_IS_KEPT}", (attempt_id,)).fetchone()
    return _summary(row) if row else None


def earlier_exam(db: sqlite3.Connection, attempt_id: str) -> str | None:
    """The exam of the same kind that was finished before this one and is not deleted."""
    row = db.execute(
        "SELECT a.id FROM attempts AS a, attempts AS this WHERE this.id = ? AND a.exam = this.exam "
        "AND a.mode = 'exam' AND (a.finished_at, a.id) < (this.finished_at, this.id) "
        f"AND {_IS_KEPT} ORDER BY a.finished_at DESC, a.id DESC LIMIT 1",
        (attempt_id,),
    ).fetchone()
    return row[0] if row else None


def results(db: sqlite3.Connection, attempt_ids: Iterable[str]) -> dict[str, list[ItemResult]]:
    """How every question of these attempts was answered, in the order of each form; reads less than loading them."""
    rows = db.execute(
        "SELECT a.id, q.value, coalesce(i.choice, '[]') != '[]', coalesce(i.correct, 0) "
        "FROM json_each(?) AS wanted JOIN attempts AS a ON a.id = wanted.value "
        "JOIN json_each(a.form, '$.questions') AS q "
        "LEFT JOIN attempt_items AS i ON i.attempt = a.id AND i.question = q.value ORDER BY wanted.key, q.key",
        (json_list(attempt_ids),),
    )
    found: dict[str, list[ItemResult]] = {}
    for attempt_id, question_id, is_answered, is_right in rows:
        result = ItemResult(question_id, bool(is_answered), bool(is_answered and is_right))
        found.setdefault(attempt_id, []).append(result)
    return found


def is_deleted(db: sqlite3.Connection, attempt_id: str) -> bool:
    return db.execute("SELECT 1 FROM attempts_deleted WHERE attempt = ?", (attempt_id,)).fetchone() is not None


def is_over(db: sqlite3.Connection, attempt_id: str) -> bool:
    """True where an attempt is finished or deleted; an unknown one is not."""
    sql = f"SELECT 1 FROM attempts AS a WHERE a.id = ? AND NOT (a.finished_at IS NULL AND {_IS_KEPT})"
    return db.execute(sql, (attempt_id,)).fetchone() is not None


_IS_KEPT = "NOT EXISTS (SELECT 1 FROM attempts_deleted AS d WHERE d.attempt = a.id)"

_SUMMARIES = (
    "SELECT a.id, a.exam, a.mode, a.label, a.device, json_array_length(a.form, '$.questions'), "
    "(SELECT count(*) FROM attempt_items AS i WHERE i.attempt = a.id AND i.choice != '[]'), "
    "a.started_at, json_extract(a.rules, '$.limit_ms'), "
    "max(coalesce(a.elapsed_ms, 0), coalesce(l.elapsed_ms, 0)), coalesce(l.position, 0), "
    "a.finished_at, a.reason, a.raw, a.scaled, a.passed, coalesce(a.interruptions, l.interruptions, 0), "
    "json_extract(a.rules, '$.time_percent') "
    "FROM attempts AS a LEFT JOIN attempt_local AS l ON l.attempt = a.id"
)


def _summary(row: tuple[Any, ...]) -> AttemptSummary:
    return AttemptSummary(
        id=row[0],
        exam_id=row[1],
        mode=Mode(row[2]),
        label=row[3],
        device=row[4],
        question_count=row[5],
        answered_count=row[6],
        started_at=row[7],
        limit_ms=row[8],
        elapsed_ms=row[9],
        position=row[10],
        finished_at=row[11],
        reason=row[12],
        raw=Fraction(row[13]) if row[13] is not None else None,
        scaled=row[14],
        passed=None if row[15] is None else bool(row[15]),
        interruptions=row[16],
        time_percent=row[17],
    )


def packs_in_use(db: sqlite3.Connection) -> set[str]:
    """File names of packs that an unfinished attempt still needs. A deleted one comes back with the one in force."""
    return {
        row[0]
        for row in db.execute(
            f"SELECT a.pack FROM (SELECT attempt AS id, pack FROM attempt_local) AS a WHERE {_IS_KEPT}"
        )
    }


def load_local(db: sqlite3.Connection, attempt_id: str) -> LocalState | None:
    row = db.execute(
        "SELECT pack, position, elapsed_ms, interruptions, item_ms FROM attempt_local WHERE attempt = ?", (attempt_id,)
    ).fetchone()
    if row is None:
        return None
    return LocalState(row[0], row[1], row[2], row[3], {int(k): v for k, v in json.loads(row[4]).items()})


def save_local(db: sqlite3.Connection, attempt: Attempt, pack: str) -> None:
    """Keep position, clock and time by item of an unfinished attempt."""
    item_ms = json.dumps(dict(attempt.item_ms), separators=(",", ":"))
    db.execute(
        "INSERT OR REPLACE INTO attempt_local VALUES (?, ?, ?, ?, ?, ?)",
        (attempt.id, pack, attempt.position, attempt.elapsed_ms, attempt.interruptions, item_ms),
    )


def keep_clock(db: sqlite3.Connection, attempt_id: str, elapsed_ms: int, position: int, item_ms: int) -> None:
    """Take over the clock of an unfinished attempt where it is ahead: its time, and that on the item shown."""
    local = load_local(db, attempt_id)
    if local is None:
        return
    times = dict(local.item_ms)
    if position == local.position:
        times[position] = max(item_ms, times.get(position, 0))
    db.execute(
        "UPDATE attempt_local SET elapsed_ms = max(elapsed_ms, ?), item_ms = ? WHERE attempt = ?",
        (elapsed_ms, json.dumps(times, separators=(",", ":")), attempt_id),
    )


def drop_local(db: sqlite3.Connection, attempt_id: str) -> None:
    db.execute("DELETE FROM attempt_local WHERE attempt = ?", (attempt_id,))


def _start(db: sqlite3.Connection, event: Event, payload: AttemptStarted) -> None:
    if not len(payload.questions) == len(payload.revisions) == len(payload.orders) or not payload.questions:
        return
    if not _is_known(Mode, payload.mode) or not _is_known(Navigation, payload.navigation):
        return
    if not _is_known(MultipleResponseRule, payload.multiple_response_rule):
        return
    form = {"questions": payload.questions, "revisions": payload.revisions, "orders": payload.orders}
    rules = {
        "mode": payload.mode,
        "limit_ms": payload.limit_ms,
        "navigation": payload.navigation,
        "multiple_response_rule": payload.multiple_response_rule,
        "time_percent": payload.time_percent,
        "asks_confidence": payload.asks_confidence,
    }
    db.execute(
        "INSERT OR IGNORE INTO attempts(id, exam, mode, label, device, sitting, started_at, form, rules) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            payload.attempt,
            payload.exam,
            payload.mode,
            payload.label,
            event.device,
            payload.sitting,
            event.at,
            json.dumps(form, separators=(",", ":")),
            json.dumps(rules, separators=(",", ":")),
        ),
    )


def _answer(db: sqlite3.Connection, event: Event, payload: Answered) -> None:
    choice = encode(payload.choice).decode()
    confidence = payload.confidence if _is_known(Confidence, payload.confidence) else None
    db.execute(
        "INSERT INTO attempt_items(attempt, question, choice, correct, first_correct, elapsed_ms, confidence, "
        "answered_at, clock_ms) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET "
        "changes = changes + (choice IS NOT NULL AND choice != ?3), choice = ?3, correct = ?4, "
        "first_correct = coalesce(first_correct, ?4), elapsed_ms = ?5, confidence = ?6, answered_at = ?7, "
        "clock_ms = max(clock_ms, ?8)",
        (
            payload.attempt,
            payload.question,
            choice,
            payload.correct,
            payload.elapsed_ms,
            confidence,
            event.at,
            payload.clock_ms,
        ),
    )


def _flag(db: sqlite3.Connection, payload: Flagged) -> None:
    db.execute(
        "INSERT INTO attempt_items(attempt, question, flagged, clock_ms) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT DO UPDATE SET flagged = ?3, clock_ms = max(clock_ms, ?4)",
        (payload.attempt, payload.question, payload.on, payload.clock_ms),
    )


def _strike(db: sqlite3.Connection, payload: Struck) -> None:
    row = db.execute(
        "SELECT struck FROM attempt_items WHERE attempt = ? AND question = ?", (payload.attempt, payload.question)
    ).fetchone()
    struck = set(json.loads(row[0])) if row else set()
    struck = struck | {payload.option} if payload.on else struck - {payload.option}
    db.execute(
        "INSERT INTO attempt_items(attempt, question, struck, clock_ms) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT DO UPDATE SET struck = ?3, clock_ms = max(clock_ms, ?4)",
        (payload.attempt, payload.question, json.dumps(sorted(struck)), payload.clock_ms),
    )


def _finish(db: sqlite3.Connection, event: Event, payload: AttemptFinished) -> None:
    row = db.execute("SELECT form FROM attempts WHERE id = ?", (payload.attempt,)).fetchone()
    if not _is_fraction(payload.raw) or len(payload.seconds) != len(_items(row[0])):
        return
    db.execute(
        "UPDATE attempts SET finished_at = ?, reason = ?, raw = ?, scaled = ?, passed = ?, elapsed_ms = ?, "
        "interruptions = ?, item_ms = ? WHERE id = ?",
        (
            event.at,
            payload.reason,
            payload.raw,
            payload.scaled,
            payload.passed,
            payload.elapsed_ms,
            payload.interruptions,
            json.dumps([seconds * 1000 for seconds in payload.seconds]),
            payload.attempt,
        ),
    )


def _delete(db: sqlite3.Connection, payload: AttemptDeleted) -> None:
    if payload.on:
        db.execute("INSERT OR IGNORE INTO attempts_deleted VALUES (?)", (payload.attempt,))
    else:
        db.execute("DELETE FROM attempts_deleted WHERE attempt = ?", (payload.attempt,))


def _item_rows(db: sqlite3.Connection, attempt_id: str) -> list[dict[str, Any]]:
    cursor = db.execute("SELECT * FROM attempt_items WHERE attempt = ?", (attempt_id,))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _items(form_text: str) -> tuple[Item, ...]:
    form = json.loads(form_text)
    rows = zip(form["questions"], form["revisions"], form["orders"], strict=True)
    return tuple(Item(question, revision, _split(order)) for question, revision, order in rows)


def _rules(text: str) -> Rules:
    fields = json.loads(text)
    return Rules(
        mode=Mode(fields["mode"]),
        limit_ms=fields["limit_ms"],
        navigation=Navigation(fields["navigation"]),
        multiple_response_rule=MultipleResponseRule(fields["multiple_response_rule"]),
        time_percent=fields["time_percent"],
        asks_confidence=fields["asks_confidence"],
    )


def _join(order: tuple[str, ...]) -> str:
    """Single characters without a separator: a form of 65 questions stays well within one event."""
    return "".join(order) if all(len(option_id) == 1 for option_id in order) else ",".join(order)


def _split(order: str) -> tuple[str, ...]:
    return tuple(order.split(",")) if "," in order else tuple(order)


def _is_known(kind: type[StrEnum], value: object) -> bool:
    return value in _values(kind)


@cache
def _values(kind: type[StrEnum]) -> frozenset[str]:
    return frozenset(str(member) for member in kind)


def _is_fraction(text: str) -> bool:
    """True for points such as ``47`` or ``93/2``; `Fraction` also takes ``1e999999999`` and then never ends."""
    return re.fullmatch(r"[0-9]{1,6}(/[1-9][0-9]{0,5})?", text) is not None
