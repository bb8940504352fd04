"""What belongs to this screen and never to an account: look, keys, comfort, the places of the window."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.keys import KeyMap
from pingtopass_desktop.ui.theme import ThemeName


class WindowPlace(Struct, frozen=True):
    """Where the window stood on a screen, in pixels, and which page of the rail it showed."""

    x: int
    y: int
    width: int
    height: int
    is_maximized: bool = False
    page: str = ""


class WindowSettings(Struct, frozen=True):
    """`places` by screen; `screen` is the one used last. `keys` are those that differ from what commands come with.
    `told_on` is the day of the last notification, as ``YYYY-MM-DD``."""

    theme: ThemeName = ThemeName.SYSTEM
    zoom: int = 100
    places: dict[str, WindowPlace] = {}
    screen: str = ""
    keys: dict[str, tuple[str, ...]] = {}
    has_single_letters: bool = True
    reduces_motion: bool = False
    notifies: bool = False
    told_on: str = ""


class Preferences(QObject):
    """The settings of this screen, in force. Signals: `changed` after one of them changed."""

    changed = Signal()

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__()
        self._settings = settings
        self._own_keys: tuple[dict[str, tuple[str, ...]], bool] | None = None
        theme.apply(theme.resolve(settings.theme, settings.zoom))
        self._put_in_force()

    @property
    def settings(self) -> WindowSettings:
        return self._settings

    def change(self, **fields: Any) -> None:
        """Change some of the settings, by their names in `WindowSettings`, and put them in force."""
        changed = replace(self._settings, **fields)
        if changed != self._settings:
            self._settings = changed
            self._put_in_force()
            self.changed.emit()

    def keep_place(self, screen: str, place: WindowPlace) -> None:
        """Remember where the window stands, without a word to anyone."""
        self._settings = replace(self._settings, screen=screen, places={**self._settings.places, screen: place})

    def follow_system(self) -> None:
        """Take the system's light or dark again."""
        if self._settings.theme is ThemeName.SYSTEM:
            self._put_in_force()

    def zoom_by(self, step: int) -> None:
        """One step larger or smaller; 0 is back to 100 %."""
        zoom = self._settings.zoom
        index = theme.ZOOM_STEPS.index(zoom) if zoom in theme.ZOOM_STEPS else 0
        index = 0 if step == 0 else min(len(theme.ZOOM_STEPS) - 1, max(0, index + step))
        self.change(zoom=theme.ZOOM_STEPS[index])

    def _put_in_force(self) -> None:
        settings = self._settings
        wanted = theme.resolve(settings.theme, settings.zoom)
        if wanted != theme.current():
            theme.apply(wanted)
        own_keys = (settings.keys, settings.has_single_letters)
        if own_keys != self._own_keys:
            self._own_keys = own_keys
            keys.use(KeyMap(settings.keys, has_single_letters=settings.has_single_letters))
