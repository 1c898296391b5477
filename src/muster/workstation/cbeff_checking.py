"""Checking a CBEFF file as MOSIP's server would: the schema, the rules behind it, the devices' signatures.

A signature is ``valid`` when the device's JWS, put together again from the file, verifies with the
certificate it brings along **and** what was signed is the record that stands in the file. MOSIP checks the
first half only, and so would take any record beside a payload that has no place for one. Whether the
certificate is to be trusted is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from pathlib import Path

from lxml import etree

from muster import base64url
from muster.crypto.jws import verify_compact
from muster.errors import Code, MalformedData, NotAuthentic
from muster.formats.cbeff import Bir, read_bir, read_children, read_root
from muster.formats.cbeff_rules import CbeffProblem, rule_problems, sample_facts, schema_problems
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord
from muster.formats.iso19794_6 import IrisRecord
from muster.workstation.inspection import read_file

CBEFF_SIGNATURE_ABSENT = Code(
    "CBEFF_SIGNATURE_ABSENT", "A sample in the biometric file is not signed by its device."
)
CBEFF_SIGNATURE_WRONG = Code(
    "CBEFF_SIGNATURE_WRONG", "The device's signature of a sample in the biometric file does not match the sample."
)
CBEFF_TOO_MANY = Code("CBEFF_TOO_MANY", "The biometric file holds more samples than any registration has.")

MOST_PROBLEMS = 100
MOST_SAMPLES = 1000

# By Type and Format/Type; finger minutiae (Finger, 2) are another standard, which nothing here reads.
_RECORDS = {
    ("Finger", "7"): FingerRecord.parse,
    ("Iris", "9"): IrisRecord.parse,
    ("Face", "8"): FaceRecord.parse,
    ("ExceptionPhoto", "8"): FaceRecord.parse,
}


class Signature(Enum):
    """What came of looking at a device's signature; the values appear in ``muster cbeff check``."""

    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class BirReport:
    """One sample: what it says about itself, no content. ``quality`` is nothing when there is no score."""

    type: str
    subtype: str
    quality: int | None
    exception: bool
    signature: Signature


@dataclass(frozen=True, slots=True)
class CbeffReport:
    """``problems`` are stable code names with the place behind a colon, the first hundred of them;
    ``sentences`` says the same to people."""

    valid: bool
    problems: tuple[str, ...]
    birs: tuple[BirReport, ...]
    sentences: tuple[str, ...]


def check_cbeff(file: Path) -> CbeffReport:
    """Look at every sample and tell all that is wrong.

    Raises ``BadInput`` (no file) and ``MalformedData`` (no CBEFF file at all).
    """
    return check_cbeff_content(read_file(file))


def check_cbeff_content(content: bytes) -> CbeffReport:
    """Raises ``MalformedData``: no CBEFF file, or absurdly many samples, each of which costs a verification."""
    root = read_root(content)
    children = list(islice(read_children(root), MOST_SAMPLES + 1))
    if len(children) > MOST_SAMPLES:
        raise MalformedData(CBEFF_TOO_MANY)
    seen = [_look_at(child, f"BIR[{number}]") for number, child in enumerate(children, 1)]
    all_problems = chain(schema_problems(root), rule_problems(root), *(problems for _, problems in seen))
    problems = tuple(islice(all_problems, MOST_PROBLEMS))
    return CbeffReport(
        valid=not problems,
        problems=tuple(f"{each.code.name}:{each.place}" for each in problems),
        birs=tuple(report for report, _ in seen),
        sentences=tuple(each.sentence for each in problems),
    )


def _look_at(element: etree._Element, place: str) -> tuple[BirReport, tuple[CbeffProblem, ...]]:
    facts = sample_facts(element)
    signature = Signature.INVALID
    problems: tuple[CbeffProblem, ...] = ()
    try:
        bir = read_bir(element)
    except MalformedData:
        pass  # not base64, which the schema's rules tell
    else:
        signature = _signature(bir)
        problems = tuple(_problems(bir, facts.format, signature, place))
    return BirReport(facts.type, facts.subtype, facts.quality, facts.is_exception, signature), problems


def _problems(bir: Bir, form: str, signature: Signature, place: str) -> Iterator[CbeffProblem]:
    parse = _RECORDS.get((bir.type, form))
    if bir.bdb and parse is not None:
        try:
            parse(bir.bdb)
        except MalformedData as error:
            yield CbeffProblem(error.code, f"{place}/BDB", error.detail)
    if signature is Signature.INVALID:
        yield CbeffProblem(CBEFF_SIGNATURE_WRONG, f"{place}/SB")
    if signature is Signature.ABSENT and not bir.is_exception:
        yield CbeffProblem(CBEFF_SIGNATURE_ABSENT, f"{place}/SB")


def _signature(bir: Bir) -> Signature:
    if not bir.sb:
        return Signature.ABSENT
    try:
        verified = verify_compact(bir.rebuild_jws())
    except (MalformedData, NotAuthentic):
        return Signature.INVALID
    return Signature.VALID if _signed_record(verified.payload) == bir.bdb else Signature.INVALID


def _signed_record(payload: bytes) -> bytes | None:
    """The record inside a device's payload; nothing when it holds none."""
    try:
        content = json.loads(payload)
        value = content.get("bioValue") if isinstance(content, dict) else None
        return base64url.decode(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
