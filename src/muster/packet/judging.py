"""A packet that was opened, judged by its contents as a server judges it after signatures and hashes.

What a server refuses becomes a problem. What it does not look at, or decides by a number of its own
configuration, is noted: what an ISO record says of itself, and captures that are older than the default allows.
Packets of MOSIP's own writer have such.

Packets of clients that name themselves as 1.1.5 or older are judged more mildly, as a server does: nobody asks for
their devices' signatures (section 9 and trap 16 of the packet notes). It is noted, for such a packet proves less.

Biometric files come from anybody, and a tree of XML is many times as large as its text: one with more markup,
longer texts or in another encoding than any client writes is told and not looked into.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from muster.errors import Code, MalformedData
from muster.formats import mosip_packet as mosip
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.cbeff import read_children, read_root
from muster.formats.cbeff_rules import CBEFF_OTHERS_ABSENT, is_of_1_1_5, rule_problems
from muster.formats.cbeff_schema import schema_problems
from muster.formats.packet_meta import PacketMeta
from muster.packet.cbeff_checking import CBEFF_TOO_MANY, MOST_SAMPLES, LookedAt, samples_in
from muster.packet.opening import Contents, Family, OpenedPacket, OpenedSubpacket
from muster.packet.server_rules import (
    AUDIT_WRONG,
    CAPTURE_TOO_OLD,
    INFANTS_UNTIL,
    INTRODUCER_BIOMETRICS,
    VERSIONS_WITHOUT_SIGNATURES,
    Problem,
    audit_problems,
    created_at,
    description_problems,
    documents_in,
    identity_problems,
    introducer_problems,
    is_biometrics,
    time_problem,
)

BIOMETRIC_FILE_ABSURD = Code(
    "BIOMETRIC_FILE_ABSURD",
    "A biometric file of the packet is made as no client makes it. It was not looked into.",
)
EXCEPTION_NOT_IN_FILE = Code(
    "EXCEPTION_NOT_IN_FILE", "The packet's description names an exception that its biometric file does not have."
)
EXCEPTION_NOT_DESCRIBED = Code(
    "EXCEPTION_NOT_DESCRIBED", "The packet's biometric file has an exception that its description does not name."
)
SIGNATURES_NOT_ASKED = Code(
    "SIGNATURES_NOT_ASKED", "The packet names an old client, of which no signatures of devices are asked."
)

MOST_PROBLEMS = 100  # of one part
MAXIMUM_AUDIT_BYTES = 1024 * 1024  # MOSIP's client sends some six hundred for each record
_MAXIMUM_MARKUP = 50_000  # a person's samples come to two thousand
_MAXIMUM_TEXT = 4 * 1024 * 1024  # base64 of a portrait without loss takes two
_START = re.compile(rb"(\xef\xbb\xbf)?\s*<")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)")
_EXCEPTION_PHOTO = "ExceptionPhoto"
_ATTRIBUTES = {(type_of(name), subtype): name for name, subtype in SUBTYPES.items()}


@dataclass(slots=True)
class _Told:
    """What is found, without what a hostile packet could fill a disk with."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    captures: dict[str, int] = field(default_factory=dict)  # by field
    missing: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)

    def problem(self, text: object) -> None:
        _add(self.problems, str(text))

    def note(self, text: object) -> None:
        _add(self.notes, str(text))


def _add(texts: list[str], text: str) -> None:
    if len(texts) < MOST_PROBLEMS:
        texts.append(text)


