"""Image files of a bank: what they are by their first bytes, and lookup by the paths that texts use."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from pingtopass_desktop.library.bank.model import Media

SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/svg+xml": ".svg"}


def image_mime(content: bytes) -> str | None:
    """The type of an image that the application can show, judged by content and never by name."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    head = content[:1024].lstrip()
    if head.startswith((b"<svg", b"<?xml")) and b"<svg" in content[:4096]:
        return "image/svg+xml"
    return None


class MediaShelf:
    """The images of a bank as they are referred to. Only those that a question uses end up in `used`.

    `read` gives the bytes of a path or None; it is called once for each path.
    """

    def __init__(self, read: Callable[[str], bytes | None], known: Iterable[Media] = ()) -> None:
        self._read = read
        self._by_path: dict[str, Media | None] = {}
        self._known = {media.sha256: media for media in known}
        self._used: dict[str, Media] = {}

    def resolve(self, target: str) -> str | None:
        """The SHA-256 of an image by its path or by a ``media:`` reference; None where there is no such image."""
        if target.startswith("media:"):
            media = self._known.get(target.removeprefix("media:"))
        else:
            media = self._load(target)
        if media is None:
            return None
        self._used[media.sha256] = media
        return media.sha256

    @property
    def used(self) -> tuple[Media, ...]:
        return tuple(sorted(self._used.values(), key=lambda media: media.sha256))

    def _load(self, target: str) -> Media | None:
        path = str(PurePosixPath(target))
        if path not in self._by_path:
            content = self._read(path)
            mime = image_mime(content) if content is not None else None
            if content is None or mime is None:
                self._by_path[path] = None
            else:
                digest = hashlib.sha256(content).hexdigest()
                self._by_path[path] = Media(digest, mime, content)
        return self._by_path[path]
