"""Where this installation keeps its files, and how it was asked to start. No Qt, and nothing is created here."""

import os
from pathlib import Path

from msgspec import Struct

DATA_DIR_VARIABLE = "PINGTOPASS_DATA_DIR"


class DataFolder(Struct, frozen=True):
    """All state of the program: one folder, and the places in it."""

    root: Path

    @property
    def packs(self) -> Path:
        return self.root / "packs"

    @property
    def learner(self) -> Path:
        return self.root / "guest" / "learner.db"

    @property
    def clocks(self) -> Path:
        return self.root / "guest" / "clocks"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def window_lock(self) -> Path:
        """The file that a running window holds locked; see `library.lock.FileLock`."""
        return self.root / "window.lock"

    @property
    def window_settings(self) -> Path:
        return self.root / "window.json"


class TourOptions(Struct, frozen=True):
    """How `tour` drives the window: where the pictures go and what they look like. `theme` is a `ThemeName`;
    `text_zoom` in percent."""

    folder: Path
    theme: str = "light"
    width: int = 1280
    height: int = 800
    text_zoom: int = 100


def data_folder(option: str | None) -> DataFolder:
    """The folder named on the command line, else by PINGTOPASS_DATA_DIR, else the platform's own place."""
    chosen = option or os.environ.get(DATA_DIR_VARIABLE)
    if chosen:
        return DataFolder(Path(chosen).expanduser().absolute())
    import platformdirs  # only where nothing was chosen

    return DataFolder(platformdirs.user_data_path("PingToPass", appauthor=False))
