"""Saying things aloud through a program of the system, which may be absent, slow or stuck."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from muster.workstation.speech import Announcer, find_speech


class Voice:
    """Speaks as long as it is held."""

    name = "test"

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.begun, self.go_on = Event(), Event()
        self.go_on.set()

    def say(self, text: str, language: str) -> None:
        self.said.append((text, language))
        self.begun.set()
        self.go_on.wait(5)


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest.fixture
def announcer(voice: Voice) -> Iterator[Announcer]:
    made = Announcer(lambda: voice)
    yield made
    voice.go_on.set()
    made.close()


def _until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A speech-dispatcher of our own on the path."""
    heard = folder / "heard"
    program = folder / "spd-say"
    program.write_text(f"#!/bin/sh\n{script}\n".replace("HEARD", str(heard)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return heard


def test_a_computer_without_a_voice_is_silent_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    announcer = Announcer()
    announcer.say("Please hold still.", "en")
    assert announcer.voice == ""
    announcer.close()


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the program")
def test_the_program_of_the_system_is_given_the_sentence_and_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = _program(tmp_path, monkeypatch, 'printf "%s\\n" "$@" > HEARD')
    speech = find_speech("linux")
    assert speech is not None
    speech.say("--help is no option here", "fr")
    assert heard.read_text().splitlines() == ["--wait", "--language", "fr", "--", "--help is no option here"]


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the program")
def test_a_program_that_fails_is_nobodys_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "exit 1")
    speech = find_speech("linux")
    assert speech is not None
    (tmp_path / "spd-say").unlink()
    speech.say("Please hold still.", "en")


def test_nothing_waits_for_a_voice_that_is_stuck(announcer: Announcer, voice: Voice) -> None:
    voice.go_on.clear()
    began = time.monotonic()
    announcer.say("Please look straight into the camera.", "en")
    announcer.say("Please hold still.", "en")
    assert voice.begun.wait(5)
    announcer.close()
    assert time.monotonic() - began < 2


def test_of_what_nobody_heard_yet_only_the_newest_is_said(announcer: Announcer, voice: Voice) -> None:
    voice.go_on.clear()
    announcer.say("one", "en")
    assert voice.begun.wait(5)
    announcer.say("two", "en")
    announcer.say("three", "en")
    voice.go_on.set()
    _until(lambda: len(voice.said) == 2)
    assert [text for text, _ in voice.said] == ["one", "three"]


def test_a_sentence_that_is_still_in_the_ear_is_not_said_again(voice: Voice) -> None:
    times = iter((0.0, 1.0, 7.0))
    announcer = Announcer(lambda: voice, lambda: next(times))
    for expected in (1, 1, 2):
        announcer.say("Come a little closer.", "en")
        _until(lambda expected=expected: len(voice.said) >= expected)  # type: ignore[misc]
        assert len(voice.said) == expected
    announcer.close()


def test_what_was_hushed_is_not_said_afterwards(announcer: Announcer, voice: Voice) -> None:
    voice.go_on.clear()
    announcer.say("one", "en")
    assert voice.begun.wait(5)
    announcer.say("two", "en")
    announcer.hush()
    voice.go_on.set()
    announcer.say("three", "en")
    _until(lambda: len(voice.said) == 2)
    assert [text for text, _ in voice.said] == ["one", "three"]
