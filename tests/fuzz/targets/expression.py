"""Conditions of forms. What is understood is evaluated; nothing else may happen."""

from collections.abc import Iterator
from pathlib import Path

from fuzz.mutation import deep_texts
from muster.formats.expression import LONGEST as LONGEST_TEXT
from muster.formats.expression import Expression

LONGEST = 512
WORDS = (
    b"identity.get('",
    b"')",
    b"&&",
    b"||",
    b"==",
    b"!=",
    b"contains",
    b"nil",
    b"empty",
    b"(",
    b")",
    b"!",
    b"[0]",
)
_IDENTITY = {"ageGroup": "INFANT", "groups": ("Address", "Phone"), "age": 3.0, "flag": True, "nothing": None}


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield b"identity.get('ageGroup') == 'INFANT' && (identity.get('phone') == nil || identity.phone == empty)"
    yield b"!(identity.groups contains 'Address') && identity.age >= 3 && identity.x.get(0).value != \"y\""
    yield b"face || (leftEye && rightEye)"
    yield b"a == 'x\\'y' and -1 < 0 or identity[\"flag\"]"
    yield b"'" * 99
    yield b"!" * 400 + b"a"
    yield b"x" * (LONGEST_TEXT + 1)
    yield from deep_texts(b"(@)")


def run(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    expression = Expression.parse(text)
    assert expression.holds({"identity": _IDENTITY, "face": True}) in (True, False)
    assert all(1 <= path.column <= len(text) for path in expression.paths())
