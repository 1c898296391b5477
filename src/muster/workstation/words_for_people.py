"""What is said to the person who is registered: on a screen of theirs and on their slip.

In the person's languages, not in the language of the officer's window, which is what the window's translation
files are for. The words lie in ``defaults/words_for_people.json``, by language (ISO 639-2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "defaults" / "words_for_people.json"
_OTHERWISE = "eng"


def screen_words(language: str) -> Mapping[str, str]:
    """For the person's screen; in English where nobody wrote them in ``language``."""
    words: Mapping[str, str] = _of(language)["screen"]
    return words


def slip_words(language: str, process: str = "NEW") -> Mapping[str, Any]:
    """For the slip, where ``steps`` is a list; in English where nobody wrote them in ``language``. Who already has
    an identity number is not told to wait for one: the second step says what this process ends with."""
    words: Mapping[str, Any] = _of(language)["slip"]
    own: Mapping[str, str] = words["processes"].get(process, {})
    first, then, *others = words["steps"]
    return {**words, "title": own.get("title", words["title"]), "steps": [first, own.get("then", then), *others]}


def languages_with_words() -> tuple[str, ...]:
    return tuple(_all())


def _of(language: str) -> Mapping[str, Any]:
    return _all().get(language) or _all()[_OTHERWISE]


@cache
def _all() -> Mapping[str, Mapping[str, Any]]:
    content: Mapping[str, Mapping[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content
