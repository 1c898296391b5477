"""Words that a deployment does not want in names and addresses, found whatever their accents and capitals. Pure.

Whole words only: MOSIP's client also finds them inside others, and so refuses people by the name of their village.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from muster.domain.applicant import Demographics, LocalizedText

Blocklist = Mapping[str, frozenset[str]]
_WORD = re.compile(r"[^\W_]+")


def blocklisted_words(text: str, language: str, blocklist: Blocklist) -> tuple[str, ...]:
    """Those of the list that stand in ``text``, as the list writes them, each once; several words may stand in an
    entry. A text of no language is held against the words of all."""
    words = _words(text)
    if not words:
        return ()
    lists = [blocklist.get(language, frozenset())] if language else list(blocklist.values())
    listed = sorted({word for words in lists for word in words})
    return tuple(each for each in listed if _stands_in(_listed_words(each), words))


def kept_words(values: Demographics, kept: Iterable[str], blocklist: Blocklist) -> dict[str, tuple[str, ...]]:
    """The listed words in the fields (``fullName``, ``fullName.eng``) that are kept as they are."""
    found = {}
    for name in kept:
        field, _, language = name.partition(".")
        value = values.get(field, "")
        texts = value.values if isinstance(value, LocalizedText) else (("", value),)
        words = [
            word
            for code, text in texts
            if language in ("", code)
            for word in blocklisted_words(text, code, blocklist)
        ]
        if words:
            found[name] = tuple(dict.fromkeys(words))
    return found


@lru_cache(maxsize=4096)
def _listed_words(entry: str) -> tuple[str, ...]:
    return _words(entry)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))


def _stands_in(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    return bool(few) and any(many[at : at + len(few)] == few for at in range(len(many) - len(few) + 1))


def folded(text: str) -> str:
    """Without accents, vowel points and capitals: for comparing, never for showing."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain.translate(_ARABIC).casefold())


# Virama and nukta (classes 9 and 7) are no ornaments: they change what a syllable is.
_COMBINING = (chr(point) for point in range(0x300, 0x10000) if unicodedata.combining(chr(point)) not in (0, 7, 9))
_MARKS = re.compile(f"[{''.join(_COMBINING)}]")
# Arabic letters that people write one for the other, and the line that only stretches a word.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": "", "ؤ": "و", "ئ": "ي"})
