"""Was this person here before? A face is searched for among everybody captured at this station, and its operators.

Rules:

1. Nobody is kept waiting and nobody is kept from being enrolled: searching runs in a lane of its own, and whatever
   goes wrong there is a reason why it was not assessed.
2. What was found is for a supervisor (:meth:`Duplicates.found`). Officers and the trail learn that a search was
   made and how many were found; no score of anybody is ever in the trail.
3. A template is kept once its registration is sealed. Killed between the two, the program makes it up at the next
   sign-in, and before the content it is made of is destroyed.
4. Templates of registrations end by the policy's days, on the disk and in memory, and what searches found with
   them; operators' stay until they are forgotten.
5. A template that does not open is counted and told; it never counts as "not found".
6. Where the policy says so, the center's hub is asked, too, and told of every template kept here. What it finds
   joins what is found here; a hub that cannot be reached is told at the next sign-in and keeps nobody waiting.
7. Whoever is forgotten is forgotten at the center first, and no template of that registration is made again.

Only new registrations are searched for: in every other process people are expected to have been here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, Recogniser, compare
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.analysis.pictures import as_rgb
from muster.audit.catalogue import AuditEvent
from muster.clock import rfc3339
from muster.crypto.sealing import SEAL_BROKEN, Sealer
from muster.devices.records import picture_of
from muster.domain.biometrics import BiometricAttribute
from muster.domain.duplicates import Candidate, Look, Person, Whose
from muster.domain.lifecycle import BlobRef, Registration
from muster.domain.operators import Permission
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput, Code, MusterError, NotAuthentic, Unavailable
from muster.gallery.search import GallerySearch, search_for
from muster.store.database import Work
from muster.store.gallery import GalleryRow
from muster.workstation.analysing_face import chosen_recogniser
from muster.workstation.center_search import Brought, CenterSearch, FoundAtCenter
from muster.workstation.journal import Journal
from muster.workstation.lanes import Lanes
from muster.workstation.policy import Policy

SEARCH_UNCALIBRATED = Code(
    "SEARCH_UNCALIBRATED", "The network that recognises faces has no threshold for searching among many."
)
REASON_UNKNOWN = Code("REASON_UNKNOWN", "The face was not searched for, for a reason this version does not know.")
TEMPLATE_UNUSABLE = Code(
    "TEMPLATE_UNUSABLE", "The face gives nothing to search for. Take the picture again in better light."
)
OPERATOR_UNKNOWN = Code("OPERATOR_UNKNOWN", "Nobody of that name works at this station.")

_LANE = "duplicates"
_FORGOTTEN = "face forgotten "
_THRESHOLD = "search"
_STORED = np.dtype("<f2")
_AT_ONCE = 4096  # templates that are unsealed together: 8 MB

_T = TypeVar("_T")


class Duplicates:
    """One operator's search. What is opened of the gallery is in memory from the first search to sign-out."""

    def __init__(
        self, journal: Journal, sealer: Sealer, policy: Policy, center: CenterSearch | None = None
    ) -> None:
        self._journal = journal
        self._center = center if policy.faces_sought_at_center else None
        self._sealer = sealer
        self._policy = policy
        self._lanes = Lanes()
        self._detector, self._mesher = FaceDetector(), FaceMesher()
        self._search: GallerySearch | None = None
        self._people: dict[int, Person] = {}
        self._damaged: set[int] = set()
        self._sought: tuple[BlobRef, FaceTemplate] | None = None

    @property
    def is_on(self) -> bool:
        return self._policy.face_template_kept_for_days > 0

    # For the enrollment. None of these waits or raises.

    def catch_up(self) -> None:
        """At sign-in: destroy what is outdated (where none are kept, all), keep the templates an interrupted
        program did not keep."""
        self._lanes.submit(_LANE, partial(_quietly, self._catch_up if self.is_on else self._expire))

    def look_soon(self, registration_id: RegistrationId) -> None:
        """Where the person has said yes to all of it: search for the face that was captured."""
        self._soon(partial(self._look_at_capture, registration_id))

    def remember_soon(self, registration_id: RegistrationId) -> None:
        """Where a registration was sealed: keep the template of its face."""
        self._soon(partial(self._remember, registration_id))

    def let_go_soon(self) -> None:
        """Where a draft was destroyed: hold no face of one that is sealed no more."""
        self._soon(self._let_go)

    # These wait until it is their turn in the lane.

    def look(self, registration_id: RegistrationId, portrait: Pixels) -> Look:
        """Search for ``portrait``, (h, w, 3) RGB or (h, w) grey, and keep the answer for the supervisor.

        About a tenth of a second; at the first call, loading networks and gallery besides. Raises what the store
        raises; whatever is wrong with the picture is a reason in the answer.
        """
        return self._in_lane(partial(self._look, registration_id, partial(self._template, portrait)))

    def remember(self, registration_id: RegistrationId) -> None:
        """Keep the template of a sealed registration that has none yet: before its content is destroyed. What
        keeps one from being made is no reason not to destroy."""
        if self.is_on:
            self._in_lane(partial(_quietly, partial(self._remember, registration_id)))

    def remember_operator(self, user_id: str, portrait: Pixels) -> None:
        """Keep the template of somebody who works here. Raises ``BadInput`` (no face, several, nobody of that
        name), ``Unavailable``, ``NotAuthentic``."""
        with self._journal.database.read() as work:
            operator = work.operators.find(user_id)
        if operator is None:
            raise BadInput(OPERATOR_UNKNOWN)
        self._in_lane(lambda: self._keep(Person(Whose.OPERATOR, operator.user_id), self._template(portrait)))

    def is_operator(self, user_id: str, portrait: Pixels) -> bool:
        """Whether ``portrait`` shows the operator of that name, by the threshold of comparing two. Raises
        ``BadInput`` (no face, several), ``Unavailable``, ``NotAuthentic``."""
        return self._in_lane(partial(self._is, Person(Whose.OPERATOR, user_id), portrait))

    def forget_operator(self, user_id: str) -> None:
        """Destroy all templates of somebody who works here no longer."""
        self._in_lane(partial(self._forget, Person(Whose.OPERATOR, user_id)))

    def forget(self, registration_id: RegistrationId) -> None:
        """Destroy the face of one registration, here and at the center, and what was found by it.

        Raises ``Refused`` for anybody who may not see it, and where a center is asked ``NetworkUnavailable`` and
        what it says: then it is to be tried again.
        """
        self._journal.access.require(Permission.SEE_INDICATORS)
        self._journal.load(registration_id)
        self._in_lane(partial(self._forget_registration, registration_id))

    def found(self, registration_id: RegistrationId) -> Look | None:
        """What the last search found, or nothing if there was none, or it is too long ago; audited.

        Raises ``Refused`` for anybody who may not see it, ``NotAuthentic`` when the answer was changed.
        """
        self._journal.access.require(Permission.SEE_INDICATORS)
        with self._journal.database.read() as work:
            kept = work.gallery.look(registration_id)
        if kept is None or kept[0] < self._limit():
            return None
        look = _parse_look(kept[0], self._sealer.open(kept[1], _look_context(registration_id)))
        self._journal.note(registration_id, AuditEvent.DUPLICATES_SHOWN, candidates=str(len(look.candidates)))
        return look

    def settle(self) -> None:
        """Wait for what was begun: for programs that end at once."""
        self._in_lane(lambda: None)

    def close(self) -> None:
        """Wait for what is running; what has not begun is caught up at the next sign-in. Memory holds no template
        any more."""
        self._lanes.close()
        self._empty()
        if self._center is not None:
            self._center.close()

    # In the lane

    def _soon(self, work: Callable[[], object]) -> None:
        if self.is_on:
            self._lanes.submit(_LANE, partial(_quietly, work))

    def _in_lane(self, work: Callable[[], _T]) -> _T:
        future: Future[_T] = self._lanes.submit(_LANE, work)
        return future.result()

    def _catch_up(self) -> None:
        self._expire()
        with self._journal.database.read() as work:
            waiting = work.blobs.registrations()
        for registration_id in waiting:
            _quietly(partial(self._remember, registration_id))
        if self._center is not None:
            self._bring_what_is_missing(self._center)

    def _look_at_capture(self, registration_id: RegistrationId) -> None:
        state = self._journal.load(registration_id)
        if state.started.process is not Process.NEW:
            return
        try:
            template = self._template_of(state)
        except MusterError as error:
            self._keep_look(registration_id, Look(self._journal.now(), reason=error.code))
            return
        if template is not None:
            self._look(registration_id, lambda: template)

    def _look(self, registration_id: RegistrationId, template: Callable[[], FaceTemplate]) -> Look:
        self._expire()
        at = self._journal.now()
        try:
            look = self._searched(at, Person(Whose.REGISTRATION, registration_id.text), template())
        except (BadInput, Unavailable, NotAuthentic) as error:
            look = Look(at, reason=error.code)
        self._keep_look(registration_id, look)
        return look

    def _searched(self, at: datetime, wanted: Person, template: FaceTemplate) -> Look:
        threshold = self._recogniser.calibration.thresholds.get(_THRESHOLD)
        if threshold is None:
            raise Unavailable(SEARCH_UNCALIBRATED)
        search = self._refreshed(template)
        hits = search.search(template.vector, threshold, self._policy.candidates_shown + 1)
        others = [Candidate(self._people[hit.key], hit.cosine) for hit in hits if self._people[hit.key] != wanted]
        compared = len(search) - sum(person == wanted for person in self._people.values())
        there = self._found_at_center(wanted, template, threshold)
        if there is not None:
            known = {each.person for each in others}
            others += [each for each in there.candidates if each.person not in known]
            others.sort(key=lambda each: -each.cosine)
            operators = sum(person.whose is Whose.OPERATOR for person in self._people.values())
            compared = max(compared, there.compared + operators)
        return Look(at, compared, len(self._damaged), tuple(others[: self._policy.candidates_shown]))

    def _found_at_center(self, wanted: Person, template: FaceTemplate, threshold: float) -> FoundAtCenter | None:
        """Nothing where there is no center, or it cannot be asked now."""
        if self._center is None:
            return None
        try:
            return self._center.search(
                wanted, template.network, template.vector, threshold, self._policy.candidates_shown
            )
        except MusterError as error:
            self._note_center(error)
            return None

    def _bring(self, network: str, brought: list[Brought]) -> None:
        """What cannot be brought now is missing there at the next sign-in, and brought then."""
        if self._center is None or not brought:
            return
        try:
            self._center.bring(network, brought)
            with self._journal.database.read() as work:
                forgotten = [each.person for each in brought if _is_forgotten(work, each.person)]
            for person in forgotten:  # by another program, meanwhile
                self._center.forget(person)
        except MusterError as error:
            self._note_center(error)

    def _bring_what_is_missing(self, center: CenterSearch) -> None:
        network = self._recogniser.network
        with self._journal.database.read() as work:
            rows = [each for each in work.gallery.all(network) if each.person.whose is Whose.REGISTRATION]
        missing = center.missing(network, [each.person for each in rows]) if rows else frozenset()
        brought = []
        for row in rows:
            if row.person in missing:
                with suppress(NotAuthentic):
                    brought.append(Brought(row.person, self._vector(row), row.kept_at))
        self._bring(network, brought)

    def _note_center(self, error: MusterError) -> None:
        with self._journal.database.work() as work:
            actor = self._journal.operator.user_id
            work.record(AuditEvent.CENTER_GALLERY_MISSED, actor=actor, code=error.code.name)

    def _keep_look(self, registration_id: RegistrationId, look: Look) -> None:
        sealed = self._sealer.seal(_write_look(look), _look_context(registration_id))
        actor, subject = self._journal.operator.user_id, registration_id.text
        with self._journal.database.work() as work:
            if work.registrations.load(registration_id).discarded is None:  # meanwhile
                work.gallery.put_look(registration_id, look.at, sealed)
            told = {"reason": look.reason.name} if look.reason else {"compared": str(look.compared)}
            work.record(AuditEvent.DUPLICATES_SOUGHT, actor=actor, subject=subject, **told)
            if look.candidates:
                found = str(len(look.candidates))
                work.record(AuditEvent.DUPLICATES_FOUND, actor=actor, subject=subject, candidates=found)
            if look.damaged:
                work.record(AuditEvent.TEMPLATES_UNREADABLE, actor=actor, damaged=str(look.damaged))

    def _remember(self, registration_id: RegistrationId) -> None:
        person = Person(Whose.REGISTRATION, registration_id.text)
        state = self._journal.load(registration_id)
        if state.sealed is None or state.sealed.at < self._limit():
            return
        with self._journal.database.read() as work:
            if _is_forgotten(work, person) or work.gallery.has(person, self._recogniser.network):
                return
        template = self._template_of(state)
        if template is not None:
            self._keep(person, template, state.sealed.at)
            self._let_go()

    def _keep(self, person: Person, template: FaceTemplate, at: datetime | None = None) -> None:
        sealed = self._sealer.seal(_write(template), _context(person, template.network))
        kept_at = at or self._journal.now()
        try:
            with self._journal.database.work() as work:
                if _is_forgotten(work, person):
                    raise _ForgottenMeanwhile
                work.gallery.put(person, template.network, kept_at, sealed)
                self._record(work, AuditEvent.TEMPLATE_KEPT, person)
        except _ForgottenMeanwhile:
            return
        if person.whose is Whose.REGISTRATION:
            self._bring(template.network, [Brought(person, template.vector, kept_at)])

    def _is(self, person: Person, portrait: Pixels) -> bool:
        with self._journal.database.read() as work:
            rows = [row for row in work.gallery.of(person) if row.network == self._recogniser.network]
        if not rows:
            return False
        shown = self._template(portrait)
        kept = FaceTemplate(shown.network, self._opened(rows[0], shown))
        return compare(shown, kept, self._recogniser.calibration).is_match

    def _forget(self, person: Person) -> None:
        with self._journal.database.work() as work:
            work.gallery.remove(person)
            self._record(work, AuditEvent.TEMPLATE_DESTROYED, person)

    def _forget_registration(self, registration_id: RegistrationId) -> None:
        person = Person(Whose.REGISTRATION, registration_id.text)
        self._let_go()
        if self._center is not None:
            self._center.forget(person)
        with self._journal.database.work() as work:
            work.gallery.remove(person)
            work.gallery.remove_look(registration_id)
            work.settings.put(_FORGOTTEN + registration_id.text, rfc3339(self._journal.now()))
            self._record(work, AuditEvent.TEMPLATE_DESTROYED, person)
        if self._center is not None:  # another program may have brought it before it could read the mark
            self._center.forget(person)

    def _record(self, work: Work, event: AuditEvent, person: Person) -> None:
        work.record(event, actor=self._journal.operator.user_id, subject=person.name, whose=person.whose.value)

    def _expire(self) -> None:
        limit = self._limit()
        with self._journal.database.read() as work:
            if not work.gallery.has_older(limit):
                return
        with self._journal.database.work() as work:
            count = work.gallery.remove_older(limit)
            work.record(AuditEvent.TEMPLATES_EXPIRED, actor=self._journal.operator.user_id, count=str(count))

    def _limit(self) -> datetime:
        return self._journal.now() - timedelta(days=self._policy.face_template_kept_for_days)

    def _template_of(self, state: Registration) -> FaceTemplate | None:
        """None where the person has no face to be captured, or the content is destroyed. The last one is held: who
        was sought at the check is kept when the packet is sealed, or destroyed with the draft."""
        sample = state.samples.get(BiometricAttribute.FACE)
        if sample is None:
            return None
        if self._sought is not None and self._sought[0] == sample.record:
            return self._sought[1]
        template = self._template(picture_of(self._journal.read(state.id, sample.record)))
        self._sought = sample.record, template
        return template

    def _template(self, portrait: Pixels) -> FaceTemplate:
        template = template_in(as_rgb(portrait), self._detector, self._mesher, self._recogniser)
        if not _has_direction(template.vector):
            raise BadInput(TEMPLATE_UNUSABLE)
        return template

    @cached_property
    def _recogniser(self) -> Recogniser:
        return chosen_recogniser()

    # The gallery in memory

    def _refreshed(self, like: FaceTemplate) -> GallerySearch:
        """What the database holds now: another program may have added to it, or destroyed."""
        with self._journal.database.read() as work:
            there = work.gallery.numbers(like.network)
            gone = self._people.keys() - there
            new = there - self._people.keys()
            self._damaged.clear()  # they are tried again: a disk can come back
            search = self._sized(len(there), like)
            search.remove(gone)
            for number in gone:
                del self._people[number]
            self._add(search, work, new, like)
        return search

    def _sized(self, count: int, like: FaceTemplate) -> GallerySearch:
        if self._search is None:
            self._search = search_for(count, len(like.vector), self._policy.faces_compared_each)
        return self._search

    def _add(self, search: GallerySearch, work: Work, numbers: frozenset[int], like: FaceTemplate) -> None:
        some: list[tuple[GalleryRow, NDArray[np.float32]]] = []
        for row in work.gallery.rows(numbers):
            try:
                some.append((row, self._opened(row, like)))
            except NotAuthentic:
                self._damaged.add(row.number)
            if len(some) == _AT_ONCE:
                self._take(search, some)
                some.clear()
        self._take(search, some)

    def _take(self, search: GallerySearch, some: list[tuple[GalleryRow, NDArray[np.float32]]]) -> None:
        if some:
            search.add([row.number for row, _ in some], np.stack([vector for _, vector in some]))
            self._people.update((row.number, row.person) for row, _ in some)

    def _opened(self, row: GalleryRow, like: FaceTemplate) -> NDArray[np.float32]:
        vector = self._vector(row)
        if vector.size != like.vector.size:
            raise NotAuthentic(SEAL_BROKEN)
        return vector

    def _vector(self, row: GalleryRow) -> NDArray[np.float32]:
        content = self._sealer.open(row.sealed, _context(row.person, row.network))
        if len(content) % _STORED.itemsize:
            raise NotAuthentic(SEAL_BROKEN)
        vector = np.frombuffer(content, _STORED).astype(np.float32)
        if not _has_direction(vector):
            raise NotAuthentic(SEAL_BROKEN)
        return vector

    def _let_go(self) -> None:
        self._sought = None

    def _empty(self) -> None:
        self._let_go()
        self._search = None
        self._people.clear()
        self._damaged.clear()


