"""Histories of learner events as several devices would write them, with everything that can be odd about them.

Devices here are plain: they share attempts without a server, their clocks differ, and they write what the protocol
allows them to write. What the events mean is for the store to fold.
"""

import json
from random import Random

from pingtopass_desktop.learner.events import (
    MAX_PAYLOAD_BYTES,
    Answered,
    AttemptDeleted,
    AttemptFinished,
    AttemptStarted,
    AttemptTaken,
    BookmarkSet,
    Event,
    EventIds,
    ExamDateSet,
    Flagged,
    NoteSet,
    Payload,
    QuestionReported,
    SettingSet,
    Struck,
)

START_MS = 1_790_000_000_000
QUESTIONS = [f"q{n}" for n in range(8)]


class Device:
    """One device of the history: an id, a clock that is off, and its own event ids."""

    def __init__(self, name: str, random: Random) -> None:
        self.name = name
        self.off_ms = random.choice([0, 0, 3_600_000, -3_600_000, 86_400_000, -40])
        self.ids = EventIds(0, random.randbytes(10))


class HistoryWriter:
    """Writes `size` events of two or three devices. The same seed gives the same history."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        names = ["laptop", "desk", "tablet"][: self._random.randint(1, 3)]
        self._devices = [Device(name, self._random) for name in names]
        self._now = START_MS
        self._attempts: list[tuple[str, str, list[str], list[str]]] = []
        self.events: list[Event] = []

    def write(self, size: int) -> list[Event]:
        for _ in range(size):
            self._now += self._random.choice([0, 1, 700, 60_000, 20_000_000])
            device = self._random.choice(self._devices)
            action = self._random.choices(
                [
                    self._start,
                    self._act,
                    self._end,
                    self._take,
                    self._delete,
                    self._mark,
                    self._setting,
                    self._date,
                    self._odd,
                ],
                [3, 14, 2, 2, 2, 4, 2, 1, 3],
            )[0]
            action(device)
        return self.events

    def _add(self, device: Device, kind: str, version: int, payload: str) -> None:
        if self._random.random() < 0.5 and self.events:
            device.ids.observe(self._random.choice(self.events).at)
        clock = self._now + device.off_ms
        event_id, at = device.ids.new(clock)
        self.events.append(Event(event_id, device.name, kind, version, clock, at, payload))

    def _say(self, device: Device, payload: Payload) -> None:
        self._add(device, payload.type, payload.version, payload.to_json())

    def _start(self, device: Device) -> None:
        random = self._random
        mode = random.choice(["exam", "practice"])
        questions = random.sample(QUESTIONS, random.randint(1, 5))
        number = len(self._attempts)
        attempt, sitting = f"attempt{number}", f"sitting{number}"
        payload = AttemptStarted(
            attempt=attempt,
            sitting=sitting,
            exam=random.choice(["e1", "e2"]),
            mode=mode,
            label="",
            limit_ms=60_000 if mode == "exam" else None,
            navigation="free",
            multiple_response_rule="all_or_nothing",
            time_percent=100,
            asks_confidence=True,
            questions=tuple(questions),
            revisions=tuple(1 for _ in questions),
            orders=tuple("abc" for _ in questions),
        )
        self._attempts.append((attempt, mode, questions, [sitting]))
        self._say(device, payload)
        if random.random() < 0.1:
            self._say(device, payload)

    def _chosen(self) -> tuple[str, str, list[str], str]:
        if not self._attempts or self._random.random() < 0.03:
            return "unknown attempt", "practice", QUESTIONS[:2], "sitting"
        attempt, mode, questions, sittings = self._random.choice(self._attempts[-3:])
        return attempt, mode, questions, self._random.choice([sittings[-1], sittings[-1], *sittings])

    def _act(self, device: Device) -> None:
        random = self._random
        attempt, mode, questions, sitting = self._chosen()
        question = random.choice(questions if random.random() < 0.95 else QUESTIONS)
        clock_ms = random.randint(0, 60_000)
        kind = random.random()
        if kind < 0.7:
            choice = random.choice([("a",), ("b",), ("a", "c"), ()])
            confidence = random.choice([None, "sure", "think_so", "guess", "certain"])
            is_correct, elapsed_ms = random.random() < 0.6, random.randint(0, 90_000)
            answer = Answered(attempt, sitting, mode, question, 1, choice, is_correct, elapsed_ms, clock_ms, confidence)
            self._say(device, answer)
        elif kind < 0.85:
            self._say(device, Flagged(attempt, sitting, question, random.random() < 0.6, clock_ms))
        else:
            option = random.choice("abc")
            self._say(device, Struck(attempt, sitting, question, option, random.random() < 0.7, clock_ms))

    def _end(self, device: Device) -> None:
        random = self._random
        attempt, mode, questions, sitting = self._chosen()
        size = len(questions) if random.random() < 0.9 else len(questions) + 1
        finish = AttemptFinished(
            attempt=attempt,
            sitting=sitting,
            mode=mode,
            reason="submitted",
            questions=tuple(questions),
            results="".join(random.choice("10-") for _ in range(size)),
            confidences="".join(random.choice("stg-") for _ in questions),
            seconds=tuple(random.randint(0, 90) for _ in range(size)),
            raw=random.choice(["3", "5/2", "0", "-1", "x", "1/0", "1e999999999", ""]),
            scaled=random.choice([None, 700]),
            passed=random.choice([None, True, False]),
            elapsed_ms=random.choice([0, 55_000, 2**62]),
            interruptions=random.randint(0, 2),
        )
        self._say(device, finish)

    def _take(self, device: Device) -> None:
        if self._attempts:
            attempt, _, _, sittings = self._random.choice(self._attempts)
            sittings.append(f"{sittings[0]}.{len(sittings)}")
            self._say(device, AttemptTaken(attempt, sittings[-1]))

    def _delete(self, device: Device) -> None:
        """Of an attempt in any state, also of one that is yet to start."""
        number = self._random.randint(0, len(self._attempts))
        self._say(device, AttemptDeleted(f"attempt{number}", self._random.random() < 0.7))

    def _mark(self, device: Device) -> None:
        random = self._random
        question = random.choice([*QUESTIONS, "q:with:colons", "", "ü\u0000"])
        payloads: list[Payload] = [
            BookmarkSet(question, random.random() < 0.6),
            NoteSet(question, random.choice(["", "a note", "é\u0000\u2028" * 3])),
            QuestionReported(random.choice(["r1", "r2", "r3"]), question, 1, "typo", "text"),
        ]
        self._say(device, random.choice(payloads))

    def _setting(self, device: Device) -> None:
        key, value = self._random.choice(
            [
                ("day.time_zone", '"Pacific/Auckland"'),
                ("day.time_zone", '"Europe/Berlin"'),
                ("day.time_zone", '"No/Where"'),
                ("day.time_zone", '"\\ud800"'),
                ("day.time_zone", "7"),
                ("day.time_zone", "{broken"),
                ("day.rollover_hour", "0"),
                ("day.rollover_hour", "99"),
                ("day.rollover_hour", "true"),
                ("study.retention", "0.8"),
                ("study.retention", "0.95"),
                ("study.retention", "7.5"),
                ("study.retention", "NaN"),
                ("font", '{"size": 12}'),
                ("number", "9" * 5000),
            ]
        )
        self._say(device, SettingSet(key, value))

    def _date(self, device: Device) -> None:
        day = self._random.choice(["2026-12-15", "2027-01-31", "", "2027-02-30", "20270101", "soon"])
        self._say(device, ExamDateSet(self._random.choice(["e1", "e2"]), day))

    def _odd(self, device: Device) -> None:
        """Events of newer programs, and payloads that nobody can use."""
        random = self._random
        known = random.choice(["answered", "attempt_started", "attempt_finished", "note_set", "setting_set"])
        payload = random.choice(
            [
                "",
                "{",
                "[]",
                "null",
                "{}",
                "9" * 5000,
                "[" * 9000,
                '{"question":7,"text":"x"}',
                '{"question":"q1","text":"\\ud800"}',
                '{"key":"k","value":1}',
                '{"question":"q1","text":"more","colour":"red"}',
                json.dumps({"question": "q1", "text": "long " * 3000})[:MAX_PAYLOAD_BYTES],
            ]
        )
        if random.random() < 0.4:
            self._add(device, random.choice(["exam_moved", "hologram_seen", ""]), random.choice([1, 7]), payload)
        elif random.random() < 0.3:
            self._add(device, known, 2, payload)
        else:
            self._add(device, known, 1, payload)
        if random.random() < 0.2:
            huge = Answered("a", "s", "practice", random.choice(QUESTIONS), 1, ("a",), True, 2**62, 2**62)
            self._say(device, huge)
