"""Writing a document that the learner asked for: all of it or nothing, and never over a file without being told to."""

from pathlib import Path

from pingtopass_desktop.disk import CannotSave, whole_file

__all__ = ["CannotSave", "save_document"]


def save_document(target: Path, content: bytes, *, may_replace: bool) -> None:
    """Write a file as `disk.whole_file` does. Raises: CannotSave."""
    with whole_file(target, may_replace=may_replace) as file:
        file.write(content)