def judge(packet: OpenedPacket, infants_until: int = INFANTS_UNTIL) -> OpenedPacket:
    """The packet with what its contents add to its problems and notes; up to the age of ``infants_until`` nobody
    comes alone. Raises nothing."""
    meta = packet.meta
    found = [] if meta is None else [str(each) for each in description_problems(meta, packet.ref_id)]
    judge_ = _Judge(meta, packet.family, created_at(meta) if meta else None)
    described = {each.attribute for each in meta.missing} if meta else set[str]()
    told = [judge_.part(each) for each in packet.subpackets]
    captures: Counter[str] = sum((Counter(each.captures) for each in told), Counter())
    found += [str(each) for each in judge_.introducer(packet, captures, infants_until)]
    return replace(
        packet,
        subpackets=tuple(
            replace(part, problems=(*part.problems, *new.problems), notes=(*part.notes, *new.notes))
            for part, new in zip(packet.subpackets, told, strict=True)
        ),
        problems=(*packet.problems, *found),
        contents=Contents(
            captures=sum(count for name, count in captures.items() if name not in INTRODUCER_BIOMETRICS),
            missing_samples=len(described.union(*(each.missing for each in told))),
            documents=len(set[str]().union(*(each.documents for each in told))),
            introducer_captures=sum(captures[name] for name in INTRODUCER_BIOMETRICS),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    meta: PacketMeta | None
    family: Family
    created: datetime | None

    @property
    def _is_old(self) -> bool:
        return self.meta is not None and self.meta.client_version in VERSIONS_WITHOUT_SIGNATURES

    def part(self, part: OpenedSubpacket) -> _Told:
        told = _Told()
        if not part.files or part.name not in mosip.SUBPACKETS:
            return told
        identity = _identity_of(part.files)
        unlisted = {each.removeprefix("FILE_UNLISTED:") for each in part.notes}
        for problem in identity_problems(identity, [each for each in part.files if each not in unlisted]):
            told.problem(problem)
        if part.name == "id":
            _judge_audit(part.files, told)
        for name, owner, content in _biometric_files(part, identity):
            self._biometrics(name, owner, content, told)
        told.documents |= documents_in(identity, part.files)
        return told

    def introducer(
        self, packet: OpenedPacket, captures: Mapping[str, int], infants_until: int
    ) -> Iterator[Problem]:
        """Who brings a child stands in several parts."""
        identity: dict[str, Any] = {}
        for part in packet.subpackets:
            identity |= _identity_of(part.files)
        if self.created is None:
            return iter(())
        return introducer_problems(identity, captures, packet.process, self.created.date(), infants_until)

    def _biometrics(self, name: str, owner: str | None, content: bytes, told: _Told) -> None:
        """``owner`` is the field of a person's captures, nothing for the operators'."""
        root = _read(content)
        if isinstance(root, Code):
            told.problem(Problem(root, name))
            return
        if len(list(islice(read_children(root), MOST_SAMPLES + 1))) > MOST_SAMPLES:
            told.problem(Problem(CBEFF_TOO_MANY, name))
        for problem in (*schema_problems(root), *rule_problems(root)):
            if not (self._is_old and problem.code is CBEFF_OTHERS_ABSENT):
                told.problem(Problem(problem.code, f"{name}/{problem.place}"))
        if self._is_old:
            told.note(Problem(SIGNATURES_NOT_ASKED, name))
        elif is_of_1_1_5(root) and len(root):
            told.problem(Problem(CBEFF_OTHERS_ABSENT, name))
        exceptions = set()
        for sample in samples_in(root):
            self._sample(name, sample, told)
            if sample.report.exception:
                exceptions.add(_attribute_of(sample))
            elif owner is not None and sample.report.type != _EXCEPTION_PHOTO:
                told.captures[owner] = told.captures.get(owner, 0) + 1
        if owner is not None:
            told.missing |= exceptions
        if owner is not None and not self._is_old:
            self._exceptions(owner, exceptions, told)

    def _sample(self, name: str, sample: LookedAt, told: _Told) -> None:
        for each in sample.in_record:
            told.note(Problem(each.code, f"{name}/{each.place}"))
        if self._is_old:
            return
        for each in sample.problems:
            told.problem(Problem(each.code, f"{name}/{each.place}"))
        for place, at in sample.signed_times.items() if self.created else ():
            code = time_problem(at, self.created) if self.created else None
            if code is not None:
                # How old a capture may be is the server's to say, that it is not from the future is not.
                (told.note if code is CAPTURE_TOO_OLD else told.problem)(Problem(code, f"{name}/{place}"))

    def _exceptions(self, owner: str, in_file: Set[str], told: _Told) -> None:
        """Trap 15: both places. MOSIP's own writer leaves the description out, and no server asks."""
        described = {each.attribute for each in self.meta.missing if each.owner == owner} if self.meta else set()
        for each in sorted(described - in_file):
            told.problem(Problem(EXCEPTION_NOT_IN_FILE, f"{owner}/{each}"))
        for each in sorted(in_file - described):
            told.note(Problem(EXCEPTION_NOT_DESCRIBED, f"{owner}/{each}"))


def _identity_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        return mosip.parse_identity(mosip.find_file(files, mosip.stem(mosip.ID_FILE)) or b"")
    except MalformedData:
        return {}  # told when it was opened


def _judge_audit(files: Mapping[str, bytes], told: _Told) -> None:
    content = mosip.find_file(files, mosip.stem(mosip.AUDIT_FILE))
    if content is None:
        told.problem(f"FILE_MISSING:{mosip.AUDIT_FILE}")
    elif len(content) > MAXIMUM_AUDIT_BYTES:
        told.note(f"FILE_NOT_READ:{mosip.AUDIT_FILE}")
    else:
        try:
            entries = json.loads(content)
        except (ValueError, RecursionError):
            told.problem(Problem(AUDIT_WRONG, mosip.AUDIT_FILE))
        else:
            for problem in audit_problems(entries):
                told.problem(problem)


def _biometric_files(
    part: OpenedSubpacket, identity: Mapping[str, Any]
) -> Iterator[tuple[str, str | None, bytes]]:
    """Each once, however many fields name it: looking into one is expensive."""
    files = {mosip.stem(name).lower(): (name, content) for name, content in part.files.items()}
    for owner, value in identity.items():
        if is_biometrics(value) and isinstance(value.get("value"), str):
            found = files.pop(value["value"].lower(), None)
            if found is not None:
                yield found[0], owner, found[1]
    for operators in (mosip.OFFICER_FILE, mosip.SUPERVISOR_FILE) if part.name == "id" else ():
        found = files.pop(mosip.stem(operators).lower(), None)
        if found is not None:
            yield found[0], None, found[1]


def _read(content: bytes) -> etree._Element | Code:
    if content.count(b"<") + content.count(b"=") > _MAXIMUM_MARKUP or not _START.match(content):
        return BIOMETRIC_FILE_ABSURD
    encoding = _ENCODING.search(content, 0, 200)
    if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii"):
        return BIOMETRIC_FILE_ABSURD
    try:
        root = read_root(content)
    except MalformedData as error:
        return error.code
    if any(len(each.text or "") > _MAXIMUM_TEXT for each in root.iter()):
        return BIOMETRIC_FILE_ABSURD
    return root


def _attribute_of(sample: LookedAt) -> str:
    """MOSIP's name of the finger or eye; what stands there, where it is none."""
    subtype = " ".join(sample.report.subtype.split())
    return _ATTRIBUTES.get((sample.report.type, subtype), subtype)
