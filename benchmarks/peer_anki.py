"""Anki as the peer, in a process of its own and run by its own Python; imports nothing of ours.

Usage: peer_anki.py NOTES.jsonl COLLECTION WORK. Each line on stdin is ``["answer"]``, ``["next"]``,
``["search", word]``, ``["draw"]``, ``["graphs"]`` or ``["import", count]``; each line on stdout is the milliseconds
that it took. COLLECTION is made from the notes once and kept; what is measured is a copy of it in the folder WORK.
"""

import csv
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from anki.collection import AddNoteRequest, Collection, ImportCsvRequest  # pyright: ignore[reportMissingImports]

_MANY = 9999
_REVIEWS, _DAYS = 500_000, 700


def _build(notes: Path, target: Path) -> None:
    partial = target.with_suffix(".part.anki2")
    partial.unlink(missing_ok=True)
    collection = Collection(str(partial))
    kind = collection.models.by_name("Basic")
    deck = collection.decks.id("Default")
    requests = []
    for line in notes.read_text("utf-8").splitlines():
        note = collection.new_note(kind)
        note.fields = json.loads(line)
        requests.append(AddNoteRequest(note, deck))
    collection.add_notes(requests)
    options = collection.decks.config_dict_for_deck_id(deck)
    options["new"]["perDay"] = options["rev"]["perDay"] = _MANY
    collection.decks.update_config(options)
    collection.close()
    partial.rename(target)


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - started) / 1e6


def _answer(collection: Any) -> float:
    """Answer the next card as good; choosing the card is not measured."""
    queued = collection.sched.get_queued_cards().cards[0]
    card = collection.get_card(queued.card.id)
    card.start_timer()
    answer = collection.sched.build_answer(card=card, states=queued.states, rating=2)
    return _ms(lambda: collection.sched.answer_card(answer))


def _next(collection: Any) -> float:
    """Answer the next card as good, then fetch and render the question of the one after it, as its reviewer does."""
    queued = collection.sched.get_queued_cards().cards[0]
    card = collection.get_card(queued.card.id)
    card.start_timer()
    answer = collection.sched.build_answer(card=card, states=queued.states, rating=2)

    def go_on() -> None:
        collection.sched.answer_card(answer)
        collection.get_card(collection.sched.get_queued_cards().cards[0].card.id).question()

    return _ms(go_on)


def _search(collection: Any, word: str) -> float:
    return _ms(lambda: collection.find_notes(word))


def _draw(collection: Any) -> float:
    """A filtered deck of 65 random cards; emptied and removed again without being measured."""
    made: list[int] = []

    def draw() -> None:
        deck = collection.sched.get_or_create_filtered_deck(0)
        deck.name = "form"
        term = deck.config.search_terms[0]
        term.search, term.limit, term.order = "deck:Default", 65, 1
        made.append(collection.sched.add_or_update_filtered_deck(deck).id)

    elapsed_ms = _ms(draw)
    collection.sched.empty_filtered_deck(made[0])
    collection.decks.remove(made)
    return elapsed_ms


def _import(notes: Path, work: Path, count: int) -> float:
    """A table of notes into a new collection."""
    table, target = work / f"notes-{count}.csv", work / "imported.anki2"
    if not table.exists():
        with notes.open(encoding="utf-8") as lines, table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(json.loads(line) for line, _ in zip(lines, range(count), strict=False))
    for left in work.glob("imported.*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    collection = Collection(str(target))

    def bring() -> None:
        metadata = collection.get_csv_metadata(str(table), delimiter=None)
        collection.import_csv(ImportCsvRequest(path=str(table), metadata=metadata))

    elapsed_ms = _ms(bring)
    collection.close()
    return elapsed_ms


def _with_reviews(kept: Path, copy: Path) -> Any:
    """Another copy of the collection, whose cards were reviewed half a million times over two years."""
    shutil.copyfile(kept, copy)
    collection = Collection(str(copy))
    random = Random("reviews")
    cards = collection.db.list("select id from cards")
    today_ms = int(time.time() * 1000)
    step_ms = _DAYS * 86_400_000 // _REVIEWS
    rows = [
        (today_ms - number * step_ms, random.choice(cards), -1, random.choice((1, 3, 3, 3)), random.randrange(1, 90),
         random.randrange(1, 90), 2500, 20_000, 1)
        for number in range(_REVIEWS)
    ]  # fmt: skip
    collection.db.executemany("insert into revlog values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    reviewed = [(collection.sched.today + random.randrange(-30, 90), random.randrange(1, 90), card) for card in cards]
    collection.db.executemany(
        "update cards set type = 2, queue = 2, factor = 2500, reps = 5, due = ?, ivl = ? where id = ?", reviewed
    )
    return collection


def _graphs(collection: Any) -> float:
    """What its window of statistics asks for, over all decks and all of the time."""
    return _ms(lambda: collection._backend.graphs(search="", days=0))


def main() -> None:
    """Serve until stdin ends."""
    notes, kept, work = map(Path, sys.argv[1:])
    if not kept.exists():
        _build(notes, kept)
    copy = work / "collection.anki2"
    shutil.copyfile(kept, copy)
    collection = Collection(str(copy))
    reviewed: Any = None
    actions: dict[str, Callable[..., float]] = {"answer": _answer, "next": _next, "search": _search, "draw": _draw}
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        if name == "graphs":
            reviewed = reviewed or _with_reviews(kept, work / "reviewed.anki2")
            elapsed_ms = _graphs(reviewed)
        elif name == "import":
            elapsed_ms = _import(notes, work, int(arguments[0]))
        else:
            elapsed_ms = actions[name](collection, *arguments)
        print(json.dumps(elapsed_ms), flush=True)
    for each in (collection, reviewed):
        if each is not None:
            each.close()


if __name__ == "__main__":
    main()
