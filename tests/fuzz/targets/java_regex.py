"""Patterns of forms. What is taken says yes or no in time, whatever the pattern; else it is refused."""

import re
from collections.abc import Iterator
from pathlib import Path

from muster.formats.java_regex import java_regex

LONGEST = 200
REFUSALS = (re.error, OverflowError, RecursionError)  # what whoever reads a pattern has to expect
WORDS = (b"(?i)", b"(?=", b"(?<!", b"\\p{L}", b"[^", b"]", b"{2,30}", b"*", b"+", b"|", b"\\Q", b"\\E", b"\\x{41}")


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield rb"^[(?i)A-Z0-9]{5}$|^NA$"
    yield rb"^[A-Za-z0-9_\-]+(\.[A-Za-z0-9_]+)*@[A-Za-z0-9_-]+(\.[A-Za-z0-9_]+)*(\.[a-zA-Z]{2,})$"
    yield rb"^(?=.{3,50}$).*"
    yield rb"(a+)+b"
    yield rb"((a*)*)*b|(.*a){12}c"
    yield rb"(?<year>\d{4})-\k<year>"
    yield rb"[\p{L}&&[^a]]"
    yield rb"\p{" + b"L" * 50 + b"}"
    yield b"(" * 90
    yield b"(?i)" * 40


def run(content: bytes) -> None:
    pattern = java_regex(content.decode("utf-8", "replace"))
    for text in ("", "a" * 40 + "!", "ab@c.de", "\n", "١٢"):
        assert pattern.matches(text) in (True, False)
