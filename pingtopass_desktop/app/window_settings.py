"""What belongs to this screen and never to an account: theme, text zoom, geometry. A broken file means defaults."""

import json
import logging
import os
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

_log = logging.getLogger(__name__)


class WindowSettings(Struct, frozen=True):
    """`geometry` is x, y, width, height in pixels, empty for the default."""

    theme: str = "system"
    zoom: int = 100
    geometry: tuple[int, ...] = ()


def load(path: Path) -> WindowSettings:
    try:
        fields: Any = json.loads(path.read_text("utf-8"))
        theme, zoom, geometry = fields.get("theme"), fields.get("zoom"), fields.get("geometry")
    except (OSError, ValueError, AttributeError):
        return WindowSettings()
    is_whole = isinstance(geometry, list) and len(geometry) == 4 and all(isinstance(each, int) for each in geometry)
    return WindowSettings(
        theme=theme if theme in ("system", "light", "dark", "high_contrast") else "system",
        zoom=zoom if isinstance(zoom, int) and 100 <= zoom <= 200 else 100,
        geometry=tuple(geometry) if is_whole else (),
    )


def save(path: Path, settings: WindowSettings) -> None:
    """Keep the settings; a disk that does not take them is logged, nothing more."""
    partial = path.with_suffix(".part")
    try:
        partial.write_text(json.dumps(asdict(settings)), "utf-8")
        os.replace(partial, path)
    except OSError as error:
        _log.warning("the window's settings were not kept: %s", error.strerror)