class _ForgottenMeanwhile(Exception):
    """By another program; ends a transaction that then changes nothing."""


def _is_forgotten(work: Work, person: Person) -> bool:
    return person.whose is Whose.REGISTRATION and work.settings.get(_FORGOTTEN + person.name) is not None


def _quietly(work: Callable[[], object]) -> None:
    """In the lane there is nobody to tell: what failed is done again at the next look or sign-in."""
    with suppress(MusterError):
        work()


def _has_direction(vector: NDArray[np.float32]) -> bool:
    return bool(abs(float(np.linalg.norm(vector)) - 1) < 0.01)  # False for what is not a number


def _write(template: FaceTemplate) -> bytes:
    """Half precision: half the disk, and a cosine moves by less than 0.001."""
    return template.vector.astype(_STORED).tobytes()


def _context(person: Person, network: str) -> str:
    return f"gallery/{person.whose.value}/{person.name}/{network}"


def _look_context(registration_id: RegistrationId) -> str:
    return f"duplicate look/{registration_id}"


def _write_look(look: Look) -> bytes:
    return json.dumps(
        {
            "compared": look.compared,
            "damaged": look.damaged,
            "candidates": [[each.person.whose.value, each.person.name, each.cosine] for each in look.candidates],
            "reason": look.reason.name if look.reason else None,
        }
    ).encode()


def _parse_look(at: datetime, content: bytes) -> Look:
    """What :func:`_write_look` wrote; it was authentic."""
    read = json.loads(content)
    candidates = tuple(Candidate(Person(Whose(whose), name), cosine) for whose, name, cosine in read["candidates"])
    reason = (Code.named(read["reason"]) or REASON_UNKNOWN) if read["reason"] else None
    return Look(at, read["compared"], read["damaged"], candidates, reason)
