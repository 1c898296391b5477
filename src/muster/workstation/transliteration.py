"""A name in another script: a suggestion to start from, which the officer corrects with the person.

Whoever knows a country's rules better registers a :class:`Transliterator` in the entry point group
``muster.transliteration``; it is asked before the one that comes along. That one goes by tables
(``defaults/transliteration_*.json``): whole words first, then the letters of each word by rules, the first that
fits at a place counting. Nothing typed is ever overwritten: that is the form's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from muster.plugins import Plugin, discover
from muster.workstation.blocklist import folded

GROUP = "muster.transliteration"
_TABLES = Path(__file__).parent / "defaults"
_SCRIPTS = {
    "eng": "Latn", "fra": "Latn", "spa": "Latn", "deu": "Latn", "por": "Latn", "ara": "Arab", "hin": "Deva",
    "amh": "Ethi",
}  # fmt: skip
_POINTS = re.compile("[\u064b-\u0652\u0640]")  # vowel points, and the line that stretches a word
_LONGEST = 200  # characters; a suggestion is computed at every key


@runtime_checkable
class Transliterator(Protocol):
    """May raise whatever it likes: whoever asks then goes on without a suggestion."""

    def suggest(self, text: str, source: str, target: str) -> str:
        """``text``, written in the language ``source``, as the language ``target`` (ISO 639-2) would write it.
        Empty where it does not know."""
        ...


class Transliterators:
    """``plugins`` replace the installed ones in tests; those that do not load are listed with their reason."""

    def __init__(self, plugins: Iterable[Plugin] | None = None) -> None:
        self.plugins = tuple(discover(GROUP) if plugins is None else plugins)
        usable = [each.loaded() if isinstance(each.loaded, type) else each.loaded for each in self.plugins]
        self._asked: list[Transliterator] = [each for each in usable if isinstance(each, Transliterator)]
        self._asked.append(ByTables())

    def suggest(self, text: str, source: str, target: str) -> str:
        """The first suggestion there is, else nothing. Never raises."""
        if not text.strip() or source == target or len(text) > _LONGEST:
            return ""
        answers = (_answer(each, text, source, target) for each in self._asked)
        return next((each for each in answers if each), "")


def _answer(transliterator: Transliterator, text: str, source: str, target: str) -> str:
    try:
        said = transliterator.suggest(text, source, target)
    # A stranger's module must not keep anybody from typing on.
    except Exception:  # noqa: BLE001
        return ""
    return said if isinstance(said, str) and said.strip() else ""


class ByTables:
    """Latin to Arabic, Devanagari and Ethiopic, Arabic to Latin."""

    def suggest(self, text: str, source: str, target: str) -> str:
        table = _tables().get((_SCRIPTS.get(source, ""), _SCRIPTS.get(target, "")))
        if table is None:
            return ""
        words = [table.word(each, source) for each in re.split(r"[\s-]+", text.strip()) if each]
        return " ".join(each for each in words if each)


@dataclass(frozen=True, slots=True)
class _Table:
    """``rules`` are patterns and what they become. Of scripts that write syllables ``consonants`` and ``vowels``
    say how: Devanagari by a sign for the vowel, Ethiopic by the letter so many places further in Unicode."""

    words: Mapping[str, str]
    preparing: Mapping[str, Sequence[tuple[re.Pattern[str], str]]]
    rules: Sequence[tuple[re.Pattern[str], str]]
    finishing: Sequence[tuple[re.Pattern[str], str]]
    consonants: Mapping[str, str]
    vowels: Mapping[str, tuple[str, str | int]]
    joiner: str
    bare: int

    def word(self, text: str, source: str) -> str:
        plain = _POINTS.sub("", text) if self.is_from_arabic else folded(text)
        known = self.words.get(text) or self.words.get(plain)
        if known:
            return known
        for pattern, instead in (*self.preparing.get(source, ()), *self.preparing.get("", ())):
            plain = pattern.sub(instead, plain)
        if self.consonants:
            return self._syllables(plain)
        written = self._letters(plain)
        for pattern, instead in self.finishing:
            written = pattern.sub(instead, written)
        return written[:1].upper() + written[1:]

    @property
    def is_from_arabic(self) -> bool:
        return bool(self.finishing)

    def _letters(self, text: str) -> str:
        out, at = [], 0
        while at < len(text):
            for pattern, instead in self.rules:
                found = pattern.match(text, at)
                if found and found.end() > at:
                    out.append(instead)
                    at = found.end()
                    break
            else:  # a digit, an apostrophe: as it is
                out.append(text[at])
                at += 1
        return "".join(out)

    def _syllables(self, text: str) -> str:
        out, at, open_consonant = [], 0, ""
        while at < len(text):
            vowel, length = self._vowel(text, at)
            if vowel is not None:
                out.append(self._joined(open_consonant, vowel))
                open_consonant, at = "", at + length
                continue
            consonant, length = self._consonant(text, at)
            if open_consonant:
                out.append(self._alone(open_consonant, followed=bool(consonant)))
            open_consonant = consonant
            if not consonant:
                out.append(text[at])
            at += length
        return "".join(out) + (self._alone(open_consonant, followed=False) if open_consonant else "")

    def _vowel(self, text: str, at: int) -> tuple[tuple[str, str | int] | None, int]:
        for length in (2, 1):
            letters = text[at : at + length]
            if len(letters) < length:
                continue
            if at + length == len(text) and f"{letters}$" in self.vowels:
                return self.vowels[f"{letters}$"], length
            if letters in self.vowels:
                return self.vowels[letters], length
        return None, 0

    def _consonant(self, text: str, at: int) -> tuple[str, int]:
        for length in (3, 2, 1):
            letters = text[at : at + length]
            if len(letters) == length and letters in self.consonants:
                return self.consonants[letters], length
        return "", 1

    def _joined(self, consonant: str, vowel: tuple[str, str | int]) -> str:
        alone, sign = vowel
        if not consonant:
            return alone
        return consonant + sign if isinstance(sign, str) else chr(ord(consonant) + sign)

    def _alone(self, consonant: str, *, followed: bool) -> str:
        if self.joiner:
            return consonant + (self.joiner if followed else "")
        return chr(ord(consonant) + self.bare)


@lru_cache(maxsize=1)
def _tables() -> Mapping[tuple[str, str], _Table]:
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in _TABLES.glob("transliteration_*.json")]
    return {(each["source"], each["target"]): _table(each) for each in contents}


def _table(content: Mapping[str, Any]) -> _Table:
    preparing = content.get("preparing", [])
    by_source = preparing if isinstance(preparing, dict) else {"": preparing}
    return _Table(
        words={**content["words"], **{folded(each): name for each, name in content["words"].items()}},
        preparing={source: _patterns(listed) for source, listed in by_source.items()},
        rules=_patterns(content.get("rules", ())),
        finishing=_patterns(content.get("finishing", ())),
        consonants=content.get("consonants", {}),
        vowels={name: (alone, sign) for name, (alone, sign) in content.get("vowels", {}).items()},
        joiner=content.get("joiner", ""),
        bare=content.get("bare", 0),
    )


def _patterns(listed: Iterable[Sequence[str]]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), instead) for pattern, instead in listed]
