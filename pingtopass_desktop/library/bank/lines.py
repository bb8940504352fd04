"""Where the keys of a TOML document stand. It finds lines for messages and never decides what a document means."""

import re

_TABLE = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.\"'-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_ELEMENT = re.compile(r"\s*\{")
_FIRST_ELEMENT = re.compile(r"[^=]*=\s*\[\s*\{")


class TomlLines:
    """Line numbers by dotted path: ``exam.id``, ``objective[3].code``, ``question[0].answers[2]``."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, int] = {}
        self._scan(text)

    def line(self, path: str) -> int | None:
        """The line of a path, or of its nearest part that is written on a line of its own."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = re.sub(r"(\.[^.\[\]]+|\[\d+\]|[^.\[\]]+)$", "", path)
        return None

    def where(self, file: str, path: str) -> str:
        line = self.line(path)
        return f"{file}:{line}" if line is not None else file

    def _scan(self, text: str) -> None:
        counts: dict[str, int] = {}
        table, key, elements = "", "", 0
        fence: str | None = None
        for number, line in enumerate(text.split("\n"), start=1):
            if fence is not None:
                if line.count(fence) % 2:
                    fence = None
                continue
            if heading := _TABLE.match(line):
                name = heading.group(1)
                if line.lstrip().startswith("[["):
                    index = counts.get(name, 0)
                    counts[name] = index + 1
                    self._lines.setdefault(name, number)
                    name = f"{name}[{index}]"
                table, key = name, ""
                self._lines[table] = number
            elif found := _KEY.match(line):
                key, elements = found.group(1), int(_FIRST_ELEMENT.match(line) is not None)
                self._lines[f"{table}.{key}" if table else key] = number
            elif key and _ELEMENT.match(line):
                self._lines[f"{table}.{key}[{elements}]"] = number
                elements += 1
            fence = _opened_fence(line)


def _opened_fence(line: str) -> str | None:
    """The multi-line string delimiter that a line leaves open."""
    for fence in ('"""', "'''"):
        if line.count(fence) % 2:
            return fence
    return None
