"""JSON that may hold anything, asked for everything a caller may ask for."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.mutation import NASTY, deep_texts, mutate_json
from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart

mutate = mutate_json
_CODE = Code("FUZZED", "{part}")
WORDS = (b"NaN", b"Infinity", b'"\\ud800"', b"1e999", b"null", b"true", b"[[[[[[[[", b'{"a":', b"\xef\xbb\xbf")


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield json.dumps({"a": list(NASTY), "b": {str(n): each for n, each in enumerate(NASTY)}}).encode()
    for each in NASTY:
        yield json.dumps({"a": each}).encode()
    yield from deep_texts(b'{"a":"@"}')
    yield b'{"a":1,"a":2}'
    yield b"\xff\xfe{\x00}\x00"
    yield b'{"a":"\xff"}'
    yield b'{"colour":"red","time":"2026-01-02T03:04:05Z","octets":["AAAA"]}'
    yield b'{"a":' + b"9" * 5000 + b"}"


def run(content: bytes) -> None:
    _ask(JsonPart.of(content, _CODE), 3)


def _ask(part: JsonPart, depth: int) -> None:
    for name in [*part.values, "absent"]:
        for answer in (
            _told(part.text, name, str), _told(part.flag, name, bool), _told(part.number, name, int),
            _told(part.octets, name, bytes), _told(part.words, name, list), _told(part.texts, name, dict),
        ):  # fmt: skip
            assert answer
        _told(lambda each: part.moment(each).isoformat(), name, str)
        if depth:
            for below in _below(part, name):
                _ask(below, depth - 1)
    _told(lambda _: part.all_texts(), "", dict)


def _told(ask: Callable[[str], object], name: str, kind: type) -> bool:
    try:
        return isinstance(ask(name), kind)
    except MalformedData:
        return True


def _below(part: JsonPart, name: str) -> Iterator[JsonPart]:
    for ask in (part.part, part.parts, lambda _: part.children()):
        try:
            answer = ask(name)
        except MalformedData:
            continue
        yield from answer if isinstance(answer, tuple) else [answer] if answer else []
