"""Bytes to text: which encoding a file has. It never replaces or drops a character."""

import codecs
import re

from pingtopass_desktop.authoring.importers.record import Unreadable
from pingtopass_desktop.library.bank.model import Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
"""UTF-32 stands before UTF-16, because its mark begins with the same two bytes."""

_NEWLINE = re.compile(rb"\r\n|\n|\r")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")


def decode(content: bytes, name: str) -> tuple[str, list[Problem]]:
    """The text of a file and what was assumed about it. Newlines stay as they are.

    A byte order mark decides; without one it is UTF-8, and where that cannot be, Windows-1252 with a warning.

    Raises: Unreadable for an empty file, for bytes that are no text in that encoding, and for NUL characters.
    """
    if not content:
        raise Unreadable(f"{name} is empty.")
    for mark, codec, title in _MARKS:
        if content.startswith(mark):
            return _checked(_strict(content[len(mark) :], codec, title, name), name), []
    if b"\0" in content[:4096] and len(content) > 1:
        raise Unreadable(
            f"{name} holds NUL bytes, so it is no text, or it is UTF-16 without a byte order mark. "
            "Save it as UTF-8 and try again."
        )
    try:
        return _checked(content.decode("utf-8"), name), []
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(content):
            raise Unreadable(
                f"{name}:{_line(content, error.start)}: byte 0x{content[error.start]:02x} is not UTF-8, "
                "but other characters of the file are. Save it as UTF-8 again and try once more."
            ) from error
    text = _checked(_strict(content, "cp1252", "UTF-8 or Windows-1252", name), name)
    warning = "is not UTF-8 and was read as Windows-1252 (CP1252); check accented letters and dashes"
    return text, [Problem(name, "", warning)]


def _strict(content: bytes, codec: str, title: str, name: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{name} is not {title} text (byte {error.start}: {error.reason}). Save it as UTF-8 and try again."
        ) from error


def _checked(text: str, name: str) -> str:
    if not text.strip():
        raise Unreadable(f"{name} is empty.")
    if "\0" in text:
        line = len(re.findall("\r\n|\n|\r", text[: text.index("\0")])) + 1
        raise Unreadable(f"{name}:{line}: holds a NUL character, so it is no text. Save it as UTF-8 and try again.")
    return text


def _is_damaged_utf8(content: bytes) -> bool:
    """True where most high bytes form UTF-8 sequences, which other encodings hardly ever do."""
    inside = sum(len(found) for found in _UTF8_SEQUENCE.findall(content))
    return inside * 2 > len(_HIGH_BYTE.findall(content))


def _line(content: bytes, position: int) -> int:
    return len(_NEWLINE.findall(content, 0, position)) + 1
