"""Checking a CBEFF file as MOSIP's server would: the schema, the rules behind it, the devices' signatures.

A signature is ``valid`` when the device's JWS, put together again from the file, verifies with the
certificate it brings along **and** what was signed is the record that stands in the file. MOSIP checks the
first half only, and so would take any record beside a payload that has no place for one. Whether the
certificate is to be trusted is not asked; what was signed is held against the sample (``cbeff_payload``), and
so is what the record says of itself.

``check_cbeff_content`` is for a file alone. In a packet the description has a say too (``packet.judging``), which
takes ``samples_in``.

A file of 1.1.5 carries no signatures. They are ``unchecked`` then, which is no problem, as long as nothing in
the file claims to be newer (``cbeff_rules.is_of_1_1_5``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import chain, islice
from typing import Any

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
from muster.packet.cbeff_payload import claims_of, payload_problems, signed_times

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
class LookedAt:
    """One sample. ``problems`` are what a server refuses, ``in_record`` what is wrong with the record, into which
    it does not look; ``signed_times`` what the device's verified token says, by the place where it says so."""

    place: str
    report: BirReport
    problems: tuple[CbeffProblem, ...]
    in_record: tuple[CbeffProblem, ...]
    signed_times: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class CbeffReport:
    """``problems`` are stable code names with the place behind a colon, the first hundred of them;
    ``sentences`` says the same to people."""

    valid: bool
    problems: tuple[str, ...]
    birs: tuple[BirReport, ...]
    sentences: tuple[str, ...]


def check_cbeff_content(content: bytes) -> CbeffReport:
    """Raises ``MalformedData``: no CBEFF file, or absurdly many samples, each of which costs a verification."""
    root = read_root(content)
    children = list(islice(read_children(root), MOST_SAMPLES + 1))
    if len(children) > MOST_SAMPLES:
        raise MalformedData(CBEFF_TOO_MANY)
    is_old = is_of_1_1_5(root)
    seen = [_look_at(child, place, may_be_unsigned=is_old) for place, child in _placed(children)]
    told = (problem for each in seen for problem in (*each.in_record, *each.problems))
    problems = tuple(islice(chain(schema_problems(root), rule_problems(root), told), MOST_PROBLEMS))
    return CbeffReport(
        valid=not problems,
        problems=tuple(f"{each.code.name}:{each.place}" for each in problems),
        birs=tuple(each.report for each in seen),
        sentences=tuple(each.sentence for each in problems),
    )


def samples_in(root: etree._Element) -> Iterator[LookedAt]:
    """Every sample, one after the other; at most ``MOST_SAMPLES``. Whoever leaves out a signature is told."""
    for place, child in _placed(islice(read_children(root), MOST_SAMPLES)):
        yield _look_at(child, place, may_be_unsigned=False)


def _placed(children: Iterable[etree._Element]) -> Iterator[tuple[str, etree._Element]]:
    return ((f"BIR[{number}]", child) for number, child in enumerate(children, 1))


def _look_at(element: etree._Element, place: str, *, may_be_unsigned: bool) -> LookedAt:
    facts = sample_facts(element)
    unsigned = Signature.UNCHECKED if may_be_unsigned else Signature.ABSENT
    signature = Signature.INVALID
    in_record: tuple[CbeffProblem, ...] = ()
    problems: tuple[CbeffProblem, ...] = ()
    claims: Mapping[str, Any] = {}
    try:
        bir = read_bir(element)
    except MalformedData:
        pass  # not base64, which the schema's rules tell
    else:
        verified = _verify(bir)
        signature = Signature.VALID if verified else Signature.INVALID if bir.sb else unsigned
        in_record = tuple(record_problems(bir, facts.format, place))
        problems = (
            *_signature_problems(bir, signature, place),
            *(payload_problems(bir, verified, place) if verified else ()),
        )
        claims = claims_of(verified.payload) if verified else {}
    times = {f"{place}/others/PAYLOAD/{name}": at for name, at in signed_times(claims).items()}
    report = BirReport(facts.type, facts.subtype, facts.quality, facts.is_exception, signature)
    return LookedAt(place, report, problems, in_record, times)


def record_problems(bir: Bir, form: str, place: str) -> Iterator[CbeffProblem]:
    """Whether the record can be read, and says of itself what the sample is said to be."""
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
