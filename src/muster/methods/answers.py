"""What a box that was ticked, or an answer that was typed at the command line, means."""

from __future__ import annotations

_YES = frozenset({"yes", "true"})


def is_yes(answer: str | None) -> bool:
    return (answer or "").strip().casefold() in _YES
