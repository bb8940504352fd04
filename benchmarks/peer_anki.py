"""Anki as the peer, in a process of its own and run by its own Python; imports nothing of ours.

Usage: peer_anki.py NOTES.jsonl COLLECTION WORK. Each line on stdin is ``["answer"]``, ``["search", word]`` or
``["draw"]``; each line on stdout is the milliseconds that it took. COLLECTION is made from the notes once and kept;
what is measured is a copy of it in the folder WORK.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anki.collection import AddNoteRequest, Collection  # pyright: ignore[reportMissingImports]

_MANY = 9999


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


def main() -> None:
    """Serve until stdin ends."""
    notes, kept, work = map(Path, sys.argv[1:])
    if not kept.exists():
        _build(notes, kept)
    copy = work / "collection.anki2"
    shutil.copyfile(kept, copy)
    collection = Collection(str(copy))
    actions: dict[str, Callable[..., float]] = {"answer": _answer, "search": _search, "draw": _draw}
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(actions[name](collection, *arguments)), flush=True)
    collection.close()


if __name__ == "__main__":
    main()
