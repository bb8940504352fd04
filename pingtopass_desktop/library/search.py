"""Full-text search over questions, options and explanations of a pack. It returns text and marks, no markup."""

from pingtopass_desktop.library.listing import MAX_RANKED, Hit, Wish, matches, narrow
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.words import MARK_END, MARK_START

__all__ = ["MARK_END", "MARK_START", "MAX_RANKED", "Hit", "search"]


def search(pack: Pack, text: str, *, exam_id: str | None = None, limit: int = 50) -> list[Hit]:
    """The questions with all words of `text`; see `library.listing.matches`."""
    narrow(pack, Wish(None if exam_id is None else (exam_id,)))
    return matches(pack, text, 0, limit, is_counted=False)[1]
