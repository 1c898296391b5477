"""Biometric files and the rules about them."""

import random
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from pathlib import Path

from lxml import etree

from fuzz.mutation import plain
from fuzz.typed import assert_well_typed
from muster.errors import BadInput, MalformedData
from muster.formats.cbeff import Bir, CbeffFile, read_bir, read_children, read_root
from muster.formats.cbeff_rules import rule_problems, sample_facts
from muster.formats.cbeff_schema import schema_problems

LONGEST = 16_384
_MOST_PROBLEMS = 1000
_NS = "http://standards.iso.org/iso-iec/19785/-3/ed-2/"
_NAMES = ["BIR", "BIRInfo", "BDBInfo", "BDB", "SB", "others", "entry", "Type", "Subtype", "Score", "Quality",
          "Format", "CreationDate", "Integrity", "Version", "Major", "Index", "Payload", "Level",
          "Purpose"]  # fmt: skip
_TEXTS = (
    "", " ", "Finger", "Left IndexFinger", "100", "101", "-0", "+00", "true", "AAAA", "AA==", "A", "²", "\u2003",
    "2026-01-02T03:04:05Z", "0000-01-01T00:00:00", "99999999999999999-02-29T24:00:00", "Enroll", "\u0130",
)  # fmt: skip
WORDS = (*(name.encode() for name in _NAMES), b"<!DOCTYPE BIR [<!ENTITY a 'b'>]>", b"&a;", b"<![CDATA[", b"]]>",
         b"xsi:nil", b"<?xml version='1.0' encoding='UTF-16'?>", b"xmlns:a='", b"&#x1;")  # fmt: skip


def seeds(reference: Path | None) -> Iterator[bytes]:
    sample = Bir("Finger", "Left IndexFinger", "12345678-1234-1234-1234-123456789abc", "2026-01-02T03:04:05Z", 80,
                 b"FIR", "header..signature", {"EXCEPTION": "false", "PAYLOAD": "{}"})  # fmt: skip
    whole = CbeffFile((sample, sample), ("leftIndex",)).encode()
    yield whole
    yield whole.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    entries = "".join(f'<entry key="{number % 90}"/>' for number in range(300))
    yield f'<BIR xmlns="{_NS}"><others>{entries}</others><others/></BIR>'.encode()
    yield _nested(40)
    yield _nested(5000)
    bomb = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    yield f'<!DOCTYPE BIR [<!ENTITY a "{"x" * 90}">{bomb}]><BIR xmlns="{_NS}" z="&g;">&g;</BIR>'.encode()
    yield f'<!DOCTYPE BIR SYSTEM "file:///etc/hostname"><BIR xmlns="{_NS}"/>'.encode()
    if reference:
        yield (reference / "mosip" / "sample-cbeff.xml").read_bytes()[:LONGEST]
        yield _without_records((reference / "mosip" / "sample-cbeff.xml").read_bytes())


def _nested(depth: int) -> bytes:
    return f'<BIR xmlns="{_NS}">{"<BIR>" * depth}<x/>{"</BIR>" * depth}</BIR>'.encode()


def _without_records(content: bytes) -> bytes:
    root = read_root(content)
    for element in root.iter():
        element.text = (element.text or "")[:40]
    return etree.tostring(root)


def mutate(content: bytes, longest: int, seed: int) -> bytes:
    """An element taken away, doubled, moved, renamed or given another text or attribute."""
    dice = random.Random(seed)
    try:
        root = read_root(content)
    except MalformedData:
        return plain(content, longest)
    if dice.random() < 0.2:
        return plain(content, longest)
    elements = list(root.iter())
    chosen, other = dice.choice(elements), dice.choice(elements)
    match dice.randrange(8):
        case 0 if chosen is not root:
            chosen.getparent().remove(chosen)
        case 1:
            other.append(deepcopy(chosen))
        case 2:
            chosen.tag = f"{{{_NS if dice.random() < 0.9 else 'urn:other'}}}{dice.choice(_NAMES)}"
        case 3:
            nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
            chosen.set(dice.choice([nil, "key", "x"]), dice.choice(["true", "1", "0", "", "EXCEPTION", "PAYLOAD"]))
        case 4:
            chosen.tail = dice.choice(_TEXTS)
        case 5:
            text = plain((chosen.text or "").encode(), 200).decode("utf-8", "replace")
            chosen.text = "".join(letter for letter in text if letter.isprintable())
        case _:
            chosen.text = dice.choice(_TEXTS)
    changed = etree.tostring(root)
    return changed if len(changed) <= longest else plain(content, longest)


def run(content: bytes) -> None:
    root = read_root(content)
    for problem in islice(schema_problems(root), _MOST_PROBLEMS):
        assert_well_typed(problem)
        assert problem.sentence
    for problem in islice(rule_problems(root), _MOST_PROBLEMS):
        assert problem.sentence
    for child in islice(read_children(root), 50):
        assert_well_typed(sample_facts(child))
        try:
            read_bir(child).rebuild_jws()
        except MalformedData:
            continue
    parsed = CbeffFile.parse(content)
    assert_well_typed(parsed)
    try:
        written = parsed.encode()
    except BadInput:  # strict in what is written
        return
    assert CbeffFile.parse(written) == parsed
