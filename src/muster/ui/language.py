"""The window's language: which there are, the catalogue in use, and saying things in it.

Every text of the window goes through :func:`tr`, every code of an error or finding through :func:`say`; both
look up the same catalogue (``translations/*.ts``), so a sentence is translated once wherever it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from muster.domain.assessment import Finding
    from muster.errors import Code, Detail, MusterError

CONTEXT = "Muster"
_FOLDER = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class WindowLanguage:
    """``code`` as Qt names it, ``data_code`` as MOSIP does, ``name`` as its speakers do."""

    code: str
    data_code: str
    name: str
    right_to_left: bool = False


WINDOW_LANGUAGES = (
    WindowLanguage("en", "eng", "English"),
    WindowLanguage("fr", "fra", "Français"),
    WindowLanguage("ar", "ara", "العربية", right_to_left=True),
    WindowLanguage("hi", "hin", "हिन्दी"),
    WindowLanguage("am", "amh", "አማርኛ"),
)


def tr(text: str, **detail: str | float) -> str:
    """``text`` in the window's language, its placeholders filled."""
    return QCoreApplication.translate(CONTEXT, text).format(**detail)


def word(text: str) -> str:
    """A word of a configuration or of a method: in the window's language when the catalogue has it."""
    return QCoreApplication.translate(CONTEXT, text) if text else ""


def say(code: Code, detail: Detail | None = None) -> str:
    """A code's sentence in the window's language. Words in ``detail`` (kinds of device) are looked up too."""
    translated = {
        name: QCoreApplication.translate(CONTEXT, value) if isinstance(value, str) and value else value
        for name, value in (detail or {}).items()
    }
    return QCoreApplication.translate(CONTEXT, code.sentence).format(**translated)


def say_error(error: MusterError) -> str:
    return say(error.code, error.detail)


def say_finding(finding: Finding) -> str:
    return say(finding.code, finding.detail)


class OtherLanguage:
    """Says things in a language that is not the window's: the person's, on their screen and aloud. In English
    where nobody translated into it; ``code`` and ``right_to_left`` are those of the language that is spoken.
    """

    def __init__(self, data_code: str) -> None:
        found = next((each for each in WINDOW_LANGUAGES if each.data_code == data_code), WINDOW_LANGUAGES[0])
        self.code, self.right_to_left = found.code, found.right_to_left
        self._translator = QTranslator()
        self._translator.load(str(_FOLDER / f"muster_{found.code}.qm"))

    def tr(self, text: str, **detail: str | float) -> str:
        """``text``, its placeholders filled."""
        return (self._translator.translate(CONTEXT, text) or text).format(**detail)

    def say(self, code: Code, detail: Detail | None = None) -> str:
        """A code's sentence, words in ``detail`` looked up as well."""
        said = {
            name: self.tr(value) if isinstance(value, str) and value else value
            for name, value in (detail or {}).items()
        }
        return self.tr(code.sentence, **said)


def language_of_system() -> WindowLanguage:
    system = QLocale.system().name()[:2]
    return next((each for each in WINDOW_LANGUAGES if each.code == system), WINDOW_LANGUAGES[0])


class Languages:
    """Switches the application between languages."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._translator: QTranslator | None = None
        self.current = WINDOW_LANGUAGES[0]

    def use(self, language: WindowLanguage) -> None:
        if self._translator is not None:
            self._application.removeTranslator(self._translator)
            self._translator.deleteLater()
            self._translator = None
        if language.code != "en":
            translator = QTranslator(self._application)
            if translator.load(str(_FOLDER / f"muster_{language.code}.qm")):
                self._application.installTranslator(translator)
                self._translator = translator
        direction = Qt.LayoutDirection.RightToLeft if language.right_to_left else Qt.LayoutDirection.LeftToRight
        self._application.setLayoutDirection(direction)
        self.current = language
