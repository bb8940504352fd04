"""Rows of the search: one word, 50 hits with a snippet, against the bare match of FTS5."""

import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.bank import published, vocabulary
from benchmarks.measure import Row, pairs, progress, row, timed
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.search import search

_RANKS = {"rare": 5000, "usual": 1000, "frequent": 40}
"""Words by their place in Zipf's law: in about 0.3 %, 1.5 % and 25 % of the questions."""


def rows(cache: Path, *, size: int, count: int, peer: Callable[[str], float] | None = None) -> list[Row]:
    """Measure the search on a bank of so many questions; `peer` searches its own copy of them for a word."""
    progress(f"search: one word among {size:,} questions")
    words = vocabulary()
    pack = Pack(published(size, cache).pack)
    found: list[Row] = []
    try:
        for name, rank in _RANKS.items():
            word = words[rank]
            measured = pairs(lambda: timed(lambda: search(pack, word)), lambda: _bare_ms(pack, word), count)  # noqa: B023
            hits = pack.execute("SELECT count(*) FROM search WHERE search MATCH ?", (word,))[0][0]
            label = f"{name} word ({hits:,} of {size:,})"
            found.append(row(f"search, {label}, 50 hits with snippets / FTS5 without", *measured, None))
            if peer is not None:
                against = pairs(lambda: timed(lambda: search(pack, word)), lambda: peer(word), max(5, count // 4))  # noqa: B023
                found.append(row(f"search, {label} / Anki", *against, 0.02))
    finally:
        pack.close()
    return found


def _bare_ms(pack: Pack, word: str) -> float:
    """50 rowids, neither ranked nor shown; the median of five, because one is shorter than a tick of the scheduler."""
    sql = "SELECT rowid FROM search WHERE search MATCH ? LIMIT 50"
    return statistics.median(timed(lambda: pack.execute(sql, (f"{word}*",))) for _ in range(5))
