"""Words of a query and where they stand in a text: the same folding as the search index, and excerpts with marks.

An excerpt is plain text; `MARK_START` and `MARK_END` stand around each word that was looked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

MARK_START, MARK_END = "\x02", "\x03"

_WORD = re.compile(r"\w+", re.UNICODE)
_MARKUP = re.compile(r"```\w*|`|\*\*|[\x02\x03]")
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")

_LONGEST = 280
_LEAD = 28
"""How many characters stand before the first mark where an excerpt does not begin with the text."""

_HEAD = 40
"""How much of a stem stands before an excerpt of another text: both are to be seen on two lines."""


class _Folds(dict[int, int]):
    """Letters as the index compares them: small, without diacritics, one for one so that places stay the same."""

    def __missing__(self, code: int) -> int:
        letter = chr(code)
        base, *others = unicodedata.normalize("NFD", letter)
        small = (letter if any(not unicodedata.combining(other) for other in others) else base).lower()
        self[code] = ord(small) if len(small) == 1 else code
        return self[code]


_FOLDS = _Folds()


def fold(text: str) -> str:
    """A text of the same length in which words compare as in the index."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def match_expression(text: str) -> str:
    """The query of the index: all words, the last one also as a beginning; empty where there are no words."""
    words = _WORD.findall(text)
    if not words:
        return ""
    quoted = [f'"{word}"' for word in words]
    if text[-1:].isalnum():
        quoted[-1] += "*"
    return " ".join(quoted)


class Marker:
    """Finds the words of a query in texts. No words, no marks."""

    def __init__(self, query: str) -> None:
        words = [re.escape(fold(word)) for word in _WORD.findall(query)]
        if words and query[-1:].isalnum():
            words[-1] += r"[^\W_]*"
        longest_first = "|".join(sorted(set(words), key=len, reverse=True))
        self._pattern = re.compile(rf"(?:{longest_first})(?![^\W_])") if words else None

    def excerpt(self, stem: str, others: Iterable[str] = ()) -> str:
        """The stem with its marks, from its beginning or from shortly before the first of them.

        Where the stem has none, its beginning is followed by the first of the other texts that has one.
        """
        stem = plain(stem)
        spans = self._spans(stem)
        if spans or self._pattern is None:
            return _window(stem, spans, 70)
        for other in others:
            text = plain(other)
            found = self._spans(text)
            if found:
                head = stem[:_HEAD].rsplit(" ", 1)[0] if len(stem) > _HEAD else stem
                return f"{head} … {_window(text, found, 0).lstrip('…')}"
        return _window(stem, [], 0)

    def _spans(self, text: str) -> list[tuple[int, int]]:
        if self._pattern is None:
            return []
        folded = fold(text)
        spans = (found.span() for found in self._pattern.finditer(folded))
        return [span for span in spans if not span[0] or not folded[span[0] - 1].isalnum()]  # a look back is slower


def plain(markdown: str) -> str:
    """A text on one line without the marks of Markdown; a picture gives its description."""
    if "![" in markdown:
        markdown = _PICTURE.sub(r"\1", markdown)
    return " ".join(_MARKUP.sub("", markdown).split())


def runs(marked: str) -> list[tuple[str, bool]]:
    """An excerpt in pieces: text, and whether it is marked."""
    pieces: list[tuple[str, bool]] = []
    for number, part in enumerate(re.split(f"[{MARK_START}{MARK_END}]", marked)):
        if part:
            pieces.append((part, number % 2 == 1))
    return pieces


def _window(text: str, spans: Sequence[tuple[int, int]], latest_start: int) -> str:
    """At most `_LONGEST` characters. It begins with the text unless the first mark stands behind `latest_start`."""
    first = spans[0][0] if spans else 0
    start = 0
    if first > latest_start:
        start = max(0, text.rfind(" ", 0, max(0, first - _LEAD)) + 1)
    end = min(len(text), start + _LONGEST)
    pieces, at = ["…" if start else ""], start
    for begin, stop in spans:
        if stop > end:
            break
        pieces += [text[at:begin], MARK_START, text[begin:stop], MARK_END]
        at = stop
    pieces += [text[at:end], "…" if end < len(text) else ""]
    return "".join(pieces)
