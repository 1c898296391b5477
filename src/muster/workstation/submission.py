"""From the officer's signature to a sealed packet in the outbox.

Rules:

1. What was signed is what is sealed: the content's digest is computed again and must be the signed one.
2. A packet is sealed once. The file is on the disk before the transaction that names it (event, outbox row,
   audit record together); a crash in between leaves a file nobody names, which is swept away and sealed anew.
3. Submitting again returns the packet there is.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from muster import __version__, base64url, durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.envelope import check_certificate, encrypt
from muster.crypto.key_slots import SIGN_IN_REFUSED
from muster.crypto.machine_key import MachineKey
from muster.crypto.signing import certificate_to_der, verify
from muster.domain.applicant import Document
from muster.domain.biometrics import BiometricSample
from muster.domain.confirmation import Cause, causes_in
from muster.domain.delivery import OutboxEntry
from muster.domain.lifecycle import Confirmed, Discarded, OperatorSampleTaken, Registration, Sealed, Signed
from muster.domain.operators import Action, Factor, Operator, Permission, Way
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, Code, NetworkUnavailable, NotAuthentic, Refused, SignInRefused
from muster.formats.id_schema import IdSchema
from muster.formats.packet_meta import TRAINING_MARK
from muster.packet.assemble import assemble
from muster.packet.contents import FieldCaptures, PacketContents, biometrics_field
from muster.packet.seal import SealedPacket, seal
from muster.packet.server_rules import CAPTURE_TOO_OLD, capture_problem
from muster.store.database import Work
from muster.workstation.access import SUPERVISOR_ONLY
from muster.workstation.captures_asked import Asked, CapturesAsked, day_of
from muster.workstation.content_digest import content_digest
from muster.workstation.data_folder import DataFolder
from muster.workstation.journal import REGISTRATION_CLOSED, Entry, Journal
from muster.workstation.person_screen import handwriting_of
from muster.workstation.policy import Policy
from muster.workstation.proving import Proof, Proving, words
from muster.workstation.risk import Risk
from muster.workstation.samples import facts_of
from muster.workstation.server_session import ServerSession
from muster.workstation.whereabouts import Here, Whereabouts

STEPS_OPEN = Code("STEPS_OPEN", "Something is still missing. Go back to the step that is not ticked.")
CONTENT_CHANGED = Code(
    "CONTENT_CHANGED", "The registration was changed after it was signed. Check it and sign it again."
)

CAPTURES_TOO_OLD = Code(
    "CAPTURES_TOO_OLD",
    "The face, fingers or eyes were taken more than {minutes} minutes ago; the server takes no older ones. "
    "Take them again.",
)
PACKET_TOO_LARGE = Code(
    "PACKET_TOO_LARGE",
    "The registration is too large to be sent: {size} kB, and at most {limit} kB can be. Attach smaller pictures "
    "of the documents.",
)
SERVER_CERTIFICATE_UNUSABLE = Code(
    "SERVER_CERTIFICATE_UNUSABLE",
    "The server's certificate cannot be used. Check this computer's clock, then ask your administrator.",
)

CERTIFICATE_NEEDED = Code(
    "CERTIFICATE_NEEDED",
    "Signed and kept. It can be sealed once this station has reached the server for the first time; until then it "
    "waits on the desk.",
)
CONTENT_GONE = Code(
    "CONTENT_GONE", "The content of this registration was destroyed after it was delivered or given up."
)
PACKET_STILL_NEEDED = Code(
    "PACKET_STILL_NEEDED", "The server has not said that it processed the packet, so it is kept."
)
SUPERVISOR_NEEDED = Code(
    "SUPERVISOR_NEEDED",
    "A supervisor has to confirm something before you sign: an exception, a poor capture, or who brings a child.",
)
NOTHING_TO_CONFIRM = Code("NOTHING_TO_CONFIRM", "There is nothing in this registration to be confirmed.")
SUPERVISOR_REFUSED = Code(
    "SUPERVISOR_REFUSED", "The supervisor's user name or password is wrong. Check both and try again."
)
CONFIRMED_BY_OFFICER = Code(
    "CONFIRMED_BY_OFFICER", "You registered this person, so somebody else has to confirm it."
)

CERTIFICATE_SETTING = "server_certificate"
# The label decides how strictly a server reads the packet (trap 16): 1.2 promises signed captures.
CLIENT_VERSION = f"1.2.0-muster-{__version__}"


class _SealedMeanwhileError(Exception):
    """Undoes the transaction of whoever came second."""


class _ProofWaitsError(Exception):
    """Undoes the transaction of whoever would destroy what a proof needs."""


class Submission:
    def __init__(
        self,
        journal: Journal,
        folder: DataFolder,
        schema: IdSchema,
        machine_key: MachineKey,
        server: ServerSession,
        proving: Proving,
        whereabouts: Whereabouts,
        policy: Policy,
        review: Risk,
        asked: CapturesAsked,
        *,
        training: bool = False,
    ) -> None:
        self._client_version = f"{CLIENT_VERSION}{TRAINING_MARK if training else ''}"
        self._journal = journal
        self._folder = folder
        self._schema = schema
        self._machine_key = machine_key
        self._server = server
        self._proving = proving
        self._whereabouts = whereabouts
        self._policy = policy
        self._asked = asked
        self._review = review

    @property
    def outbox_folder(self) -> Path:
        return self._folder.outbox

    def causes(self, state: Registration) -> tuple[Cause, ...]:
        """What a supervisor has to confirm about this registration and has not yet. Pure."""
        if state.confirmed is not None:
            return ()
        return causes_in(state, self._policy.confirmed_by_supervisor)

    def confirm(self, registration_id: RegistrationId, user_id: str, proof: Proof) -> Registration:
        """A supervisor, who is not the officer, confirms what the officer may not decide alone. The officer's
        session goes on.

        Raises ``SignInRefused``, ``Refused`` (nothing to confirm, not a supervisor, the officer).
        """
        self._journal.access.require(Permission.REGISTER)
        state = self._journal.open_draft(registration_id)
        self._require_steps(state, before=Step.SIGNATURE)
        causes = self.causes(state)
        if not causes:
            raise Refused(NOTHING_TO_CONFIRM)
        supervisor, way = self._supervisor(user_id, proof)
        digest, words = content_digest(state), tuple(cause.value for cause in causes)
        statement = _statement(registration_id, digest, supervisor.user_id)
        signature = base64url.encode(self._machine_key.sign(statement))
        event = Confirmed(self._journal.now(), supervisor.user_id, digest, words, signature)
        detail = {"supervisor": supervisor.user_id, "causes": " ".join(words), "sha256": digest}
        return self._journal.commit(
            registration_id,
            *self._shown(registration_id, supervisor.user_id, proof, way),
            Entry(event, AuditEvent.REGISTRATION_CONFIRMED, detail),
            check=partial(_require_content, digest),
        )

    def check_supervisor(self, user_id: str, password: str) -> None:
        """Before a registration begins for which a supervisor's password was left: whether it will do. Raises
        ``SignInRefused``, ``Refused`` (not a supervisor, the officer)."""
        try:
            self._supervisor(user_id, Proof(password))
        except SignInRefused as error:
            if error.code is SIGN_IN_REFUSED:  # which does not say whose
                raise SignInRefused(SUPERVISOR_REFUSED) from error
            raise

    def _supervisor(self, user_id: str, proof: Proof) -> tuple[Operator, Way]:
        """Who confirms, and how they showed it."""
        if user_id.strip().casefold() == self._journal.operator.user_id.casefold():
            raise Refused(CONFIRMED_BY_OFFICER)
        way = self._proving.prove(Action.CONFIRM, user_id, proof)
        supervisor = self._proving.who(user_id)
        if not supervisor.may(Permission.REVIEW, self._policy.permissions):
            raise Refused(SUPERVISOR_ONLY)
        return supervisor, way

    def sign(self, registration_id: RegistrationId, proof: Proof) -> Registration:
        """The officer's confirmation. Raises ``SignInRefused``, ``Refused`` (steps open; a supervisor needed;
        captures too old or dated later than the signature)."""
        state = self._journal.open_draft(registration_id)
        self._require_steps(state, before=Step.SIGNATURE)
        if self.causes(state):
            raise Refused(SUPERVISOR_NEEDED)
        self._require_fresh_captures(state, self._journal.now())
        way = self._proving.prove(Action.SIGN, self._journal.operator.user_id, proof)
        at = self._journal.now()  # the packet's time from here on; typing and checking the password took a while
        self._require_fresh_captures(state, at)
        digest, operator = content_digest(state), self._journal.operator.user_id
        signature = base64url.encode(self._machine_key.sign(_statement(registration_id, digest, operator)))
        event = Signed(at, operator, digest, signature)
        return self._journal.commit(
            registration_id,
            *self._shown(registration_id, operator, proof, way),
            Entry(event, AuditEvent.REGISTRATION_SIGNED, {"sha256": digest, "by": words(way)}),
            check=partial(_require_content, digest),
        )

    def _shown(self, registration_id: RegistrationId, user_id: str, proof: Proof, way: Way) -> tuple[Entry, ...]:
        """The finger or face that stands for a password, which the packet carries for it: a server checks one or
        the other."""
        sample = proof.sample
        if sample is None or Factor.PASSWORD in way:
            return ()
        facts = facts_of(sample, attempts=1)
        ref = self._journal.keep(registration_id, sample.record)
        event = OperatorSampleTaken(self._journal.now(), user_id, facts, ref)
        return (Entry(event, AuditEvent.OPERATOR_SAMPLE_TAKEN, {"operator": user_id, "sha256": ref.digest}, ref),)

    def submit(self, registration_id: RegistrationId) -> OutboxEntry:
        """Seal into the outbox. Raises ``Refused``, ``NotAuthentic``, ``NetworkUnavailable`` (only when the
        server's certificate was never fetched), ``StorageUnavailable``."""
        state = self._journal.load(registration_id)
        if state.sealed is not None:
            with self._journal.database.read() as work:
                return work.outbox.find(state.sealed.packet_id)
        self._journal.open_draft(registration_id)
        self._require_steps(state, before=None)
        signed = self._require_signature(state)
        if self.causes(state):  # the policy was changed in between
            raise Refused(SUPERVISOR_NEEDED)
        certificate = self.server_certificate()
        here = self._whereabouts.now()
        contents = replace(self._contents(state, signed), position=here.position)
        packet = seal(
            assemble(
                contents,
                self._schema,
                capture_window=self._capture_window,
                infants_until=self._asked.infants_until,
                on=day_of(state),
            ),
            sign=self._machine_key.sign,
            encrypt=partial(encrypt, certificate),
        )
        if packet.size > self._policy.maximum_packet_bytes:
            limit = self._policy.maximum_packet_bytes
            raise Refused(PACKET_TOO_LARGE, size=packet.size // 1024, limit=limit // 1024)
        path = self._folder.packet(packet.packet_id)
        temporary = durable.prepare(path, packet.content)
        try:
            return self._commit(state.id, signed, packet, here, temporary, path)
        except _SealedMeanwhileError:  # by the window while a command did: theirs counts
            return self.submit(registration_id)
        finally:
            temporary.unlink(missing_ok=True)

    def server_certificate(self) -> bytes:
        """The certificate packets are sealed to, PEM: fetched once, kept while it is valid.

        Trusted on first use, hence only over a connection that is (``workstation.server``).
        """
        now = self._journal.now()
        with self._journal.database.read() as work:
            kept = work.settings.get(CERTIFICATE_SETTING)
        if kept and _is_usable(kept.encode(), now):
            return kept.encode()
        return self.renew_server_certificate()

    def renew_server_certificate(self) -> bytes:
        """Fetch it though one may be kept, which stays when this fails. Raises as :meth:`server_certificate`."""
        fetched = self._fetch_certificate()
        if not _is_usable(fetched, self._journal.now()):
            raise Refused(SERVER_CERTIFICATE_UNUSABLE)
        with self._journal.database.work() as work:
            work.settings.put(CERTIFICATE_SETTING, fetched.decode())
            digest = hashlib.sha256(certificate_to_der(fetched)).hexdigest()
            work.record(AuditEvent.SERVER_CERTIFICATE_PINNED, actor=self._journal.operator.user_id, sha256=digest)
        return fetched

    def _fetch_certificate(self) -> bytes:
        try:
            with self._server.target() as target:
                return target.certificate()
        except NetworkUnavailable as error:
            raise NetworkUnavailable(CERTIFICATE_NEEDED) from error

    def _require_fresh_captures(self, state: Registration, at: datetime) -> None:
        """The packet's creation time is the signature's; the server compares captures with it (trap 12): what
        their devices signed, to the second and by the devices' clocks."""
        person, introducer = self._asked.of_person(state), self._asked.of_introducer(state)
        photo = (state.exception_photo,) if state.exception_photo and person.exceptions(state) else ()
        brought = introducer.samples(state.turned).values() if introducer else ()
        for each in (*person.samples(state).values(), *photo, *brought):
            code = capture_problem(each.facts, at, self._capture_window)
            if code is CAPTURE_TOO_OLD:
                raise Refused(CAPTURES_TOO_OLD, minutes=self._policy.capture_valid_for_min)
            if code is not None:
                raise Refused(code)

    @property
    def _capture_window(self) -> timedelta:
        return timedelta(minutes=self._policy.capture_valid_for_min)

    def _require_signature(self, state: Registration) -> Signed:
        """The signature over exactly this content. Raises ``NotAuthentic(CONTENT_CHANGED)``."""
        signed = state.signed
        if signed is None or signed.content_digest != content_digest(state):
            raise NotAuthentic(CONTENT_CHANGED)
        statement = _statement(state.id, signed.content_digest, signed.operator)
        if not verify(self._machine_key.signing_public, statement, base64url.decode(signed.signature)):
            raise NotAuthentic(CONTENT_CHANGED)
        return signed

    def _require_steps(self, state: Registration, before: Step | None) -> None:
        steps = [step for step in self._asked.steps(state) if step is not before]
        if state.next_step(steps) is not None:
            raise Refused(STEPS_OPEN)

    @staticmethod
    def require_content(state: Registration) -> None:
        """What was entered and captured has to be here still. Raises ``Refused(CONTENT_GONE)``."""
        if _is_destroyed(state):
            raise Refused(CONTENT_GONE)

    def contents(self, registration_id: RegistrationId) -> PacketContents:
        """What was entered and captured so far; until it is signed, the officer is whoever asks and no
        password counts as confirmed.

        Raises ``BadInput(REGISTRATION_UNKNOWN)``, ``Refused(CONTENT_GONE)``, ``NotAuthentic``.
        """
        state = self._journal.load(registration_id)
        self.require_content(state)
        return self._contents(state, self._require_signature(state) if state.signed else None)

    def _contents(self, state: Registration, signed: Signed | None) -> PacketContents:
        read = partial(self._journal.read, state.id)
        own, further = self._captures(state)
        officer = signed.operator if signed else self._journal.operator.user_id
        supervisor = state.confirmed.operator if state.confirmed else None
        with self._journal.database.audit_log() as log:
            audits = log.about(state.id.text)
        return PacketContents(
            registration_id=state.id,
            station=self._journal.station,
            process=state.started.process,
            languages=state.started.languages,
            created_at=signed.at if signed else self._journal.now(),
            demographics=state.demographics,
            documents=tuple(Document(each.facts, read(each.content)) for each in state.documents.values()),
            samples=own.samples,
            exceptions=own.exceptions,
            further=further,
            consent_given=state.consent is not None,
            officer=officer,
            officer_password_confirmed=signed is not None and officer not in state.operator_samples,
            officer_samples=self._operator_samples(state, officer),
            supervisor=supervisor,
            supervisor_password_confirmed=supervisor is not None and supervisor not in state.operator_samples,
            supervisor_samples=self._operator_samples(state, supervisor) if supervisor else (),
            audits=audits,
            key_index=self._machine_key.key_index,
            client_version=self._client_version,
            exception_photo=own.exception_photo,
            additional_info_request=state.request,
            position=self._policy.position,
            kept_words=state.blocklisted,
            answers=tuple(state.answers.values()),
            handwriting=handwriting_of(self._journal, state),
        )

    def _captures(self, state: Registration) -> tuple[FieldCaptures, tuple[FieldCaptures, ...]]:
        """Those of the process's own field, and those of others; without what is not asked for any more."""
        field = biometrics_field(state.started.process)
        person = self._field_captures(self._asked.of_person(state), state)
        introducer = self._asked.of_introducer(state)
        further = (self._field_captures(introducer, state.turned),) if introducer else ()
        if person.field != field:  # an update that takes the captures themselves for new
            return FieldCaptures(field, ()), (person, *further)
        return person, further

    def _field_captures(self, asked: Asked, state: Registration) -> FieldCaptures:
        """``state`` is seen from whom it was asked of."""
        read = partial(self._journal.read, state.id)
        exceptions, photo = asked.exceptions(state), state.exception_photo
        return FieldCaptures(
            asked.field,
            tuple(
                BiometricSample(each.facts, read(each.record), state.judgements.get(attribute))
                for attribute, each in asked.samples(state).items()
            ),
            exceptions,
            BiometricSample(photo.facts, read(photo.record)) if photo and exceptions else None,
        )

    def _operator_samples(self, state: Registration, user_id: str) -> tuple[BiometricSample, ...]:
        taken = state.operator_samples.get(user_id)
        if taken is None:
            return ()
        return (BiometricSample(taken.facts, self._journal.read(state.id, taken.record)),)

    def _commit(
        self,
        registration_id: RegistrationId,
        signed: Signed,
        packet: SealedPacket,
        here: Here,
        temporary: Path,
        path: Path,
    ) -> OutboxEntry:
        """Sealing took a while: look again, give the file its name and write down, as one."""
        now = self._journal.now()
        entry = OutboxEntry(
            packet_id=packet.packet_id,
            registration_id=registration_id,
            state=self._review.state_when_sealed,
            attempts=0,
            size=packet.size,
            digest=packet.digest,
            sealed_at=now,
            next_attempt=None,
            last_problem=None,
            risk=self._journal.load(registration_id).risk,
        )
        with self._journal.database.work() as work:
            state = work.registrations.load(registration_id)
            if state.sealed is not None:
                raise _SealedMeanwhileError
            if not state.is_draft:
                raise Refused(REGISTRATION_CLOSED)
            _require_content(signed.content_digest, state)
            durable.publish(temporary, path)
            work.registrations.append(registration_id, Sealed(now, packet.packet_id, packet.digest, packet.size))
            work.outbox.add(entry, state.started.process, state.started.languages)
            self._review.begin(work, registration_id, here.position)
            work.record(
                AuditEvent.PACKET_SEALED,
                actor=self._journal.operator.user_id,
                subject=registration_id.text,
                packet=packet.packet_id,
                sha256=packet.digest,
                size=str(packet.size),
                **here.told,
            )
        return entry

    def destroy_content(self, registration_id: RegistrationId) -> None:
        """Remove what the person said and showed; that there was a registration stays on record. A proof that was
        put together and not written yet keeps all of it."""
        try:
            with self._journal.database.work() as work:
                if work.registrations.load(registration_id).proof_waiting is not None:
                    raise _ProofWaitsError
                names = self._forget(work, registration_id)
        except _ProofWaitsError:
            return
        self._journal.blobs.destroy(names)

    def discard(self, registration_id: RegistrationId, reason: str, last: Entry | None = None) -> None:
        """End a draft and destroy it, in one transaction: a crash must not leave one without the other. ``last``
        is what ended it."""
        operator = self._journal.operator.user_id
        with self._journal.database.work() as work:
            if not work.registrations.load(registration_id).is_draft:
                raise Refused(REGISTRATION_CLOSED)
            if last is not None:
                work.registrations.append(registration_id, last.event)
                work.record(last.audit, actor=operator, subject=registration_id.text, **last.detail)
            work.registrations.append(registration_id, Discarded(self._journal.now(), operator, reason))
            work.gallery.remove_look(registration_id)
            work.record(AuditEvent.REGISTRATION_DISCARDED, actor=operator, subject=registration_id.text)
            tokens = work.sharing.forget_subject(registration_id.text)
            if tokens:
                forgotten = AuditEvent.SHARING_TOKEN_FORGOTTEN
                work.record(forgotten, actor=operator, subject=registration_id.text, tokens=str(tokens))
            names = self._forget(work, registration_id)
        self._journal.blobs.destroy(names)

    def destroy_packet(self, packet_id: str) -> None:
        """Remove the sealed bytes of a packet the server is done with; :meth:`tidy` sweeps what a crash leaves.

        Raises ``Refused`` for any other packet.
        """
        now = self._journal.now()
        with self._journal.database.work() as work:
            entry = work.outbox.find(packet_id)
            if not entry.is_done_with:
                raise Refused(PACKET_STILL_NEEDED)
            work.outbox.mark_destroyed(packet_id, now)
            work.record(
                AuditEvent.PACKET_DESTROYED,
                actor=self._journal.operator.user_id,
                subject=entry.registration_id.text,
                packet=packet_id,
                sha256=entry.digest,
            )
        path = self._folder.packet(packet_id)
        with durable.disk_errors():
            path.unlink(missing_ok=True)
            durable.sync_folder(path.parent)

    def _forget(self, work: Work, registration_id: RegistrationId) -> tuple[str, ...]:
        names = work.blobs.remove_of(registration_id)
        work.registrations.destroy_content(registration_id)
        operator = self._journal.operator.user_id
        work.proofings.destroy_content(registration_id.text, self._journal.now(), operator)
        work.record(
            AuditEvent.CONTENT_DESTROYED,
            actor=self._journal.operator.user_id,
            subject=registration_id.text,
            blobs=str(len(names)),
        )
        return names

    def tidy(self) -> None:
        """After a crash: remove files nobody names, and the content of packets delivered long enough ago that
        nobody waits for a slip any more. Only for somebody who is alone on the station.

        A sealed packet nobody names is not deleted: a database restored from a backup may be older than it.
        """
        self.destroy_outdated()
        if self._folder.is_as_left():
            return
        with self._journal.database.read() as work:
            packets = work.outbox.destroyed()
            blobs = work.blobs.names()
        self._journal.blobs.sweep(blobs)
        with durable.disk_errors():
            for path in [each for each in self._folder.outbox.iterdir() if each.is_file()]:
                destroyed = packets.get(path.stem)
                if path.name.endswith(durable.UNFINISHED) or destroyed:
                    path.unlink(missing_ok=True)
                elif destroyed is None:
                    self._folder.unclaimed.mkdir(exist_ok=True)
                    path.replace(self._folder.unclaimed / path.name)
        self._folder.note_as_left()

    def destroy_outdated(self) -> None:
        """The content of packets delivered long enough ago that nobody waits for a slip any more."""
        with self._journal.database.read() as work:
            with_content = work.blobs.of_delivered()
        for registration_id in with_content:
            if self._is_over(registration_id):
                self.destroy_content(registration_id)

    def _is_over(self, registration_id: RegistrationId) -> bool:
        try:
            state = self._journal.load(registration_id)
        except NotAuthentic:  # unreadable: kept for whoever repairs it
            return False
        limit = self._journal.now() - timedelta(hours=self._policy.slip_kept_for_h)
        told = state.synced if state.is_rejected else state.uploaded  # a rejected one is never uploaded
        return bool(state.discarded or (told and told.at < limit))


def _statement(registration_id: RegistrationId, digest: str, operator: str) -> bytes:
    """What the machine key signs for the officer."""
    return f"{registration_id}\n{digest}\n{operator}".encode()


def _require_content(digest: str, state: Registration) -> None:
    if content_digest(state) != digest:
        raise NotAuthentic(CONTENT_CHANGED)


def _is_destroyed(state: Registration) -> bool:
    """Every finished registration began with an answer, so that none left means that they were removed."""
    answers = (state.consent, state.demographics, state.documents, state.samples, state.exceptions)
    return not state.is_draft and not any(answers)


def _is_usable(certificate: bytes, at: datetime) -> bool:
    try:
        check_certificate(certificate, at)
    except BadInput:
        return False
    return True
