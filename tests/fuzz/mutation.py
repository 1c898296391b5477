"""Mutators that keep the outside of an input whole, so that what is changed is what stands inside.

Each takes what atheris hands a mutator (input, longest result, seed). A third of the time the octets are changed
wherever they stand, as libFuzzer would.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

DEEP = "[" * 900 + "]" * 900


def deep_texts(template: bytes) -> Iterator[bytes]:
    """``template`` with something nested for each ``"@"``: up to where Python's JSON reader gives up, for just
    below that stands what can be read and then not be written or shown."""
    for depth in (*range(900, 1000, 3), 5000, 100_000):
        yield template.replace(b'"@"', b"[" * depth + b"]" * depth)


# What JSON may hold and a reader may not have thought of.
NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, -0.0, 1e308, float("nan"), float("inf"),
    "", " ", "0", "²", "٣", "\ud800", "\x00", "\x1b[2J", "../../x", "a" * 300, "2026-01-02T03:04:05.678Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0999-01-01T00:00:00Z", "NEW", "eng", "e30", "====",
    [], [[]], {}, {"": None}, [None], [{}], ["a", "b"], [["a", "b"]], {"value": 1}, json.loads(DEEP),
)  # fmt: skip


def plain(content: bytes, longest: int) -> bytes:
    import atheris  # here: seeds are replayed where there is none

    return bytes(atheris.Mutate(content, longest))


def mutate_json(content: bytes, longest: int, seed: int) -> bytes:
    """One or two values or names changed, taken away, doubled or exchanged."""
    dice = random.Random(seed)
    if dice.random() < 0.3:
        return plain(content, longest)
    try:
        whole = json.loads(content)
        for _ in range(dice.choice((1, 1, 1, 2, 4))):
            whole = _changed(whole, dice, longest)
        changed = json.dumps(whole, ensure_ascii=dice.random() < 0.9).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return plain(content, longest)
    return changed if len(changed) <= longest else plain(content, longest)


def _changed(whole: Any, dice: random.Random, longest: int) -> Any:
    places = list(_places(whole))
    if not places or dice.random() < 0.02:
        return _nasty(dice)
    holder, key = dice.choice(places)
    match dice.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, holder[key])
        case 1:
            holder[dice.choice(["", "\ud800", str(key) + "x", str(key).lower()])] = holder.pop(key)
        case 2:
            other, there = dice.choice(places)
            holder[key] = other[there] if not _places_in(other[there]) else _nasty(dice)
        case 3:
            holder[key] = [holder[key]]
        case 4 if isinstance(holder[key], str):
            text = holder[key].encode("utf-8", "surrogatepass")
            holder[key] = plain(text, longest).decode("utf-8", "surrogateescape")
        case 5 if isinstance(holder[key], (int, float)):
            holder[key] = dice.choice((holder[key] + 1, -holder[key], str(holder[key])))
        case _:
            holder[key] = _nasty(dice)
    return whole


def _nasty(dice: random.Random) -> Any:
    """A copy: what is put into an input is changed there."""
    value = dice.choice(NASTY)
    return json.loads(json.dumps(value)) if isinstance(value, (list, dict)) else value


def _places_in(value: Any) -> bool:
    return isinstance(value, (dict, list)) and bool(value)


def _places(whole: Any) -> list[tuple[Any, Any]]:
    """Every holder and key or index below ``whole``."""
    found, waiting = [], [whole]
    while waiting:
        each = waiting.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        for key in keys:
            found.append((each, key))
            waiting.append(each[key])
    return found


def mutate_archive(content: bytes, longest: int, seed: int) -> bytes:
    """One file of a zip changed by what it is, or renamed, doubled or taken away, and the zip made anew."""
    from muster.errors import MalformedData
    from muster.formats.zip_archive import pack
    from muster.formats.zip_reading import unpack

    dice = random.Random(seed)
    if dice.random() < 0.2:
        return plain(content, longest)
    try:
        files = unpack(content)
    except MalformedData:
        return plain(content, longest)
    if not files:
        return pack({"ID.json": content[:100]})
    name = dice.choice(list(files))
    match dice.randrange(10):
        case 0:
            del files[name]
        case 1:
            files[_renamed(name, dice)] = files.pop(name)
        case 2:
            files[_renamed(name, dice)] = files[name]
        case _:
            inside = mutator_of(name)
            files[name] = inside(
                files[name], max(longest - len(content) + len(files[name]), 64), dice.getrandbits(32)
            )
    changed = pack(files, deflate=dice.random() < 0.8)
    return changed if len(changed) <= longest else plain(content, longest)


def mutator_of(name: str) -> Callable[[bytes, int, int], bytes]:
    if name.endswith(".json"):
        return mutate_json
    return mutate_archive if name.endswith(".zip") else lambda content, longest, seed: plain(content, longest)


def _renamed(name: str, dice: random.Random) -> str:
    folder, _, last = name.rpartition("/")
    stem, _, ending = last.rpartition(".")
    return dice.choice(
        [
            f"../{name}", f"/{name}", name.upper(), name.lower(), f"{name}/", last, f"{folder}//{last}",
            f"{stem}.", stem, f"{folder}/{stem}_x.{ending}", f"{name}.zip", f"\x1b{name}", f"{name}\x00",
            f"{folder}/UPDATE/{last}",
        ]
    ) or "x"  # fmt: skip
