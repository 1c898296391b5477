"""From the officer's signature to a sealed packet in the outbox.

Rules:

1. What was signed is what is sealed: the content's digest is computed again and must be the signed one.
2. A packet is sealed once. The file is on the disk before the transaction that names it (event, outbox row,
   audit record together); a crash in between leaves a file nobody names, which is swept away and sealed anew.
3. Submitting again returns the packet there is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from muster import __version__, base64url, durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.envelope import encrypt
from muster.crypto.signing import SigningKey, load_certificate
from muster.domain.applicant import Document
from muster.domain.biometrics import BiometricSample
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.lifecycle import Discarded, Registration, Sealed, Signed
from muster.domain.registration import RegistrationId, Step
from muster.errors import Code, NotAuthentic, Refused
from muster.formats.id_schema import IdSchema
from muster.packet.assemble import assemble
from muster.packet.contents import PacketContents
from muster.packet.seal import SealedPacket, seal
from muster.store.database import Work
from muster.upload.mosip import MosipTarget
from muster.upload.transport import Transport
from muster.workstation.content_digest import content_digest
from muster.workstation.data_folder import DataFolder
from muster.workstation.journal import REGISTRATION_CLOSED, Entry, Journal
from muster.workstation.policy import Policy
from muster.workstation.server import Server

STEPS_OPEN = Code("STEPS_OPEN", "Something is still missing. Go back to the step that is not ticked.")
CONTENT_CHANGED = Code(
    "CONTENT_CHANGED", "The registration was changed after it was signed. Check it and sign it again."
)

CERTIFICATE_SETTING = "server_certificate"
# The label decides how strictly a server reads the packet (trap 16): 1.2 promises signed captures.
CLIENT_VERSION = f"1.2.0-muster-{__version__}"


class Submission:
    def __init__(
        self,
        journal: Journal,
        folder: DataFolder,
        schema: IdSchema,
        machine_key: SigningKey,
        server: Server,
        confirm_password: Callable[[str], None],
        policy: Policy,
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._schema = schema
        self._machine_key = machine_key
        self._server = server
        self._confirm_password = confirm_password
        self._policy = policy

    @property
    def outbox_folder(self) -> Path:
        return self._folder.outbox

    def sign(self, registration_id: RegistrationId, password: str) -> Registration:
        """The officer's confirmation. Raises ``SignInRefused``, ``Refused(STEPS_OPEN)``."""
        state = self._journal.open_draft(registration_id)
        self._require_steps(state, before=Step.SIGNATURE)
        self._confirm_password(password)
        digest, operator = content_digest(state), self._journal.operator.user_id
        statement = f"{registration_id}\n{digest}\n{operator}".encode()
        signature = base64url.encode(self._machine_key.sign(statement))
        event = Signed(self._journal.now(), operator, digest, signature)
        detail = {"sha256": digest}
        return self._journal.commit(registration_id, Entry(event, AuditEvent.REGISTRATION_SIGNED, detail))

    def submit(self, registration_id: RegistrationId) -> OutboxEntry:
        """Seal into the outbox. Raises ``Refused``, ``NotAuthentic``, ``NetworkUnavailable`` (only when the
        server's certificate was never fetched), ``StorageUnavailable``."""
        state = self._journal.load(registration_id)
        if state.sealed is not None:
            with self._journal.database.read() as work:
                return work.outbox.find(state.sealed.packet_id)
        self._journal.open_draft(registration_id)
        self._require_steps(state, before=None)
        if state.signed is None or state.signed.content_digest != content_digest(state):
            raise NotAuthentic(CONTENT_CHANGED)
        certificate = self.server_certificate()
        packet = seal(
            assemble(self._contents(state), self._schema),
            sign=self._machine_key.sign,
            encrypt=partial(encrypt, certificate),
        )
        durable.write(self._folder.packet(packet.packet_id), packet.content)
        return self._commit(state, packet)

    def server_certificate(self) -> bytes:
        """The certificate packets are sealed to, PEM: fetched once, then kept."""
        with self._journal.database.read() as work:
            kept = work.settings.get(CERTIFICATE_SETTING)
        if kept:
            return kept.encode()
        ref_id = self._journal.station.ref_id
        with Transport(self._server.url()) as transport:
            fetched = MosipTarget(transport, ref_id, self._journal.clock).certificate()
        load_certificate(fetched)
        with self._journal.database.work() as work:
            work.settings.put(CERTIFICATE_SETTING, fetched.decode())
            work.record(AuditEvent.SERVER_CERTIFICATE_PINNED, actor=self._journal.operator.user_id)
        return fetched

    def _require_steps(self, state: Registration, before: Step | None) -> None:
        steps = [step for step in self._policy.steps if step is not before]
        if state.next_step(steps) is not None:
            raise Refused(STEPS_OPEN)

    def _contents(self, state: Registration) -> PacketContents:
        read = partial(self._journal.read, state.id)
        with self._journal.database.audit_log() as log:
            audits = log.about(state.id.text)
        return PacketContents(
            registration_id=state.id,
            station=self._journal.station,
            process=state.started.process,
            languages=state.started.languages,
            created_at=self._journal.now(),
            demographics=state.demographics,
            documents=tuple(Document(each.facts, read(each.content)) for each in state.documents.values()),
            samples=tuple(BiometricSample(each.facts, read(each.record)) for each in state.samples.values()),
            exceptions=tuple(state.exceptions.values()),
            consent_given=state.consent is not None,
            officer=self._journal.operator.user_id,
            officer_password_confirmed=state.signed is not None,
            audits=audits,
            key_index=self._machine_key.key_index,
            client_version=CLIENT_VERSION,
        )

    def _commit(self, state: Registration, packet: SealedPacket) -> OutboxEntry:
        now = self._journal.now()
        # Approved at once: the supervisor's review comes between here and the outbox when there is one.
        entry = OutboxEntry(
            packet_id=packet.packet_id,
            registration_id=state.id,
            state=DeliveryState.APPROVED,
            attempts=0,
            size=packet.size,
            digest=packet.digest,
            sealed_at=now,
            next_attempt=None,
            last_problem=None,
        )
        with self._journal.database.work() as work:
            work.registrations.append(state.id, Sealed(now, packet.packet_id, packet.digest, packet.size))
            work.outbox.add(entry, state.started.process, state.started.languages)
            work.record(
                AuditEvent.PACKET_SEALED,
                actor=self._journal.operator.user_id,
                subject=state.id.text,
                packet=packet.packet_id,
                sha256=packet.digest,
                size=str(packet.size),
            )
        return entry

    def destroy_content(self, registration_id: RegistrationId) -> None:
        """Remove what the person said and showed; that there was a registration stays on record."""
        with self._journal.database.work() as work:
            names = self._forget(work, registration_id)
        self._journal.blobs.destroy(names)

    def discard(self, registration_id: RegistrationId, reason: str) -> None:
        """End a draft and destroy it, in one transaction: a crash must not leave one without the other."""
        operator = self._journal.operator.user_id
        with self._journal.database.work() as work:
            if not work.registrations.load(registration_id).is_draft:
                raise Refused(REGISTRATION_CLOSED)
            work.registrations.append(registration_id, Discarded(self._journal.now(), operator, reason))
            work.record(AuditEvent.REGISTRATION_DISCARDED, actor=operator, subject=registration_id.text)
            names = self._forget(work, registration_id)
        self._journal.blobs.destroy(names)

    def _forget(self, work: Work, registration_id: RegistrationId) -> tuple[str, ...]:
        names = work.blobs.remove_of(registration_id)
        work.registrations.destroy_content(registration_id)
        work.record(
            AuditEvent.CONTENT_DESTROYED,
            actor=self._journal.operator.user_id,
            subject=registration_id.text,
            blobs=str(len(names)),
        )
        return names

    def tidy(self) -> None:
        """After a crash: remove files nobody names, and the content of packets delivered long enough ago
        that nobody waits for a slip any more."""
        with self._journal.database.read() as work:
            packets = {entry.packet_id for entry in work.outbox.all()}
            blobs, with_content = work.blobs.names(), work.blobs.registrations()
            states = [work.registrations.load(each) for each in with_content]
        self._journal.blobs.sweep(blobs)
        for path in self._folder.outbox.iterdir():
            if path.suffix != ".zip" or path.stem not in packets:
                path.unlink()
        limit = self._journal.now() - timedelta(hours=self._policy.slip_kept_for_h)
        for state in states:
            if state.discarded or (state.uploaded and state.uploaded.at < limit):
                self.destroy_content(state.id)
