"""Registrations that are reviewed at another station, and decisions that come back: on a drive, in signed lists.

Rules:

1. Whose keys count, and for which part, is accepted by a supervisor, by fingerprint, at each side. What is told of
   a person leaves sealed to the accepted reviewer's key and to nobody else's.
2. A list is signed by who sends it and says whom it is for; it is written last. What it does not name counts for
   nothing.
3. The packet stays where it is: a decision is carried out there, about the very packet that was looked at, by the
   same rules as one that was made there.
4. What was told of a person is destroyed at the reviewer's when the decisions are handed back.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from muster import base64url, durable
from muster.analysis.api import Pixels
from muster.audit.catalogue import AuditEvent
from muster.crypto.jws import sign_with_key, unverified_payload, verify_with_key
from muster.crypto.machine_data import decrypt_machine_data, encrypt_machine_data
from muster.crypto.machine_key import MachineKey
from muster.crypto.sealing import Sealer
from muster.crypto.signing import key_index_of
from muster.domain.biometrics import BiometricAttribute
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine, Standing
from muster.domain.review_decision import Decision, Reason
from muster.errors import BadInput, Code, MusterError, NotAuthentic, Refused
from muster.formats.review_bundle import CaseFile, CaseList, Decided, DecisionList, ReviewerKeys
from muster.store.carried_review import CarriedReview
from muster.store.review import line_from_json, line_to_json
from muster.workstation.enrollment import Enrollment
from muster.workstation.inspection import read_file
from muster.workstation.journal import Journal
from muster.workstation.reference import label_in
from muster.workstation.review import CarriedCase, Foreign, Review
from muster.workstation.summary import Summary

REVIEWER_NONE = Code(
    "REVIEWER_NONE", "No other station reviews for this one. A supervisor accepts one by its key first."
)
REVIEW_LIST_CHANGED = Code(
    "REVIEW_LIST_CHANGED", "The list was changed or cut off after its station had signed it. Nothing was taken."
)
REVIEW_STATION_UNKNOWN = Code(
    "REVIEW_STATION_UNKNOWN",
    "The list comes from station {station}, which was not accepted here. A supervisor may accept its key: "
    "{fingerprint}.",
)
REVIEW_FOR_ANOTHER = Code("REVIEW_FOR_ANOTHER", "The list is for another station.")
REVIEW_LIST_ABSENT = Code("REVIEW_LIST_ABSENT", "There is no list for a review in this folder.")
REVIEW_FILE_CHANGED = Code(
    "REVIEW_FILE_CHANGED", "What is told of a registration was changed or is missing. It was not taken."
)
REVIEWER_KEY_DIFFERS = Code(
    "REVIEWER_KEY_DIFFERS", "The file holds another key than the one with this fingerprint. Nothing was accepted."
)
NOTHING_TO_HAND_OUT = Code("NOTHING_TO_HAND_OUT", "Nothing waits for a review here.")
NOTHING_TO_HAND_BACK = Code(
    "NOTHING_TO_HAND_BACK", "No decision about another station's registration waits to be handed back."
)

LIST, CASE, DECISIONS = ".reviews", ".review", ".decisions"
_STATIONS = "review_stations"
_HANDED_BACK = "reviews_handed_back"
_LARGEST = 1200  # across or down, in dots: enough to compare faces, little enough for a drive
_AT_ONCE = 1000
_MOST_OCTETS = 64 * 1024 * 1024
_FINGERPRINT_SHOWN = 16

INTRODUCER = "introducer "  # before the attribute, in the name of a picture or of a fact


class Part(Enum):
    """What an accepted station may do; the values stand in the store. One that is reviewed for decides nothing
    here, and one that reviews puts nothing into the list here, unless both were accepted."""

    REVIEWER = "reviewer"
    ASKER = "asker"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A list on the drive that was not taken, and why: other stations' travel on the same one."""

    file: str
    code: str
    sentence: str

    @property
    def is_for_another(self) -> bool:
        """Which is as it should be."""
        return self.code == REVIEW_FOR_ANOTHER.name


