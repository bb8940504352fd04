"""Keeps the settings of this screen in a file. What in it cannot be read is as if it had never been set."""

import logging
import os
from pathlib import Path
from typing import Any

import msgspec

from pingtopass_desktop.ui.preferences import WindowSettings

_log = logging.getLogger(__name__)


def load(path: Path) -> WindowSettings:
    try:
        fields: Any = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError):
        return WindowSettings()
    usable: dict[str, Any] = {}
    for field in msgspec.structs.fields(WindowSettings) if isinstance(fields, dict) else ():
        try:
            usable[field.name] = msgspec.convert(fields[field.name], field.type)
        except (KeyError, ValueError):
            continue
    settings = WindowSettings(**usable)
    return settings if 100 <= settings.zoom <= 200 else msgspec.structs.replace(settings, zoom=100)


def save(path: Path, settings: WindowSettings) -> None:
    """Keep the settings; a disk that does not take them is logged, nothing more."""
    partial = path.with_suffix(".part")
    try:
        partial.write_bytes(msgspec.json.encode(settings))
        os.replace(partial, path)
    except OSError as error:
        _log.warning("the window's settings were not kept: %s", error.strerror)
