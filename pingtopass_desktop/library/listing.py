"""Lists of the questions of one pack: narrowed by what is wished, searched by words, counted, page by page.

What is wished is worked out before anything is counted or cut off. The numbers of the questions that remain stand in a
temporary table in memory, of the pack's own connection; it is filled again when another wish comes.
"""

import json
from collections.abc import Iterator, Sequence
from sqlite3 import Row
from typing import Any

from msgspec import Struct

from pingtopass_desktop.library.index import drop_index, use_index
from pingtopass_desktop.library.pack import Pack, PackDamaged
from pingtopass_desktop.library.words import Marker, match_expression
from pingtopass_desktop.sql import json_list

MAX_RANKED = 500
"""Ranking reads every match, and twice the list of a word's occurrences; a word of so many questions ranks none."""

_LOOKED_UP = 2000
"""So many ids are looked up one by one; for more, all questions are compared with them, which reads an index alone."""

_MATCHES = "FROM search WHERE search MATCH ? AND +rowid IN (SELECT number FROM temp.chosen)"


class Wish(Struct, frozen=True):
    """Which questions of a pack are wanted; None for any. `only` and `without` hold ids. Retired ones stay out."""

    exam_ids: tuple[str, ...] | None = None
    objective_ids: tuple[str, ...] | None = None
    type: str | None = None
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()


class Hit(Struct, frozen=True):
    """One question of a list. `snippet` is plain text, with marks around the words that were looked for."""

    question_id: str
    exam_id: str
    objective_id: str
    type: str
    snippet: str


def narrow(pack: Pack, wish: Wish) -> None:
    """Make a wish the one that `count`, `page` and `matches` of this pack answer to."""
    if pack.narrowed_by is wish or pack.narrowed_by == wish:
        return
    pack.narrowed_by = None
    pack.execute("CREATE TEMP TABLE IF NOT EXISTS chosen(number INTEGER PRIMARY KEY)", ())
    pack.execute("DELETE FROM temp.chosen", ())
    where, arguments = _condition(wish)
    pack.execute(f"INSERT INTO temp.chosen SELECT number FROM questions WHERE {where}", arguments)
    pack.narrowed_by = wish


def count(pack: Pack) -> int:
    """How many questions are wished for."""
    return pack.execute("SELECT count(*) FROM temp.chosen", ())[0][0]


def page(pack: Pack, offset: int, limit: int) -> list[Hit]:
    """Questions that are wished for, in the order of the bank."""
    rows = pack.execute("SELECT number FROM temp.chosen ORDER BY number LIMIT ? OFFSET ?", (limit, offset))
    return _hits(pack, [row[0] for row in rows], "")


def matches(pack: Pack, text: str, offset: int, limit: int, *, is_counted: bool = True) -> tuple[int, list[Hit]]:
    """How many of them have all words of `text`, and some of these; the last word also matches as a beginning.

    The best matches come first, in the order of the bank where there are more than `MAX_RANKED`. Punctuation separates
    words and nothing in `text` is an operator. No words, no hits. Where it is not counted, the number stops behind
    `MAX_RANKED`.
    """
    expression = match_expression(text)
    if not expression:
        return 0, []
    use_index(pack)
    try:
        total, numbers = _numbers(pack, expression, offset, limit, is_counted)
    except PackDamaged:  # only the index is read here: it is made anew once
        drop_index(pack)
        use_index(pack)
        total, numbers = _numbers(pack, expression, offset, limit, is_counted)
    return total, _hits(pack, numbers, text)


def _numbers(pack: Pack, expression: str, offset: int, limit: int, is_counted: bool) -> tuple[int, list[int]]:
    if is_counted:
        total = pack.execute(f"SELECT count(*) {_MATCHES}", (expression,))[0][0]
    else:
        most = max(MAX_RANKED + 1, offset + limit)
        rows = pack.execute(f"SELECT rowid {_MATCHES} ORDER BY rowid LIMIT ?", (expression, most))
        total = len(rows)
        if total > MAX_RANKED:
            return total, [row[0] for row in rows[offset : offset + limit]]
    order = "rank" if total <= MAX_RANKED else "rowid"
    rows = pack.execute(f"SELECT rowid {_MATCHES} ORDER BY {order} LIMIT ? OFFSET ?", (expression, limit, offset))
    return total, [row[0] for row in rows]


def _condition(wish: Wish) -> tuple[str, list[Any]]:
    where, arguments = ["is_active = 1"], []
    for column, ids in (("exam_id", wish.exam_ids), ("objective_id", wish.objective_ids)):
        if ids is not None:
            where.append(f"{column} IN (SELECT value FROM json_each(?))")
            arguments.append(json_list(ids))
    if wish.type is not None:
        where.append("type = ?")
        arguments.append(wish.type)
    if wish.only is not None:
        column = "id" if len(wish.only) <= _LOOKED_UP else "+id"
        where.append(f"{column} IN (SELECT value FROM json_each(?))")
        arguments.append(json_list(wish.only))
    if wish.without:
        where.append("+id NOT IN (SELECT value FROM json_each(?))")
        arguments.append(json_list(wish.without))
    return " AND ".join(where), arguments


def _hits(pack: Pack, numbers: Sequence[int], text: str) -> list[Hit]:
    rows = pack.execute(
        "SELECT number, id, exam_id, objective_id, type, text, answers, explanation FROM questions "
        "WHERE number IN (SELECT value FROM json_each(?))",
        (json_list(numbers),),
    )
    marker = Marker(text)
    by_number = {row["number"]: row for row in rows}
    hits: list[Hit] = []
    for number in numbers:
        row = by_number.get(number)
        if row is None:
            raise pack.damaged("a question of its list is missing")
        snippet = marker.excerpt(row["text"], _others(pack, row) if text else ())
        hits.append(Hit(row["id"], row["exam_id"], row["objective_id"], row["type"], snippet))
    return hits


def _others(pack: Pack, row: Row) -> Iterator[str]:
    """What is searched besides the stem; read only where the stem has none of the words."""
    try:
        yield " · ".join(answer["text"] for answer in json.loads(row["answers"]))
    except (ValueError, LookupError, TypeError) as error:
        raise pack.damaged(f"a question cannot be read: {error}") from error
    yield row["explanation"]
