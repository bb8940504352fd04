"""Saving everything that the service knows of the learner: one zip, whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pingtopass_desktop.cloud.cancel import Cancel
from pingtopass_desktop.cloud.client import Client
from pingtopass_desktop.cloud.errors import BadAnswer, Cancelled
from pingtopass_desktop.disk import whole_file

MAX_EXPORT_BYTES = 4 * 1024**3


def save_export(
    client: Client,
    token: str,
    target: Path,
    on_progress: Callable[[int, int | None], None],
    cancel: Cancel,
    *,
    may_replace: bool,
) -> None:
    """Write the zip beside its place and rename it when it is complete. Raises: CloudError, CannotSave."""
    with (
        client.download("/v1/me/export", "application/zip", token=token) as download,
        whole_file(target, may_replace=may_replace) as file,
    ):
        there = 0
        on_progress(there, download.size)
        for chunk in download.chunks:
            if cancel.is_set():
                raise Cancelled("The export was cancelled. No file was written.")
            there += file.write(chunk)
            if there > MAX_EXPORT_BYTES:
                raise BadAnswer("The export has no end. No file was written; try again later.")
            on_progress(there, download.size)
        _require_zip(file, there)


def _require_zip(file: BinaryIO, size: int) -> None:
    """A zip that was cut has no end record."""
    import zipfile

    file.flush()
    with open(file.name, "rb") as written:
        if not size or not zipfile.is_zipfile(written):
            raise BadAnswer("The export is damaged. No file was written; try again later.")
