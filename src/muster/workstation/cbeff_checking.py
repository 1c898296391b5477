"""Checking a CBEFF file as MOSIP's server would: the schema, the rules behind it, the devices' signatures.

A signature is ``valid`` when the device's JWS, put together again from the file, verifies with the
certificate it brings along **and** what was signed is the record that stands in the file. MOSIP checks the
first half only, and so would take any record beside a payload that has no place for one. Whether the
certificate is to be trusted is not asked; what was signed is held against the sample (``cbeff_payload``), and
so is what the record says of itself.

A file of 1.1.5 carries no signatures. They are ``unchecked`` then, which is no problem, as long as nothing in
the file claims to be newer (``cbeff_rules.is_of_1_1_5``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from pathlib import Path

from lxml import etree

from muster import base64url
from muster.crypto.jws import VerifiedJws, verify_compact
from muster.errors import Code, MalformedData, NotAuthentic
from muster.formats.bio_attributes import SUBTYPES
from muster.formats.cbeff import Bir, read_bir, read_children, read_root
from muster.formats.cbeff_rules import is_of_1_1_5, rule_problems, sample_facts
from muster.formats.cbeff_schema import CbeffProblem, schema_problems
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord
from muster.formats.iso19794_6 import EyeLabel, IrisRecord
from muster.workstation.cbeff_payload import claims_of, payload_problems
from muster.workstation.inspection import read_file

CBEFF_SIGNATURE_ABSENT = Code(
    "CBEFF_SIGNATURE_ABSENT", "A sample in the biometric file is not signed by its device."
)
CBEFF_SIGNATURE_WRONG = Code(
    "CBEFF_SIGNATURE_WRONG", "The device's signature of a sample in the biometric file does not match the sample."
)
CBEFF_SUBTYPE_NOT_RECORDED = Code(
    "CBEFF_SUBTYPE_NOT_RECORDED",
    "A sample in the biometric file is of another finger or eye than its record says.",
)
CBEFF_TOO_MANY = Code("CBEFF_TOO_MANY", "The biometric file holds more samples than any registration has.")

MOST_PROBLEMS = 100
MOST_SAMPLES = 1000

_Record = FingerRecord | FaceRecord | IrisRecord

# By Type and Format/Type; finger minutiae (Finger, 2) are another standard, which nothing here reads.
_RECORDS: Mapping[tuple[str, str], Callable[[bytes], _Record]] = {
    ("Finger", "7"): FingerRecord.parse,
    ("Iris", "9"): IrisRecord.parse,
    ("Face", "8"): FaceRecord.parse,
    ("ExceptionPhoto", "8"): FaceRecord.parse,
}

# ISO/IEC 19794-4, positions 1 to 10.
_FINGERS = (
    "rightThumb", "rightIndex", "rightMiddle", "rightRing", "rightLittle",
    "leftThumb", "leftIndex", "leftMiddle", "leftRing", "leftLittle",
)  # fmt: skip
_POSITIONS = {position: SUBTYPES[name] for position, name in enumerate(_FINGERS, 1)}
_EYES: Mapping[int, str] = {EyeLabel.RIGHT: SUBTYPES["rightEye"], EyeLabel.LEFT: SUBTYPES["leftEye"]}


class Signature(Enum):
    """What came of looking at a device's signature; the values appear in ``muster cbeff check``."""

    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"
    UNCHECKED = "unchecked"


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
    unsigned = Signature.UNCHECKED if is_of_1_1_5(root) else Signature.ABSENT
    seen = [_look_at(child, f"BIR[{number}]", unsigned) for number, child in enumerate(children, 1)]
    all_problems = chain(schema_problems(root), rule_problems(root), *(problems for _, problems in seen))
    problems = tuple(islice(all_problems, MOST_PROBLEMS))
    return CbeffReport(
        valid=not problems,
        problems=tuple(f"{each.code.name}:{each.place}" for each in problems),
        birs=tuple(report for report, _ in seen),
        sentences=tuple(each.sentence for each in problems),
    )


def _look_at(
    element: etree._Element, place: str, unsigned: Signature
) -> tuple[BirReport, tuple[CbeffProblem, ...]]:
    """``unsigned`` is what is said of a sample without a signature."""
    facts = sample_facts(element)
    signature = Signature.INVALID
    problems: tuple[CbeffProblem, ...] = ()
    try:
        bir = read_bir(element)
    except MalformedData:
        pass  # not base64, which the schema's rules tell
    else:
        verified = _verify(bir)
        signature = Signature.VALID if verified else Signature.INVALID if bir.sb else unsigned
        problems = (
            *_record_problems(bir, facts.format, place),
            *_signature_problems(bir, signature, place),
            *(payload_problems(bir, verified, place) if verified else ()),
        )
    return BirReport(facts.type, facts.subtype, facts.quality, facts.is_exception, signature), problems


def _record_problems(bir: Bir, form: str, place: str) -> Iterator[CbeffProblem]:
    parse = _RECORDS.get((bir.type, form))
    if not bir.bdb or parse is None:
        return
    try:
        record = parse(bir.bdb)
    except MalformedData as error:
        yield CbeffProblem(error.code, f"{place}/BDB", error.detail)
        return
    recorded = _subtype_in(record)
    # "Left" alone is less than the record says, and right.
    if recorded is not None and not set(bir.subtype.split()) <= set(recorded.split()):
        yield CbeffProblem(CBEFF_SUBTYPE_NOT_RECORDED, f"{place}/BDBInfo/Subtype")


def _subtype_in(record: _Record) -> str | None:
    """What a record says of itself in the schema's words: no one finger for a slap, nothing where it leaves open
    which finger or eye it is."""
    if isinstance(record, FingerRecord):
        return _POSITIONS.get(record.position, "") if record.position else None
    if isinstance(record, IrisRecord):
        return _EYES.get(record.eye)
    return SUBTYPES["face"]


def _signature_problems(bir: Bir, signature: Signature, place: str) -> Iterator[CbeffProblem]:
    if signature is Signature.INVALID:
        yield CbeffProblem(CBEFF_SIGNATURE_WRONG, f"{place}/SB")
    if signature is Signature.ABSENT and not bir.is_exception:
        yield CbeffProblem(CBEFF_SIGNATURE_ABSENT, f"{place}/SB")


def _verify(bir: Bir) -> VerifiedJws | None:
    """The device's token, when there is one that is right and over the record."""
    try:
        verified = verify_compact(bir.rebuild_jws())
    except (MalformedData, NotAuthentic):
        return None
    return verified if _signed_record(verified.payload) == bir.bdb else None


def _signed_record(payload: bytes) -> bytes | None:
    """The record inside a device's payload; nothing when it holds none."""
    value = claims_of(payload).get("bioValue")
    try:
        return base64url.decode(value) if isinstance(value, str) else None
    except ValueError:
        return None
