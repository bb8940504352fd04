"""Where the objects of a JSON text stand. It finds lines for messages and never decides what the text means."""

import re
from typing import Any

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|\{|\r\n|\n|\r', re.DOTALL)


class ObjectLines:
    """Lines of the objects of a decoded document, worked out when the first one is asked for."""

    def __init__(self, text: str, document: Any) -> None:
        self._text = text
        self._document = document
        self._lines: dict[int, int] | None = None

    def line(self, item: dict[str, Any]) -> int | None:
        """The line from 1 on which an object opens; None where a repeated name makes that unknowable."""
        if self._lines is None:
            opened = self._opened()
            objects = self._objects()
            self._lines = dict(zip(objects, opened, strict=True)) if len(objects) == len(opened) else {}
        return self._lines.get(id(item))

    def _opened(self) -> list[int]:
        lines: list[int] = []
        line = 1
        for token in _TOKEN.finditer(self._text):
            found = token.group()
            if found == "{":
                lines.append(line)
            elif found[0] != '"':
                line += 1
        return lines

    def _objects(self) -> list[int]:
        """Identities of all objects in the order in which they open."""
        found: list[int] = []
        waiting: list[Any] = [self._document]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                found.append(id(value))
                waiting.extend(reversed(value.values()))
            elif isinstance(value, list):
                waiting.extend(reversed(value))
        return found
