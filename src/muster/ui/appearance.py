"""How the window looks to whoever sits before it: light, dark or high contrast, and how large.

Kept per person in ``window.ini`` in the station's folder, and for the sign-in page the choice made last there.
Where nobody chose, the desktop's own wish counts, also while the window is open. Beside it stands whether somebody
wants hints.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QApplication

from muster.ui import theme

_FILE = "window.ini"
_NOBODY = "sign-in"
_HINTS = "hints"
_HINTS_FOR_ALL = "training/hints"  # as it was written before each person had their own


class Scheme(Enum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Appearance:
    """``zoom`` in per cent, 100 to 200."""

    scheme: Scheme = Scheme.SYSTEM
    zoom: int = theme.USUAL_ZOOM


class Looks(QObject):
    """``zoomed`` when sizes have changed: what has fixed ones has to be made anew. Colours change by
    themselves."""

    zoomed = Signal()

    def __init__(self, application: QApplication, folder: Path, owner: QObject | None = None) -> None:
        super().__init__(owner)
        self._application = application
        self._file = folder / _FILE
        self._person = _NOBODY
        self.current = self._kept()
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow)
        self._apply()

    def belong_to(self, user_id: str | None) -> None:
        """Show what this person chose; ``None`` is whoever is about to sign in."""
        self._person = f"people/{user_id}" if user_id else _NOBODY
        before, self.current = self.current, self._kept()
        if self.current != before:
            self._apply()

    def choose(self, wanted: Scheme) -> None:
        self._change(replace(self.current, scheme=wanted))

    @property
    def hints_chosen(self) -> bool | None:
        """Whether this person wants hints, or sent them away; None where they said neither. Hints that somebody
        asked for before signing in are there for whoever said neither."""
        if not self._file.exists():
            return None
        own = self._settings().value(f"{self._person}/{_HINTS}", "")
        if own in ("true", "false"):
            return own == "true"
        before = (f"{_NOBODY}/{_HINTS}", _HINTS_FOR_ALL)
        return True if any(self._settings().value(each, "") == "true" for each in before) else None

    def choose_hints(self, *, wanted: bool) -> None:
        if self._file.parent.exists():
            self._settings().setValue(f"{self._person}/{_HINTS}", "true" if wanted else "false")

    def zoom_by(self, steps: int) -> None:
        """One step is 25 %, within 100 and 200 %."""
        wanted = self.current.zoom + steps * theme.ZOOM_STEP
        self._zoom(min(max(wanted, theme.LEAST_ZOOM), theme.MOST_ZOOM))

    def zoom_as_usual(self) -> None:
        self._zoom(theme.USUAL_ZOOM)

    def _zoom(self, zoom: int) -> None:
        if zoom != self.current.zoom:
            self._change(replace(self.current, zoom=zoom))
            self.zoomed.emit()

    def _change(self, wanted: Appearance) -> None:
        if wanted != self.current:
            self.current = wanted
            self._keep()
            self._apply()

    def _follow(self, *_: object) -> None:
        if self.current.scheme is Scheme.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        look = theme.Look(colours_for(self.current.scheme, self._application), self.current.zoom)
        if look != theme.look() or not self._application.styleSheet():
            theme.apply(self._application, look)

    def _kept(self) -> Appearance:
        """What is not one of ours counts as not chosen: the file can be edited by anybody."""
        if not self._file.exists():
            return Appearance()
        settings = self._settings()
        name, zoom = (str(settings.value(f"{self._person}/{each}", "")) for each in ("theme", "zoom"))
        wanted = Scheme(name) if name in {each.value for each in Scheme} else Scheme.SYSTEM
        size = int(zoom) if zoom.isascii() and zoom.isdigit() else theme.USUAL_ZOOM
        return Appearance(wanted, min(max(size, theme.LEAST_ZOOM), theme.MOST_ZOOM))

    def _keep(self) -> None:
        """Not before there is a station: a set-up wants its folder empty."""
        if self._file.parent.exists():
            settings = self._settings()
            settings.setValue(f"{self._person}/theme", self.current.scheme.value)
            settings.setValue(f"{self._person}/zoom", self.current.zoom)

    def _settings(self) -> QSettings:
        return QSettings(str(self._file), QSettings.Format.IniFormat)


def colours_for(wanted: Scheme, application: QApplication) -> theme.Colours:
    """Those of a theme; what the desktop asks for where nobody chose."""
    if wanted is Scheme.SYSTEM:
        hints = application.styleHints()
        if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
            return theme.CONTRAST
        return theme.DARK if hints.colorScheme() is Qt.ColorScheme.Dark else theme.LIGHT
    return {Scheme.LIGHT: theme.LIGHT, Scheme.DARK: theme.DARK, Scheme.CONTRAST: theme.CONTRAST}[wanted]
