"""MOSIP's number of a person (UIN): whether one could have been given out."""

from __future__ import annotations

import re

_UIN_SHAPE = re.compile(r"[2-9][0-9]{9}")  # mosip.kernel.uin.length; none begins with 0 or 1


def is_uin(text: str) -> bool:
    """Whether ``text`` has the shape of MOSIP's number, its last digit the Verhoeff check digit of the others."""
    if not _UIN_SHAPE.fullmatch(text):
        return False
    check = 0
    for place, digit in enumerate(reversed(text)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _VERHOEFF_TURN[turned]
        check = _dihedral(check, turned)
    return check == 0


# J. Verhoeff, "Error Detecting Decimal Codes" (1969): ten symmetries of a pentagon, 0-4 turns, 5-9 reflections.
_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _dihedral(a: int, b: int) -> int:
    turned = (a - b if a >= 5 else a + b) % 5
    return turned if (a >= 5) == (b >= 5) else turned + 5
