r"""Java's regular expressions, as MOSIP's files have them, in Python's dialect and bounded in time.

What differs and is translated: ``\p{L}`` and its like, ``\x{..}``, ``\Q..\E``, ``\h``, ``\z``, ``\Z``,
``\k<name>``, ``(?<name>``, and ``(?i)`` in the middle, which in Java counts up to the end of its group.
``[(?i)A-Z]`` of MOSIP's own schema is a class of letters, brackets and a question mark in both. ``\d``, ``\w``
and ``\s`` mean ASCII, as in Java. Classes inside classes (``[a-z[0-9]]``, ``&&``) are refused with ``re.error``
and their place.

A pattern with a repetition inside a repetition, or with many in a row, can take Python's engine longer than the
sun will shine; those go to ``bounded_match``, whose time grows with the text's length only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from muster.formats.bounded_match import BoundedPattern, is_explosive

LONGEST_TEXT = 1_000  # characters; none of MOSIP's fields takes more than a hundred


@lru_cache(maxsize=512)
def java_regex(pattern: str) -> JavaRegex:
    """Raises ``re.error`` with its place."""
    translated = _Translation(pattern).whole()
    compiled = re.compile(translated, re.ASCII)
    return JavaRegex(BoundedPattern(translated) if is_explosive(translated, LONGEST_TEXT) else compiled)


class JavaRegex:
    """Says whether a whole text matches. Two repetitions in a row take the square of a text's length; so a text
    that is longer than any field matches nothing."""

    def __init__(self, pattern: re.Pattern[str] | BoundedPattern) -> None:
        self._pattern = pattern

    def matches(self, text: str) -> bool:
        return len(text) <= LONGEST_TEXT and self._pattern.fullmatch(text) is not None


_SIMPLE = {"z": r"\Z", "Z": r"(?=\n?\Z)", "h": r"[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]"}
_POSIX = {
    "Lower": "a-z", "Upper": "A-Z", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9", "ASCII": r"\x00-\x7f",
    "Punct": r"!-/:-@\[-`{-~", "Space": r" \t\n\x0b\f\r", "Blank": r" \t", "XDigit": "0-9A-Fa-f",
}  # fmt: skip
_SCRIPTS = {
    "LATIN": r"A-Za-z\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff",
    "ARABIC": r"\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    "DEVANAGARI": r"\u0900-\u097f\ua8e0-\ua8ff",
    "ETHIOPIC": r"\u1200-\u139f\u2d80-\u2ddf\uab00-\uab2f",
    "TAMIL": r"\u0b80-\u0bff",
    "KANNADA": r"\u0c80-\u0cff",
}


class _Translation:
    """Goes over the pattern once; an inline flag becomes a group that ends with the group it stands in."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._flagged = [0]  # groups opened for inline flags, for each bracket that is open

    def whole(self) -> str:
        out = []
        while self._at < len(self._pattern):
            out.append(self._part())
        return "".join(out) + ")" * self._flagged[-1]

    def _part(self) -> str:
        letter = self._pattern[self._at]
        if letter == "\\":
            return self._escape(inside=False)
        if letter == "[":
            return self._class()
        if letter == "(":
            return self._open()
        self._at += 1
        if letter == ")" and len(self._flagged) > 1:
            return ")" * (self._flagged.pop() + 1)
        return letter

    def _open(self) -> str:
        flags = _FLAGS.match(self._pattern, self._at)
        if flags:
            self._at = flags.end()
            on, off = (_known_flags(flags[each] or "") for each in (1, 2))
            if not on and not off:
                return ""
            self._flagged[-1] += 1
            return f"(?{on}{'-' if off else ''}{off}:"
        self._flagged.append(0)
        named = re.compile(r"\(\?<(?![=!])").match(self._pattern, self._at)
        if named:
            self._at = named.end()
            return "(?P<"
        self._at += 1
        return "("

    def _class(self) -> str:
        start, self._at = self._at, self._at + 1
        out = "["
        if self._pattern.startswith("^", self._at):
            out, self._at = "[^", self._at + 1
        first = True
        while self._at < len(self._pattern):
            letter = self._pattern[self._at]
            if letter == "]" and not first:
                self._at += 1
                return out + "]"
            if letter == "[" or self._pattern.startswith("&&", self._at):
                raise re.error("a class inside a class", self._pattern, self._at)
            if letter == "\\":
                out += self._escape(inside=True)
            else:
                out += "\\" + letter if letter in "~|&]" else letter
                self._at += 1
            first = False
        raise re.error("unterminated character set", self._pattern, start)

    def _escape(self, *, inside: bool) -> str:
        start = self._at
        letter = self._pattern[start + 1 : start + 2]
        self._at += 2
        if letter in ("p", "P"):
            return self._property(start, negated=letter == "P", inside=inside)
        if letter == "Q":
            end = self._pattern.find("\\E", self._at)
            quoted = self._pattern[self._at : end if end >= 0 else None]
            self._at = len(self._pattern) if end < 0 else end + 2
            return re.escape(quoted)
        if letter == "x" and self._pattern.startswith("{", self._at):
            return self._code_point(start)
        if letter == "k" and (name := re.compile(r"<(\w+)>").match(self._pattern, self._at)):
            self._at = name.end()
            return f"(?P={name[1]})"
        if letter in _SIMPLE:
            if not inside:
                return _SIMPLE[letter]
            if letter == "h":
                return _SIMPLE["h"][1:-1]
        return "\\" + letter

    def _code_point(self, start: int) -> str:
        number = re.compile(r"\{([0-9A-Fa-f]{1,6})\}").match(self._pattern, self._at)
        if number is None or int(number[1], 16) > 0x10FFFF:
            raise re.error("no code point", self._pattern, start)
        self._at = number.end()
        return f"\\U{int(number[1], 16):08x}"

    def _property(self, start: int, *, negated: bool, inside: bool) -> str:
        named = re.compile(r"\{\^?([A-Za-z_= ]+)\}|([A-Z])").match(self._pattern, self._at)
        letters = _letters_of(named[1] or named[2]) if named else ""
        if named is None or not letters or (negated and inside):
            raise re.error("a property of letters that is not known here", self._pattern, start)
        self._at = named.end()
        return letters if inside else f"[{'^' if negated else ''}{letters}]"


_FLAGS = re.compile(r"\(\?([imsxudU]*)(?:-([imsxudU]+))?\)")


def _known_flags(letters: str) -> str:
    """Java's ``d``, ``u`` and ``U`` are about line ends and letters beyond ASCII; they are left out."""
    return "".join(sorted({each for each in letters if each in "imsx"}))


def _letters_of(name: str) -> str:
    """The inside of a class for a property's name; empty when it is not known."""
    if name in _POSIX:
        return _POSIX[name]
    plain = name.removeprefix("script=").removeprefix("sc=").removeprefix("block=").removeprefix("blk=")
    script = plain.removeprefix("Is").removeprefix("In").upper().replace(" ", "_")
    if script in _SCRIPTS:
        return _SCRIPTS[script]
    category = name.removeprefix("Is")
    return _category("L" if category == "Alphabetic" else category)


@lru_cache(maxsize=32)
def _category(name: str) -> str:
    """``L``, ``Lu``, ``M``, ``Nd`` ... of the basic plane, where all of people's names are."""
    if not re.fullmatch(r"[CLMNPSZ][a-z]?", name):
        return ""
    ranges: list[list[int]] = []
    for point in range(0x10000):
        if 0xD800 <= point <= 0xDFFF or not unicodedata.category(chr(point)).startswith(name):
            continue
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)
