"""The outbox: what waits, and bringing it to the server.

A packet is announced (RID sync) before it is uploaded; both may be repeated, the server answers the same. Every
outcome is written down with its audit record before anything else happens, so that a delivery interrupted
anywhere goes on where it was. What follows from a failure is decided in ``upload.remedies``; what becomes of a
packet afterwards is asked in ``workstation.following``.

A supervisor's review, where there is one, moves packets from REGISTERED to APPROVED or REJECTED before they come
here; the rejected ones are announced, so that the server knows of them, and never uploaded.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from random import random

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.domain.applicant import LocalizedText
from muster.domain.delivery import DeliveryState, OutboxEntry, Outlook, PersonTold, Receipt, ServerStatus
from muster.domain.lifecycle import Registration, Synced, Uploaded
from muster.errors import BadInput, Code, MusterError, NotAuthentic, Refused, StorageUnavailable
from muster.formats.id_schema import IdSchema
from muster.store.database import Work
from muster.upload.remedies import PacketRefused, Remedy, what_follows
from muster.upload.schedule import next_attempt, next_question
from muster.upload.target import Announced, Announcement, Target
from muster.upload.transport import SERVER_IN_TROUBLE, ServerBusy
from muster.workstation.data_folder import DataFolder
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.sending import Sending, in_order
from muster.workstation.server_session import ServerSession
from muster.workstation.submission import Submission

PACKET_FILE_MISSING = Code(
    "PACKET_FILE_MISSING", "The sealed packet is gone from this computer's disk. Tell your supervisor."
)
PACKET_FILE_CHANGED = Code(
    "PACKET_FILE_CHANGED", "The sealed packet was changed on this computer's disk. Tell your supervisor."
)
PACKET_NOT_APPROVED = Code("PACKET_NOT_APPROVED", "The packet is not sent: no supervisor has approved it.")
PACKET_GIVEN_UP = Code(
    "PACKET_GIVEN_UP", "The server refused the packet. It is sent again when somebody asks for it in the outbox."
)
PACKET_DONE_WITH = Code(
    "PACKET_DONE_WITH", "The server has processed the packet and it was destroyed here. There is nothing to send."
)
PERSON_NOT_WANTED = Code("PERSON_NOT_WANTED", "The server does not ask for this person to come again.")

# MOSIP's own names of these fields; a schema that calls them otherwise announces nothing.
_NAME, _PHONE, _EMAIL = "fullName", "phone", "email"
_NOT_DECRYPTED = "RPR-RGS-028"  # with the certificate it has now


class Sync:
    def __init__(
        self,
        journal: Journal,
        folder: DataFolder,
        server: ServerSession,
        submission: Submission,
        schema: IdSchema,
        policy: Policy,
        sending: Sending,
        chance: Callable[[], float] = random,
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._server = server
        self._submission = submission
        self._schema = schema
        self._policy = policy
        self._sending = sending
        self._chance = chance

    def outbox(self) -> tuple[OutboxEntry, ...]:
        """Newest first; delivered packets stay listed."""
        with self._journal.database.read() as work:
            return work.outbox.all()

    def page(self, limit: int) -> tuple[tuple[OutboxEntry, ...], int]:
        """What to look at first: packets that need somebody, then the newest; and how many there are in all."""
        with self._journal.database.read() as work:
            return work.outbox.page(limit), work.outbox.count()

    def find(self, words: str, limit: int) -> tuple[OutboxEntry, ...]:
        """Packets in whose number the digits of ``words`` stand: their names are sealed. None without digits."""
        digits = "".join(each for each in words if each.isdecimal())
        if not digits:
            return ()
        with self._journal.database.read() as work:
            return work.outbox.with_number(digits, limit)

    def outlook(self) -> Outlook:
        """What waits to be sent, and how long that takes."""
        return self._sending.outlook()

    def prepare(self) -> None:
        """Fetch what sealing needs while there is a network. Raises what ``server_certificate`` raises."""
        self._submission.server_certificate()

    def deliver(self, packet_id: str) -> Receipt:
        """Announce and upload one packet; once it is there, returns the receipt again.

        Raises ``NetworkUnavailable`` (later, or paused), ``SignInWanted``, ``ServerNotAuthentic``, ``Refused``
        (the server's no), ``NotAuthentic`` (the file is not the one that was sealed). The failure is noted with
        what follows.
        """
        entry = self._find(packet_id)
        if entry.state is DeliveryState.PUSHED:
            return self._receipt(entry)
        if entry.state is DeliveryState.GIVEN_UP:
            raise Refused(PACKET_GIVEN_UP)
        if not entry.is_unsent:
            raise Refused(PACKET_NOT_APPROVED)
        self._sending.require_going_on()
        with self._target(entry) as target:
            if entry.state is not DeliveryState.SYNCED:
                self._announce_one(entry, target)
            return self._send(self._find(packet_id), target)

    def deliver_all(self, *, due_only: bool = True, keep_slips: bool = False) -> tuple[Receipt, ...]:
        """Deliver what waits, stopping at what is in the way of all, and destroy the content of what went.

        ``due_only`` keeps to the schedule of failed attempts, and to what a busy server asked for; a person who
        asks for it now need not wait. While sending is paused a round does nothing, and a person is told.
        ``keep_slips`` destroys nothing: nobody asked, and somebody may be about to
        print a slip. Raises as ``deliver``, but for what concerns one packet only.
        """
        now = self._journal.now()
        waiting = [each for each in self._unsent() if each.is_due(now) or not due_only]
        if not waiting:
            return ()
        if due_only and self._sending.terms().is_paused:
            return ()
        self._sending.require_going_on()
        receipts = []
        with self._target(waiting[0]) as target:
            for batch in _batches(waiting, self._policy.announce_at_once):
                self._announce(batch, target)
            for each in waiting:
                entry = self._as_it_is(each)
                if entry is None or entry.state is not DeliveryState.SYNCED:
                    continue  # refused just now, rejected, held or sent back
                if self._sending.terms().is_paused:  # by somebody who does not want to wait for the end of it
                    break
                try:
                    receipts.append(self._send(entry, target))
                except (Refused, NotAuthentic) as error:
                    if what_follows(error, None) is Remedy.BLOCKED:
                        raise
                    continue  # noted with the entry; the others may still go
                if not keep_slips:
                    self._submission.destroy_content(entry.registration_id)
        return tuple(receipts)

    def try_again(self, packet_id: str) -> None:
        """Let a packet that was given up, or one the server may have lost, be sent once more, when somebody asks.

        Raises ``Refused`` for one that was destroyed or is not approved.
        """
        with self._journal.database.work() as work:
            entry = work.outbox.find(packet_id)
            if entry.destroyed_at is not None:
                raise Refused(PACKET_DONE_WITH)
            if entry.state in (DeliveryState.REGISTERED, DeliveryState.REJECTED):
                raise Refused(PACKET_NOT_APPROVED)
            work.outbox.begin_again(packet_id)
            self._record(work, AuditEvent.PACKET_TRIED_AGAIN, entry, packet=packet_id)

    def note_told(self, packet_id: str, person: PersonTold) -> None:
        """Write down what came of telling a person to come again. Raises ``Refused`` when the server wants nobody
        to."""
        with self._journal.database.work() as work:
            entry = work.outbox.find(packet_id)
            if entry.server_status is not ServerStatus.REREGISTER:
                raise Refused(PERSON_NOT_WANTED)
            work.outbox.told(packet_id, person)
            self._record(work, AuditEvent.PERSON_TOLD, entry, packet=packet_id, outcome=person.value)

    def _unsent(self) -> list[OutboxEntry]:
        """What waits, and what was rejected and not announced yet."""
        unsent = [each for each in self.outbox() if each.is_unsent or self._is_news(each)]
        return in_order(unsent, self._sending.line())

    def _is_news(self, entry: OutboxEntry) -> bool:
        """Whether it was rejected and the server does not know it."""
        rejected = entry.state is DeliveryState.REJECTED
        return rejected and self._journal.load(entry.registration_id).synced is None

    @contextmanager
    def _target(self, entry: OutboxEntry) -> Iterator[Target]:
        """A server that cannot be spoken to at all is noted with ``entry``."""
        with ExitStack() as stack:
            try:
                target = stack.enter_context(self._server.target(self._sending.terms().bytes_per_second))
            except MusterError as error:
                self._note_failure(entry, error)
                raise
            yield target

    def _announce_one(self, entry: OutboxEntry, target: Target) -> None:
        for error in self._announce([entry], target).values():
            raise error

    def _announce(self, entries: Sequence[OutboxEntry], target: Target) -> Mapping[str, MusterError]:
        """Tell the server of those it does not know yet, as they are now: a supervisor may have decided since.
        Returns what is wrong with which of them, noted already; raises what is in the way of all."""
        problems: dict[str, MusterError] = {}
        announced = []
        entries = [each for each in map(self._as_it_is, entries) if each is not None]
        for entry in entries:
            if entry.state not in (DeliveryState.APPROVED, DeliveryState.REJECTED):
                continue
            try:
                if entry.state is not DeliveryState.REJECTED:  # whose file nobody will ask for
                    self.read(entry)
                announced.append(entry)
            except NotAuthentic as error:
                problems[entry.packet_id] = error
        if announced:
            problems |= self._announce_whole(announced, target)
        for entry in entries:
            if entry.packet_id in problems:
                self._note_failure(entry, problems[entry.packet_id])
        blocked = [each for each in problems.values() if what_follows(each, None) is Remedy.BLOCKED]
        if blocked:
            raise blocked[0]
        return problems

    def _announce_whole(self, entries: Sequence[OutboxEntry], target: Target) -> dict[str, MusterError]:
        try:
            told = target.announce_each(map(self.announcement, entries), self._submission.server_certificate())
        except MusterError as error:
            if error.detail.get("server_code") == _NOT_DECRYPTED:
                with suppress(MusterError):  # then the next attempt meets the same
                    self._submission.renew_server_certificate()
            return dict.fromkeys((each.packet_id for each in entries), error)
        taken = [each for each in entries if each.packet_id in told.taken]
        if taken:
            self._note_announced(taken)
        return {each.packet_id: _not_taken(each, told) for each in entries if each not in taken}

    def _note_announced(self, entries: Sequence[OutboxEntry]) -> None:
        """What was sent back meanwhile is a draft that knows nothing of it; what was rejected meanwhile was not
        told as that, and is announced once more."""
        with self._journal.database.work() as work:
            for entry in entries:
                told, row = _review(entry), _row(work, entry.packet_id)
                if row is not None and _review(row) == told:
                    work.registrations.append(entry.registration_id, Synced(self._journal.now()))
                if row is not None and row.state is DeliveryState.APPROVED:  # and nobody was quicker
                    work.outbox.advance(entry.packet_id, DeliveryState.SYNCED)
                self._record(work, AuditEvent.PACKET_SYNCED, entry, packet=entry.packet_id, review=told)

    def _send(self, entry: OutboxEntry, target: Target) -> Receipt:
        """Upload what was announced; what the server noted wrongly is announced once more, at once. Raises
        ``Refused`` for what a supervisor holds meanwhile."""
        if self._find(entry.packet_id).state in (DeliveryState.REGISTERED, DeliveryState.REJECTED):
            raise Refused(PACKET_NOT_APPROVED)
        try:
            return self._upload(entry, target)
        except MusterError as error:
            if self._note_failure(entry, error) is not Remedy.ANNOUNCE_AGAIN:
                raise
        self._announce_one(self._find(entry.packet_id), target)
        return self._send(self._find(entry.packet_id), target)

    def _upload(self, entry: OutboxEntry, target: Target) -> Receipt:
        content = self.read(entry)
        began = time.monotonic()
        answer = target.upload(entry.packet_id, content)
        took_s = time.monotonic() - began
        now = self._journal.now()
        with self._journal.database.work() as work:
            work.registrations.append(entry.registration_id, Uploaded(now, answer.status))
            work.outbox.arrived(entry.packet_id, next_question(entry.questions, now, chance=self._chance()))
            duplicate = str(answer.duplicate).lower()
            self._sending.note_speed(work, len(content), took_s)
            self._record(work, AuditEvent.PACKET_UPLOADED, entry, packet=entry.packet_id, duplicate=duplicate)
        return Receipt(entry.packet_id, entry.registration_id, answer.status, now, answer.duplicate)

    def read(self, entry: OutboxEntry) -> bytes:
        """The sealed bytes. Raises ``NotAuthentic`` when they are gone or changed, ``StorageUnavailable``."""
        try:
            with durable.disk_errors():
                content = self._folder.packet(entry.packet_id).read_bytes()
        except StorageUnavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):  # must not keep the others from going
                raise NotAuthentic(PACKET_FILE_MISSING) from error
            raise
        if hashlib.sha256(content).hexdigest().upper() != entry.digest:
            raise NotAuthentic(PACKET_FILE_CHANGED)
        return content

    def announcement(self, entry: OutboxEntry) -> Announcement:
        """What the server is told of it before it comes."""
        with self._journal.database.read() as work:
            process, languages = work.outbox.announcement(entry.packet_id)
            state = work.registrations.load(entry.registration_id)
        language = languages[0]
        return Announcement(
            registration_id=state.filed_under.text,
            packet_id=entry.packet_id,
            process=process.value,
            digest=entry.digest,
            size=entry.size,
            language=language,
            supervisor_status=_review(entry),
            additional_info_request=state.request,
            name=self._contact(state, _NAME, language),
            phone=self._contact(state, _PHONE, language),
            email=self._contact(state, _EMAIL, language),
        )

    def _contact(self, state: Registration, field: str, language: str) -> str | None:
        if not self._policy.announce_contact or field not in self._schema.fields:
            return None
        value = state.demographics.get(field)
        text = value.in_language(language) if isinstance(value, LocalizedText) else value
        return text if isinstance(text, str) and text else None

    def _find(self, packet_id: str) -> OutboxEntry:
        with self._journal.database.read() as work:
            return work.outbox.find(packet_id)

    def _as_it_is(self, entry: OutboxEntry) -> OutboxEntry | None:
        """None for a packet that was sent back meanwhile."""
        with self._journal.database.read() as work:
            return _row(work, entry.packet_id)

    def _receipt(self, entry: OutboxEntry) -> Receipt:
        uploaded = self._journal.load(entry.registration_id).uploaded
        if uploaded is None:
            raise RuntimeError("a packet that was pushed has its event in the same transaction")
        return Receipt(
            entry.packet_id, entry.registration_id, uploaded.server_status, uploaded.at, duplicate=False
        )

    def _note_failure(self, entry: OutboxEntry, error: MusterError) -> Remedy:
        """Write down what went wrong and what follows from it, which is returned."""
        remedy = what_follows(error, entry.server_code)
        wait = error.wait if isinstance(error, ServerBusy) else timedelta(0)
        when = next_attempt(entry.attempts + 1, self._journal.now(), chance=self._chance(), asked_to_wait=wait)
        packet, name = entry.packet_id, error.code.name
        server_code = error.server_code if isinstance(error, PacketRefused) else None
        with self._journal.database.work() as work:
            detail = {"server_code": server_code} if server_code else {}
            self._record(work, AuditEvent.DELIVERY_FAILED, entry, code=name, **detail)
            row = _row(work, packet)
            if row is None or row.state is not entry.state:
                return remedy  # somebody else was quicker, and theirs counts
            work.outbox.note_failure(packet, name, when, server_code)
            match remedy:
                case Remedy.BLOCKED:
                    work.outbox.postpone(when)
                case Remedy.ANNOUNCE_AGAIN:
                    work.outbox.announce_again(packet)
                case Remedy.GIVE_UP if entry.state is not DeliveryState.REJECTED:
                    work.outbox.give_up(packet)
                    self._record(work, AuditEvent.PACKET_GIVEN_UP, entry, packet=packet, code=name, **detail)
        return remedy

    def _record(self, work: Work, event: AuditEvent, entry: OutboxEntry, **detail: str) -> None:
        work.record(event, actor=self._journal.operator.user_id, subject=entry.registration_id.text, **detail)


def _row(work: Work, packet_id: str) -> OutboxEntry | None:
    """None for a packet that was sent back."""
    try:
        return work.outbox.find(packet_id)
    except BadInput:
        return None


def _review(entry: OutboxEntry) -> str:
    """The supervisor's word in MOSIP's; what nobody reviews is approved."""
    return "REJECTED" if entry.state is DeliveryState.REJECTED else "APPROVED"


def _not_taken(entry: OutboxEntry, told: Announced) -> MusterError:
    try:
        told.require(entry.packet_id)
    except MusterError as error:
        return error
    raise RuntimeError("this packet was taken")


def _batches(entries: Sequence[OutboxEntry], most: int) -> Iterator[Sequence[OutboxEntry]]:
    """At most so many at once; what the server stumbled over goes alone, since it may be that packet's fault."""
    together = [each for each in entries if each.last_problem != SERVER_IN_TROUBLE.name]
    for begin in range(0, len(together), most):
        yield together[begin : begin + most]
    for each in entries:
        if each not in together:
            yield [each]
