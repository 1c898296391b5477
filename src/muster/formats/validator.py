"""A regular expression that a field's text must match, as MOSIP's schemas and forms bring them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from muster.formats.java_regex import java_regex
from muster.formats.json_part import as_text

_SHAPE = re.compile(
    r"\^?(?P<plus>\\\+\?)?\(?(?P<kind>\[0-9\]|\\d|\.)\{(?P<least>\d{1,3})(?:,(?P<most>\d{1,3}))?\}\)?\$?"
)  # ^\+?([0-9]{8,12})$ and the like


@dataclass(frozen=True, slots=True)
class Shape:
    """What a simple pattern asks for, so that somebody can be told: how many digits, or characters of any kind."""

    is_digits: bool
    least: int
    most: int
    may_have_plus: bool


@dataclass(frozen=True, slots=True)
class Validator:
    """For one language or (empty) for all. ``error_code`` names the deployment's own sentence about it.

    ``pattern`` is as it was written, for Java.
    """

    pattern: str
    language: str = ""
    error_code: str = ""

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Validator:
        """Raises ``re.error`` for a pattern that cannot work: better now than when an officer has typed what it
        is about."""
        pattern = as_text(content["validator"])
        java_regex(pattern)
        return cls(pattern, as_text(content.get("langCode") or ""), as_text(content.get("errorCode") or ""))

    def is_for(self, language: str | None) -> bool:
        return self.language in ("", language)

    @property
    def shape(self) -> Shape | None:
        """Nothing for a pattern that does not say it in one piece."""
        found = _SHAPE.fullmatch(self.pattern)
        if found is None:
            return None
        least = int(found["least"])
        return Shape(found["kind"] != ".", least, int(found["most"] or least), bool(found["plus"]))

    def accepts(self, text: str) -> bool:
        """The whole text, as Java's ``matches()`` does: ``$`` alone lets a line break at the end pass."""
        return java_regex(self.pattern).matches(text)


def validators_of(content: Mapping[str, Any]) -> tuple[Validator, ...]:
    """Those of a field that are regular expressions; MOSIP has no others. Raises ``re.error``, ``TypeError``."""
    listed = content.get("validators") or ()
    return tuple(Validator.parse(each) for each in listed if each.get("type") == "regex")
