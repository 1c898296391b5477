"""Everything one signed-in operator can do: the use cases, put together. Closed on sign-out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from types import TracebackType

from muster.analysis.face_guidance import FaceGuidance
from muster.audit.catalogue import AuditEvent
from muster.clock import Clock
from muster.devices.api import DeviceContext
from muster.devices.attestation import SoftwareSigner
from muster.devices.catalogue import Catalogue
from muster.domain.operators import Operator
from muster.domain.registration import StationId
from muster.errors import MusterError
from muster.formats.govstack import EnrollmentRequest
from muster.store.blobs import BlobFolder
from muster.workstation.bundles import Bundles
from muster.workstation.capture import Capture
from muster.workstation.carrying import Carrying
from muster.workstation.devices_desk import DeviceDesk
from muster.workstation.documents import Documents
from muster.workstation.duplicates import Duplicates
from muster.workstation.enrollment import Enrollment
from muster.workstation.exporting import Exporting
from muster.workstation.following import Following
from muster.workstation.handing_over import HandingOver
from muster.workstation.jobs import Job, Jobs
from muster.workstation.journal import Journal
from muster.workstation.limits import Limits
from muster.workstation.master_data import Kind, MasterData
from muster.workstation.placements import Placements
from muster.workstation.policy import Policy
from muster.workstation.proofing import Proofing
from muster.workstation.proofing_secrets import ProofingSecrets
from muster.workstation.sending import Sending
from muster.workstation.server import Server
from muster.workstation.server_session import ServerSession
from muster.workstation.station import Station, UnlockedStation
from muster.workstation.station_lock import StationLock
from muster.workstation.submission import Submission
from muster.workstation.sync import Sync
from muster.workstation.trail import AuditTrail

_DAILY = timedelta(days=1)


class Desk:
    """Made by :func:`sign_in`."""

    def __init__(
        self,
        unlocked: UnlockedStation,
        server: Server,
        clock: Clock,
        confirm_password: Callable[[str], None],
        catalogue: Catalogue,
        policy: Policy,
    ) -> None:
        self._database = unlocked.database
        self._lock = StationLock.take(unlocked.folder.lock)
        self._journal = Journal(
            unlocked.database,
            BlobFolder(unlocked.folder.blobs, unlocked.blob_sealer),
            unlocked.identity,
            unlocked.operator,
            clock,
            policy.permissions,
        )
        self.access = self._journal.access
        self.operator: Operator = unlocked.operator
        self.station: StationId = unlocked.identity
        self.is_demo = unlocked.is_demo
        self.folder = unlocked.folder
        self.confirm_password = confirm_password
        self.server = ServerSession(server, self._journal, unlocked.machine_key, self._enrollment_of)
        self.master_data = MasterData(self._journal, self.server, unlocked.machine_key)
        reference = self.master_data.reference()
        signer = SoftwareSigner(unlocked.device_key, unlocked.device_certificate, clock)
        context = DeviceContext(clock, signer)
        submission = Submission(
            self._journal,
            unlocked.folder,
            reference.schema,
            unlocked.machine_key,
            self.server,
            confirm_password,
            policy,
        )
        self.duplicates = Duplicates(self._journal, unlocked.gallery_sealer, policy)
        self.enrollment = Enrollment(
            self._journal,
            reference,
            Documents(self._journal, reference, catalogue, context, policy),
            Capture(self._journal, catalogue, context, FaceGuidance, policy),
            Placements(self._journal, catalogue, context, policy),
            submission,
            self.duplicates,
            policy,
        )
        self.sending = Sending(self._journal)
        self.sync = Sync(
            self._journal, unlocked.folder, self.server, submission, reference.schema, policy, self.sending
        )
        self.handing_over = HandingOver(
            self._journal, unlocked.machine_key, self.sync, self.sending, policy
        )
        self.carrying = Carrying(
            self._journal,
            unlocked.folder,
            self.server,
            submission,
            self.sending,
            policy,
            self.master_data.known_stations,
        )
        self.following = Following(self._journal, self.server, self.sync, submission, self.carrying, policy)
        self.jobs = Jobs(self._journal, self._recurring(), lambda: self.server.server_clock)
        self.bundles = Bundles(self._journal, self.master_data)
        self.limits = Limits(self._journal, unlocked.folder, self.master_data, self.jobs, policy)
        self.enrollment.may_begin = self.limits.require_open
        self.exporting = Exporting(self._journal, reference.schema, submission)
        self.devices = DeviceDesk(catalogue)
        secrets = ProofingSecrets(self._journal, unlocked.secret_sealer)
        self.proofing = Proofing(self._journal, unlocked.identifier_hash, secrets)
        self.trail = AuditTrail(unlocked.database)
        self._submission = submission

    def begin(self) -> None:
        """Audit the sign-in and, when nobody else is at work here, tidy up after a crash."""
        self._note(AuditEvent.SIGNED_IN)
        if self._lock.is_alone:
            try:
                self._submission.tidy()
            except MusterError as error:  # no reason to keep an officer from working
                self._note(AuditEvent.TIDYING_FAILED, code=error.code.name)
            self._lock.share()
        self.duplicates.catch_up()

    def close(self) -> None:
        try:
            self._note(AuditEvent.SIGNED_OUT)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Let go of everything without a word in the trail."""
        self.server.close()
        self.duplicates.close()
        self._database.close()
        self._lock.release()

    def _recurring(self) -> tuple[Job, ...]:
        """What the server is asked by itself, with the reference client's names of its jobs."""
        ids = {
            Kind.CONFIGURATION: "RCS_J00005",
            Kind.MASTER_DATA: "MDS_J00001",
            Kind.ID_SCHEMA: "MDS_J00001",
            Kind.USERS: "URS_J00007",
            Kind.CA_CERTIFICATES: "CCS_J00017",
        }
        fetch = self.master_data.fetch
        return tuple(Job(kind.value, name, _DAILY, partial(fetch, kind)) for kind, name in ids.items())

    def _enrollment_of(self, packet_id: str) -> EnrollmentRequest:
        return self.exporting.of_packet(packet_id)

    def _note(self, event: AuditEvent, **detail: str) -> None:
        with self._database.work() as work:
            work.record(event, actor=self.operator.user_id, **detail)

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def sign_in(
    station: Station,
    user_id: str,
    password: str,
    server: Server,
    clock: Clock,
    *,
    catalogue: Catalogue | None = None,
    policy: Policy | None = None,
) -> Desk:
    """Unlock ``station`` and put the desk together (about 0.3 s); a server that asks for it is signed in at in the
    background.

    Raises ``SignInRefused``, ``NotAuthentic`` (damaged database), ``StorageUnavailable``.
    """
    unlocked = station.unlock(user_id, password)
    operator = unlocked.operator.user_id
    desk = Desk(
        unlocked,
        server,
        clock,
        lambda again: station.confirm(operator, again),
        catalogue or Catalogue(),
        policy or Policy(),
    )
    try:
        desk.begin()
        desk.server.offer(operator, password)
    except BaseException:  # whatever it was: no key stays in memory behind a sign-in that failed
        desk.abandon()
        raise
    return desk
