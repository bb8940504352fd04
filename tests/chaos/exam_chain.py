"""An exam that is killed and resumed over and over: what each kill must leave, and by how much the clock is off."""

import json
import time
from collections import Counter
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from msgspec import Struct, field

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.learner import attempts, snapshot
from tests.chaos.children import START_S, Child, Children, logged
from tests.chaos.exam_driver import state_of

TOLERANCE_MS = 1000

Message = dict[str, Any]


class Tally(Struct):
    """What a chain of kills came to. `clock_errors` in ms: remaining after the restart − what it should be."""

    kills: Counter[str] = field(default_factory=Counter)
    confirmed: int = 0
    answers_confirmed: int = 0
    lost: list[str] = field(default_factory=list)
    clock_errors: list[int] = field(default_factory=list)
    exams_ended: int = 0
    restart_ms: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        errors = sorted(self.clock_errors) or [0]
        outliers = [error for error in errors if abs(error) > TOLERANCE_MS]
        quantiles = {share: errors[min(len(errors) - 1, len(errors) * share // 100)] for share in (5, 25, 75, 95)}
        return (
            f"kills {sum(self.kills.values())} {dict(self.kills)}; states shown as saved {self.confirmed}, answers in "
            f"them {self.answers_confirmed}; lost {len(self.lost)}; exams ended {self.exams_ended}; clock error in ms: "
            f"n {len(self.clock_errors)} min {errors[0]} median {median(errors):g} max {errors[-1]} "
            f"quantiles {quantiles} beyond 1 s {outliers}; start to exam on screen, median ms: "
            f"{median(self.restart_ms or [0]):g}"
        )


class Confirmed(Struct):
    """The last state that the window showed as saved, and what may have come on top of it unseen."""

    state: Message
    orders: list[str]
    questions: list[str]
    remaining_ms: int
    is_command_under_way: bool = False
    may_be_finished: bool = False


class Chain:
    """Lives of the window on one data folder, one after the other; each is killed and the next is compared."""

    def __init__(self, children: Children, data: Path, random: Random) -> None:
        self.tally = Tally()
        self._children = children
        self._data = data
        self._random = random
        self._confirmed: Confirmed | None = None

    def live(self, kind: str) -> None:
        """One life. `kind`: "anytime", "after a line", "start", "resume", "submit"."""
        arguments = ["-m", "tests.chaos.exam_driver", str(self._data), str(self._random.randrange(2**31))]
        child = self._children.start(*arguments, *(["--submit"] if kind == "submit" else []))
        started = time.monotonic_ns() // 1_000_000
        heard: list[Message] = []
        if kind == "start":
            self._listen(child, heard, until_s=self._random.uniform(0, 1.2))
        elif kind == "resume":
            self._listen(child, heard, until="asked")
            self._listen(child, heard, until_s=self._random.uniform(0, 0.3))
        elif kind == "submit":
            self._listen(child, heard, until="submit")
            self._listen(child, heard, until_s=self._random.uniform(0, 0.3))
        else:
            self._listen(child, heard, until="opened")
            if kind == "after a line":
                for _ in range(self._random.randint(1, 25)):
                    self._listen(child, heard, until="state")
            else:
                self._listen(child, heard, until_s=self._random.uniform(0.2, 3))
        killed_at = child.kill()
        heard += [json.loads(line) for line in child.rest()]
        assert not child.errors, child.errors
        self._children.done_with(child)
        self.tally.kills[kind] += 1
        self._take(heard, started, killed_at)

    def check_what_is_on_disk(self) -> None:
        """Compare the files as they are with what was confirmed last, without the window."""
        confirmed = self._confirmed
        if confirmed is None:
            return
        with snapshot.reading(DataFolder(self._data).learner) as db:
            loaded = attempts.load_attempt(db, confirmed.state["attempt"])
        assert loaded is not None
        attempt = loaded[0]
        if attempt.is_finished:
            assert confirmed.may_be_finished, "the exam ended by itself"
            self.tally.exams_ended += 1
        state = {**state_of(attempt), "position": confirmed.state["position"]}
        self._compare(confirmed, state, [item.question_id for item in attempt.items], _orders(attempt))
        if attempt.is_finished:
            self._confirmed = None

    def _listen(
        self, child: Child, heard: list[Message], *, until: str | None = None, until_s: float | None = None
    ) -> None:
        deadline = time.monotonic() + (START_S if until_s is None else until_s)
        while (left := deadline - time.monotonic()) > 0:
            line = child.line(left)
            if line is None:
                break
            heard.append(json.loads(line))
            if heard[-1]["event"] == until:
                return
        assert until is None, f"never came to {until!r}: {heard[-3:]}\n{child.errors}\n{logged(self._data)[-3000:]}"

    def _take(self, heard: list[Message], started: int, killed_at: int) -> None:
        opened_at, is_new_press = 0, False
        for message in heard:
            event = message["event"]
            if event == "opened":
                self.tally.restart_ms.append(message["at"] - started)
                self._opened(message)
                opened_at = message["at"]
            elif event == "state" and self._confirmed is not None:
                self.tally.confirmed += 1
                self.tally.answers_confirmed += len(message["answers"])
                self._confirmed.state = message
                is_new_press = False
            elif event == "press":
                is_new_press = True
            elif event == "submit" and self._confirmed is not None:
                self._confirmed.may_be_finished = True
            elif event == "finished":
                assert self._confirmed is not None
                self.check_what_is_on_disk()
                assert self._confirmed is None, "the report is on screen and the exam is not finished on disk"
        if opened_at and self._confirmed is not None:
            self._confirmed.remaining_ms -= killed_at - opened_at
            self._confirmed.is_command_under_way = is_new_press
        if self._confirmed is not None and self._confirmed.may_be_finished:
            self.check_what_is_on_disk()

    def _opened(self, message: Message) -> None:
        confirmed = self._confirmed
        if confirmed is not None:
            assert message["attempt"] == confirmed.state["attempt"], "another exam was opened"
            self._compare(confirmed, message, message["questions"], message["orders"])
            self.tally.clock_errors.append(message["remaining_ms"] - confirmed.remaining_ms)
            assert message["interruptions"] > confirmed.state["interruptions"]
        self._confirmed = Confirmed(message, message["orders"], message["questions"], message["remaining_ms"])

    def _compare(self, confirmed: Confirmed, state: Message, questions: list[str], orders: list[str]) -> None:
        """Count everything confirmed that is not there. The question shown may be one command further."""
        assert questions == confirmed.questions
        assert orders == confirmed.orders, "the order of the options changed"
        before, here = confirmed.state, confirmed.state["position"]
        loose = here if confirmed.is_command_under_way else None
        if loose is None and state["position"] != here:
            self.tally.lost.append(f"position {here} became {state['position']}")
        for kind in ("answers", "struck"):
            for index in before[kind].keys() | state[kind].keys():
                if before[kind].get(index) != state[kind].get(index) and index != str(loose):
                    self.tally.lost.append(f"{kind} {index}: {before[kind].get(index)} → {state[kind].get(index)}")
        for index in set(before["flagged"]) ^ set(state["flagged"]):
            if index != loose:
                self.tally.lost.append(f"mark {index}")


def _orders(attempt: attempts.Attempt) -> list[str]:
    return ["".join(item.order) for item in attempt.items]
