"""Where this installation keeps its files, which service it signs in to, and how it was asked to start.

No Qt, and nothing is created here.
"""

import os
from pathlib import Path

from msgspec import Struct

DATA_DIR_VARIABLE = "PINGTOPASS_DATA_DIR"
API_URL_VARIABLE = "PINGTOPASS_API_URL"


class WrongServiceUrl(Exception):
    """The address of the service cannot be used. The message names it, where it stands, and what to do."""


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


def service_url(file: Path | None = None) -> str:
    """The address of the companion API: PINGTOPASS_API_URL, else `resources/service.toml`. "": there is no service.

    Not for the way to the first page: it reads a file and imports its parser. Raises: WrongServiceUrl.
    """
    from pingtopass_desktop.cloud.address import service_address
    from pingtopass_desktop.cloud.errors import WrongAddress

    place, text = API_URL_VARIABLE, os.environ.get(API_URL_VARIABLE, "").strip()
    if not text:
        from pingtopass_desktop.library.starter import resources_folder

        file = file or resources_folder() / "service.toml"
        place, text = f"api_url in {file}", _api_url(file)
    try:
        return service_address(text) if text else ""
    except WrongAddress as error:
        raise WrongServiceUrl(f"{place}: {error}") from error


def _api_url(file: Path) -> str:
    import tomllib

    try:
        value = tomllib.loads(file.read_text("utf-8")).get("api_url", "")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise WrongServiceUrl(f"{file} cannot be read ({error}). Correct it, or set {API_URL_VARIABLE}.") from error
    if not isinstance(value, str):
        raise WrongServiceUrl(f'api_url in {file} is no text. Write it as api_url = "https://api.example.com".')
    return value.strip()
