"""Saying things aloud, where the system can: a program it brings, found when it is first needed.

Nothing ever waits for a voice. What is to be said goes to a lane of its own, where the newest sentence replaces
those nobody heard yet; a program that hangs is ended. Without a voice everything is silent, and the devices page
says so. Sentences are the program's own: no name or number of a person is ever spoken, nor handed to another
program.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from muster.workstation.lanes import Lanes
from muster.workstation.mailbox import Mailbox

_LANE = "speech"
_LONGEST_S = 15.0
_NOT_AGAIN_WITHIN_S = 6.0
# Windows' own voices; the sentence comes by standard input, so that nothing in it is ever taken for a command.
_WINDOWS = (
    "Add-Type -AssemblyName System.Speech;"
    "[Console]::InputEncoding=[Text.Encoding]::UTF8;"
    "$s=New-Object System.Speech.Synthesis.SpeechSynthesizer;"
    "$s.SelectVoiceByHints('NotSet','NotSet',0,[Globalization.CultureInfo]::GetCultureInfo('LANGUAGE'));"
    "$s.Speak([Console]::In.ReadToEnd())"
)
# The voices macOS has brought for long; of other languages the system's own is used.
_MAC_VOICES: Mapping[str, str] = MappingProxyType({"en": "Samantha", "fr": "Thomas", "ar": "Maged", "hi": "Lekha"})


class Speech(Protocol):
    """A voice."""

    @property
    def name(self) -> str:
        """What speaks, for the list of devices."""

    def say(self, text: str, language: str) -> None:
        """Say ``text`` in ``language`` (``fr``) and return when it was said. Raises nothing: who is not heard is
        read."""


@dataclass(frozen=True, slots=True)
class SpeechProgram:
    """``arguments`` makes the command line for a sentence in a language; it is given by standard input as well."""

    name: str
    arguments: Callable[[str, str], Sequence[str]]

    def say(self, text: str, language: str) -> None:
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                self.arguments(text, language),
                input=text.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_LONGEST_S,
                check=False,
            )


def find_speech(system: str = sys.platform) -> Speech | None:
    """The voice of this computer, if it has one."""
    name, command = _VOICES.get(system, _VOICES["linux"])
    program = shutil.which(command)
    if program is None:
        return None
    return SpeechProgram(name, lambda text, language: (program, *_arguments(command, text, language)))


_VOICES = {"linux": ("speech-dispatcher", "spd-say"), "darwin": ("say", "say"), "win32": ("SAPI", "powershell")}


def _arguments(command: str, text: str, language: str) -> Sequence[str]:
    if command == "powershell":
        return ("-NoProfile", "-Command", _WINDOWS.replace("LANGUAGE", language))
    if command == "say":
        voice = _MAC_VOICES.get(language)
        return (*(("-v", voice) if voice else ()), "-f", "-")
    return ("--wait", "--language", language, "--", text)


class Announcer:
    """Says the newest sentence, and the same one not twice in a row while it is still in the ear."""

    def __init__(
        self,
        find: Callable[[], Speech | None] = find_speech,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._clock_s = clock_s
        self._lanes = Lanes()
        self._waiting: Mailbox[tuple[str, str]] = Mailbox()
        self._last = ("", "", float("-inf"))
        self._voice: Speech | None = None
        self._has_looked = False
        self.is_on = True

    @property
    def voice(self) -> str:
        """What speaks; empty where nothing does."""
        found = self._found()
        return found.name if found else ""

    def say(self, text: str, language: str) -> None:
        """Returns at once."""
        text_before, language_before, at = self._last
        now = self._clock_s()
        if not self.is_on or not text or self._found() is None:
            return
        if (text, language) == (text_before, language_before) and now - at < _NOT_AGAIN_WITHIN_S:
            return
        self._last = (text, language, now)
        self._waiting.put((text, language))
        self._lanes.submit(_LANE, self._speak)

    def hush(self) -> None:
        """Forget what was not said yet."""
        self._waiting.take()

    def close(self) -> None:
        """Does not wait for the end of a sentence."""
        self._waiting.take()
        self._lanes.leave()

    def _speak(self) -> None:
        newest = self._waiting.take()
        if newest is not None and self._voice is not None:
            self._voice.say(*newest)

    def _found(self) -> Speech | None:
        if not self._has_looked:
            self._voice, self._has_looked = self._find(), True
        return self._voice
