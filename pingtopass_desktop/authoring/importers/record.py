"""What every format is read into: named values with a place. It knows no format and no question.

Unreadable   a file that cannot be used at all
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from pingtopass_desktop.library.bank.model import Problem


class Unreadable(Exception):
    """A file that cannot be used as a whole. The message names it, what is wrong and what to do."""


class Record(Struct, frozen=True):
    """One row of a table or one object of a JSON text.

    `where` finds the place only when it is asked for, because most records are never reported. `group` is the
    heading that a JSON text puts over several questions. `remark` is a warning for the case that the record is used.
    """

    fields: dict[str, Any]
    where: Callable[[], str]
    group: str = ""
    remark: str = ""


class RecordFile(Struct):
    """The records of one file. `columns` holds every field name once, in order of first appearance."""

    name: str
    is_table: bool
    columns: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def text_of(value: Any) -> str:
    """A value as the text that it stands for, unchanged where it is text already.

    Objects such as ``{"format": "html", "text": "…"}`` give their text, lists their parts as paragraphs.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict):
        for name in ("text", "value", "html", "content", "label"):
            if isinstance(value.get(name), (str, int, float)):
                return text_of(value[name])
        return ""
    if isinstance(value, list):
        return "\n\n".join(part for item in value if not isinstance(item, list) and (part := text_of(item)))
    return str(value)


def is_blank(value: Any) -> bool:
    """True for what says nothing: null, white space, an empty list or object."""
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())