@dataclass(frozen=True, slots=True)
class TakenIn:
    new: tuple[RegistrationId, ...]
    refused: tuple[RegistrationId, ...]
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """``late`` is about what nobody asks any more."""

    done: tuple[RegistrationId, ...]
    late: tuple[RegistrationId, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()


_List = TypeVar("_List", CaseList, DecisionList)


class ReviewBundles:
    def __init__(
        self, journal: Journal, key: MachineKey, sealer: Sealer, review: Review, enrollment: Enrollment
    ) -> None:
        self._journal = journal
        self._key = key
        self._sealer = sealer
        self._review = review
        self._enrollment = enrollment

    # Who reviews for whom

    def tell_keys(self, file: Path) -> str:
        """Write down what others need to have this station review for them; returns the key's fingerprint."""
        keys = ReviewerKeys(self._station, self._key.signing_public, self._key.encryption_public)
        durable.write(file, self._signed(keys.encode()))
        return self._key.signing_key_index

    def accept(self, file: Path, fingerprint: str, part: Part) -> None:
        """The station whose keys are in ``file`` reviews for this one, or this one for it, from now on, beside
        what was accepted before. Raises ``Refused`` for whoever may not change settings, ``BadInput``,
        ``NotAuthentic``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        keys = ReviewerKeys.parse(_verified(_text(file), lambda content: ReviewerKeys.parse(content).key))
        index = key_index_of(keys.key)
        if index != fingerprint.strip().lower():
            raise BadInput(REVIEWER_KEY_DIFFERS)
        with self._journal.database.work() as work:
            known = _stations(work.settings.get(_STATIONS))
            said = {
                "station": keys.station,
                "encryption_key": base64url.encode(keys.encryption_key),
                "parts": " ".join(sorted({part.value, *_parts(known.get(index))})),
            }
            work.settings.put(_STATIONS, json.dumps({**known, index: said}))
            detail = {"station": keys.station, "key": index, "part": part.value}
            work.record(AuditEvent.REVIEWER_ACCEPTED, actor=self._me, **detail)

    # At the station that asks

    def hand_out(self, folder: Path, reviewer: str) -> tuple[RegistrationId, ...]:
        """Everything that waits here, for the accepted station of that key. Raises ``Refused``, ``BadInput``,
        ``StorageUnavailable``."""
        self._journal.access.require(Permission.EXPORT)
        index = reviewer.strip().lower()
        known = self._known(Part.REVIEWER)
        if index not in known:
            raise BadInput(REVIEWER_NONE)
        with self._journal.database.read() as work:
            waiting = work.review.page((Standing.WAITING, Standing.HELD), _AT_ONCE)
            here = work.blobs.among([each.registration_id for each in waiting])
        lines = [each for each in waiting if each.registration_id in here]
        if not lines:
            raise Refused(NOTHING_TO_HAND_OUT)
        public = base64url.decode(known[index]["encryption_key"])
        cases = []
        for line in lines:
            sealed = encrypt_machine_data(public, self._written(line))
            durable.write(folder / _case_file(line.registration_id.text, index), sealed)
            digest = hashlib.sha256(sealed).hexdigest()
            cases.append(CaseFile(line.registration_id.text, line.packet_id, digest))
        now = self._journal.now()
        content = CaseList(self._station, self._key.signing_public, index, now, tuple(cases))
        name = f"{self._station}-for-{_shortened(index)}-{now:%Y%m%d%H%M%S}{LIST}"
        durable.write(folder / name, self._signed(content.encode()))
        with self._journal.database.work() as work:
            for line in lines:
                subject = line.registration_id.text
                detail = {"key": index, "packet": line.packet_id}
                work.record(AuditEvent.REVIEW_HANDED_OUT, actor=self._me, subject=subject, **detail)
        return tuple(each.registration_id for each in lines)

    def take_back(self, folder: Path) -> TakenBack:
        """Carry out what was decided elsewhere about registrations of this station. Raises ``Refused``,
        ``BadInput``, ``NotAuthentic``."""
        done: list[RegistrationId] = []
        late: list[RegistrationId] = []
        ours, passed_over = self._ours(
            folder, DECISIONS, Part.REVIEWER, DecisionList.parse, lambda said: said.recipient
        )
        for token, content in ours:
            decisions = filter(None, map(_decision, content.decisions))
            key = key_index_of(content.key)
            came = self._review.carry_out_elsewhere(content.station, key, decisions, token)
            done += came.done
            late += came.late
        return TakenBack(tuple(done), tuple(late), passed_over)

    # At the station that reviews

    def take_in(self, folder: Path) -> TakenIn:
        """What others want to be reviewed here. Raises ``Refused``, ``BadInput``, ``NotAuthentic``."""
        self._journal.access.require(Permission.REVIEW)
        new: list[RegistrationId] = []
        refused: list[RegistrationId] = []
        ours, passed_over = self._ours(folder, LIST, Part.ASKER, CaseList.parse, lambda said: said.reviewer)
        for _, content in ours:
            for each in content.cases:
                taken = self._take_one(folder, content, each)
                (new if taken else refused).append(RegistrationId(each.registration_id))
        return TakenIn(tuple(new), tuple(refused), passed_over)

    def hand_back(self, folder: Path) -> tuple[RegistrationId, ...]:
        """What was signed off here about other stations' registrations, a list for each of them. Raises
        ``Refused``, ``StorageUnavailable``."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.read() as work:
            closed = work.carried_review.closed()
        if not closed:
            raise Refused(NOTHING_TO_HAND_BACK)
        now = self._journal.now()
        lists: dict[str, str] = {}
        for key in dict.fromkeys(each.key for each in closed):
            decisions = tuple(_decided(each.line) for each in closed if each.key == key)
            content = DecisionList(self._station, self._key.signing_public, key, now, decisions)
            station = next(each.station for each in closed if each.key == key)
            name = f"{self._station}-for-{station}-{now:%Y%m%d%H%M%S}{DECISIONS}"
            lists[name] = self._signed(content.encode()).decode("ascii")
        _write(folder, lists)
        with self._journal.database.work() as work:
            work.settings.put(_HANDED_BACK, json.dumps(lists))
            for each in closed:
                work.carried_review.put(replace(each, sealed=b""))
                subject = each.line.registration_id.text
                work.record(AuditEvent.REVIEW_HANDED_BACK, actor=self._me, subject=subject, key=each.key)
        return tuple(each.line.registration_id for each in closed)

    def hand_back_again(self, folder: Path) -> tuple[RegistrationId, ...]:
        """The last lists once more, for a drive that was lost. Raises ``Refused``, ``StorageUnavailable``."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.read() as work:
            lists: dict[str, str] = json.loads(work.settings.get(_HANDED_BACK) or "{}")
        if not lists:
            raise Refused(NOTHING_TO_HAND_BACK)
        _write(folder, lists)
        contents = [DecisionList.parse(unverified_payload(each)) for each in lists.values()]
        with self._journal.database.work() as work:
            for content in contents:
                key = content.recipient
                for each in content.decisions:
                    subject = each.registration_id
                    work.record(AuditEvent.REVIEW_HANDED_BACK, actor=self._me, subject=subject, key=key)
        return tuple(RegistrationId(each.registration_id) for content in contents for each in content.decisions)

    def _take_one(self, folder: Path, content: CaseList, each: CaseFile) -> bool:
        """Whether it is whole; the same again is passed over."""
        try:
            sealed = _octets(folder / _case_file(each.registration_id, content.reviewer))
        except BadInput:
            return False
        if hashlib.sha256(sealed).hexdigest() != each.digest:
            return False
        told = decrypt_machine_data(self._key, sealed)
        line = _line(told)
        if line is None or (line.registration_id.text, line.packet_id) != (each.registration_id, each.packet_id):
            return False
        number = line.registration_id
        if f"{number.center}_{number.machine}" != content.station:  # no station speaks of another's
            return False
        line = replace(line, station=content.station)
        with self._journal.database.read() as work:
            ours, before = work.registrations.exists(number), work.carried_review.find(number)
        if ours:  # nor of ours
            return False
        if before is not None and before.line.packet_id == line.packet_id:
            return True
        with self._journal.database.work() as work:
            kept = self._sealer.seal(told, carried_context(line.registration_id))
            work.carried_review.put(CarriedReview(line, content.station, key_index_of(content.key), kept))
            subject = line.registration_id.text
            work.record(AuditEvent.REVIEW_TAKEN_IN, actor=self._me, subject=subject, station=content.station)
        return True

    # What both do

    @property
    def _station(self) -> str:
        return self._journal.station.ref_id

    @property
    def _me(self) -> str:
        return self._journal.operator.user_id

    def _known(self, part: Part) -> Mapping[str, Mapping[str, str]]:
        """The stations that were accepted as that, by their fingerprints."""
        with self._journal.database.read() as work:
            known = _stations(work.settings.get(_STATIONS))
        return {index: said for index, said in known.items() if part.value in _parts(said)}

    def _ours(
        self, folder: Path, end: str, part: Part, parse: Callable[[bytes], _List], whom: Callable[[_List], str]
    ) -> tuple[list[tuple[str, _List]], tuple[PassedOver, ...]]:
        """The lists that are for this station and count here, as they are signed and what they say. Raises
        ``BadInput``, ``NotAuthentic`` where there is none."""
        ours: list[tuple[str, _List]] = []
        others: list[tuple[str, MusterError]] = []
        for file in _files(folder, end):
            try:
                token = _text(file)
                content = parse(_verified(token, lambda said: parse(said).key))
                self._require(part, content.station, content.key, whom(content))
            except (BadInput, NotAuthentic) as error:
                others.append((file.name, error))
            else:
                ours.append((token, content))
        if not ours:
            errors = [error for _, error in others]
            raise next((each for each in errors if each.code is not REVIEW_FOR_ANOTHER), errors[0])
        return ours, tuple(PassedOver(name, error.code.name, error.sentence) for name, error in others)

    def _require(self, part: Part, station: str, key: bytes, recipient: str) -> None:
        if recipient != self._key.signing_key_index:
            raise BadInput(REVIEW_FOR_ANOTHER)
        fingerprint = key_index_of(key)
        if fingerprint not in self._known(part):
            raise BadInput(REVIEW_STATION_UNKNOWN, station=station, fingerprint=fingerprint)

    def _signed(self, content: bytes) -> bytes:
        return sign_with_key(self._key, content, self._key.signing_key_index).encode("ascii")

    def _written(self, line: ReviewLine) -> bytes:
        content = {
            "line": line_to_json(replace(line, decision=None, reason=None, decided_by="", decided_at=None)),
            "facts": list(told_facts(self._enrollment.summary(line.registration_id))),
            "pictures": [
                {"name": name, "jpeg": base64url.encode(_jpeg(pixels))}
                for name, pixels in self._pictures(line.registration_id)
            ],
        }
        return json.dumps(content, separators=(",", ":")).encode()

    def _pictures(self, registration_id: RegistrationId) -> Iterator[tuple[str, Pixels]]:
        """By attribute or field, the face and the documents first."""
        state = self._enrollment.registration(registration_id)
        if BiometricAttribute.FACE in state.samples:
            yield "face", self._enrollment.sample_picture(registration_id, BiometricAttribute.FACE)
        for field in state.documents:
            pixels = self._enrollment.document_page(registration_id, field).pixels
            if pixels is not None:  # a PDF of somebody else's stays where it is
                yield field, pixels
        for attribute in state.samples:
            if attribute is not BiometricAttribute.FACE:
                yield attribute.value, self._enrollment.sample_picture(registration_id, attribute)
        introducer = self._enrollment.introducer
        for attribute in state.introducer.samples:
            yield f"{INTRODUCER}{attribute.value}", introducer.sample_picture(registration_id, attribute)


def told_facts(summary: Summary) -> Iterator[tuple[str, str]]:
    """What is told of a registration beside its pictures, by the names of its first language: how whoever reads it
    calls its fields is not known here."""
    language = summary.languages[0]
    for line in (*summary.lines, *summary.documents):
        said = " / ".join(dict.fromkeys(text for _, text in line.values if text))
        yield label_in(line.labels, language, line.field), said
    for exception in summary.exceptions:
        yield exception.attribute.value, exception.reason
    for exception in summary.introducer_exceptions:
        yield f"{INTRODUCER}{exception.attribute.value}", exception.reason


def carried_context(registration_id: RegistrationId) -> str:
    return f"carried review/{registration_id}"


def read_carried(sealer: Sealer, carried: CarriedReview) -> CarriedCase:
    """What was told of it, as it is shown; nothing once the decision was handed back."""
    if not carried.sealed:
        return CarriedCase(carried.line, (), ())
    content = json.loads(sealer.open(carried.sealed, carried_context(carried.line.registration_id)))
    pictures = tuple(
        (str(each["name"]), np.asarray(Image.open(io.BytesIO(base64url.decode(each["jpeg"]))).convert("RGB")))
        for each in content["pictures"]
    )
    facts = tuple((str(name), str(value)) for name, value in content["facts"])
    return CarriedCase(carried.line, facts, pictures)


def _line(told: bytes) -> ReviewLine | None:
    try:
        return replace(line_from_json(json.loads(told)["line"]), standing=Standing.WAITING)
    except (ValueError, KeyError, TypeError):
        return None


def _decided(line: ReviewLine) -> Decided:
    assert line.decision is not None and line.decided_at is not None
    reason = line.reason.value if line.reason else ""
    signs = tuple(each.sign.value for each in line.flags)
    return Decided(
        line.registration_id.text,
        line.packet_id,
        line.decision.value,
        reason,
        line.decided_by,
        line.decided_at,
        signs,
    )


def _decision(said: Decided) -> Foreign | None:
    """None for a word of a newer version."""
    try:
        reason = Reason(said.reason) if said.reason else None
        decision = Decision(said.decision)
    except ValueError:
        return None
    number = RegistrationId(said.registration_id)
    return Foreign(number, said.packet_id, decision, reason, said.operator, said.at, said.signs)


def _parts(said: Mapping[str, str] | None) -> list[str]:
    """Whoever was accepted before parts were told apart has both."""
    return said.get("parts", "asker reviewer").split() if said else []


def _stations(text: str | None) -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = json.loads(text or "{}")
    return known


def _verified(token: str, key_in: Callable[[bytes], bytes]) -> bytes:
    """What a list says, signed by the key it names; whether that key counts is another question."""
    try:
        return verify_with_key(token, key_in(unverified_payload(token)))
    except (NotAuthentic, BadInput) as error:
        raise NotAuthentic(REVIEW_LIST_CHANGED) from error


def _case_file(registration_id: str, reviewer: str) -> str:
    """With whom it is for: one drive may carry the same registration to two."""
    return f"{registration_id}-{_shortened(reviewer)}{CASE}"


def _shortened(fingerprint: str) -> str:
    return fingerprint.replace(":", "")[:_FINGERPRINT_SHOWN]


def _write(folder: Path, lists: Mapping[str, str]) -> None:
    for name, token in lists.items():
        durable.write(folder / name, token.encode("ascii"))


def _files(folder: Path, end: str) -> Iterator[Path]:
    found = sorted(folder.glob(f"*{end}")) if folder.is_dir() else []
    if not found:
        raise BadInput(REVIEW_LIST_ABSENT)
    return iter(found)


def _text(file: Path) -> str:
    try:
        return _octets(file).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise NotAuthentic(REVIEW_LIST_CHANGED) from error


def _octets(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST_OCTETS:
            raise BadInput(REVIEW_FILE_CHANGED)
    except OSError as error:
        raise BadInput(REVIEW_FILE_CHANGED) from error
    return read_file(file)


def _jpeg(pixels: Pixels) -> bytes:
    picture = Image.fromarray(pixels)
    picture.thumbnail((_LARGEST, _LARGEST))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
