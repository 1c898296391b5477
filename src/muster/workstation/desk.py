"""Everything one signed-in operator can do: the use cases, put together. Closed on sign-out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event
from types import TracebackType

import muster
from muster.analysis.face_guidance import FaceGuidance
from muster.audit.catalogue import AuditEvent
from muster.clock import Clock
from muster.devices.api import DeviceContext
from muster.devices.attestation import SoftwareSigner
from muster.devices.catalogue import Catalogue
from muster.devices.installed import installed_drivers
from muster.domain.biometrics import BiometricAttribute
from muster.domain.lifecycle import Registration
from muster.domain.operators import Action, Operator, Permission, Way
from muster.domain.prefill import Conflict
from muster.domain.registration import StationId
from muster.errors import BadInput, Code, KeyUnavailable, MusterError, SignInRefused, StorageUnavailable
from muster.formats.govstack import EnrollmentRequest
from muster.store.blobs import BlobFolder
from muster.workstation.audit_report import AuditReports
from muster.workstation.autoupdate import TokenVault
from muster.workstation.bundles import Bundles
from muster.workstation.camera_reading import CameraReading
from muster.workstation.capture import Capture
from muster.workstation.captures_asked import CapturesAsked
from muster.workstation.carrying import Carrying
from muster.workstation.center_search import CenterSearch
from muster.workstation.connections import Connections
from muster.workstation.device_choices import DeviceChoices
from muster.workstation.device_doctor import DeviceDoctor
from muster.workstation.devices_desk import DeviceDesk
from muster.workstation.documents import Documents
from muster.workstation.duplicate_review import DuplicateReview
from muster.workstation.duplicates import Duplicates
from muster.workstation.enrollment import Enrollment
from muster.workstation.evidence import EvidenceLedger
from muster.workstation.exporting import Exporting
from muster.workstation.figures import Figures
from muster.workstation.finishing import Finishing
from muster.workstation.following import Following
from muster.workstation.handing_over import HandingOver
from muster.workstation.jobs import Job, Jobs
from muster.workstation.journal import Journal
from muster.workstation.limits import Limits, served_limits
from muster.workstation.lockouts import Patience
from muster.workstation.master_data import Kind, MasterData
from muster.workstation.newcomers import is_new_here
from muster.workstation.operator_capture import OperatorCapture
from muster.workstation.operator_desk import OperatorDesk
from muster.workstation.operator_templates import OperatorTemplates
from muster.workstation.page_reading import PageReading
from muster.workstation.placements import Placements
from muster.workstation.policy import Policy
from muster.workstation.policy_versions import ByServer, PolicyBook, PolicyVersions
from muster.workstation.pre_registrations import PreRegistrations
from muster.workstation.prefill import Prefilling
from muster.workstation.printing import Printing
from muster.workstation.proof_archive import ProofArchives
from muster.workstation.proofing import Proofing
from muster.workstation.proofing_configuration import ProofingConfiguration
from muster.workstation.proofing_secrets import ProofingSecrets
from muster.workstation.proofing_sensors import ProofingSensors
from muster.workstation.proofing_step import ProofingStep
from muster.workstation.proving import Proof, Proving, words
from muster.workstation.reading_chip import ReadingChip
from muster.workstation.reference import ReferenceData
from muster.workstation.rehearsal import Rehearsing
from muster.workstation.review import Review
from muster.workstation.review_bundles import ReviewBundles, read_carried
from muster.workstation.risk import Risk, approval_wanted
from muster.workstation.sample_judging import Judge, SampleJudge
from muster.workstation.sending import Sending
from muster.workstation.server import Server, is_elsewhere
from muster.workstation.server_session import ServerSession
from muster.workstation.shared_documents import SharedDocuments
from muster.workstation.slip_codes import SlipCodes
from muster.workstation.spec_versions import SpecVersions
from muster.workstation.speech import Announcer
from muster.workstation.station import Station, UnlockedStation
from muster.workstation.station_lock import StationLock
from muster.workstation.submission import Submission
from muster.workstation.sync import Sync
from muster.workstation.trail import AuditTrail
from muster.workstation.trail_reading import TrailReading
from muster.workstation.whereabouts import Whereabouts

_DAILY, _HOURLY = timedelta(days=1), timedelta(hours=1)


FINGER_NOT_ENROLLED = Code(
    "FINGER_NOT_ENROLLED", "You have not enrolled a finger at this station. Use your password."
)


MakeCatalogue = Callable[[Collection[str] | None], Catalogue]


def _installed(named: Collection[str] | None) -> Catalogue:
    return Catalogue(installed_drivers(named))


class Desk:
    """Made by :func:`sign_in`."""

    def __init__(
        self,
        unlocked: UnlockedStation,
        server: Server,
        clock: Clock,
        station: Station,
        catalogue: Catalogue | MakeCatalogue,
        policy: Policy,
        judge: Judge,
    ) -> None:
        self._station, self._judge = station, judge
        self._database = unlocked.database
        self.rebuilt = unlocked.rebuilt
        self._lock = StationLock.take(unlocked.folder.lock)
        self._journal = Journal(
            unlocked.database,
            BlobFolder(unlocked.folder.blobs, unlocked.blob_sealer),
            unlocked.identity,
            unlocked.operator,
            clock,
            policy.permissions,
        )
        self.proofing_configuration = ProofingConfiguration(
            self._journal, with_demo=unlocked.is_demo and policy.demo_use_case
        )
        self.policy = policy = replace(policy, proven=policy.proven | self.proofing_configuration.processes())
        self.access = self._journal.access
        self.operator: Operator = unlocked.operator
        self.station: StationId = unlocked.identity
        self.is_demo = unlocked.is_demo
        self.folder = unlocked.folder
        self.server = ServerSession(
            server, self._journal, unlocked.machine_key, self._enrollment_of, training=self.is_demo
        )
        self._must_stay = partial(is_elsewhere, server) if self.is_demo else lambda: False
        self.master_data = MasterData(self._journal, self.server, unlocked.machine_key)
        book = PolicyBook(self._journal, unlocked.machine_key, policy)
        by_server = self._by_server(policy)
        patience = partial(_keep_patience, station, policy.patience)
        self.policy = policy = by_server.over(book.in_force())
        patience(policy)
        reference = self.master_data.reference()
        self._closes_catalogue = not isinstance(catalogue, Catalogue)
        if not isinstance(catalogue, Catalogue):
            catalogue = catalogue(policy.drivers)
        signer = SoftwareSigner(unlocked.device_key, unlocked.device_certificate, clock)
        # Invented people may be enrolled with any device; that nobody asked is said with each sample.
        trust = None if self.is_demo else self.master_data.trust()
        context = DeviceContext(clock, signer, trust)
        self.duplicates = Duplicates(
            self._journal,
            unlocked.gallery_sealer,
            policy,
            CenterSearch(self.server.exchange, unlocked.machine_key),
        )
        self.duplicate_review = DuplicateReview(self._journal, self.duplicates)
        templates = OperatorTemplates(self._journal, unlocked.gallery_sealer, self.duplicates)
        sealer = unlocked.authenticator_sealer
        self.proving = Proving(station, self._journal, templates, sealer, policy)
        self.policy_versions = PolicyVersions(
            self._journal, unlocked.machine_key, self.proving, book, by_server, patience
        )
        self.operators = OperatorDesk(station, self._journal, self.proving, templates, sealer, policy)
        risk = Risk(self._journal, policy, unlocked.identifier_hash.of, self._differing)
        asked = CapturesAsked(reference, policy)
        submission = Submission(
            self._journal,
            unlocked.folder,
            reference.schema,
            unlocked.machine_key,
            self.server,
            self.proving,
            Whereabouts(catalogue, context, policy.position),
            policy,
            risk,
            asked,
            training=self.is_demo,
        )
        self.enrollment = Enrollment(
            self._journal,
            reference,
            documents := Documents(self._journal, reference, catalogue, context, policy, asked),
            Capture(self._journal, catalogue, context, FaceGuidance, policy),
            Placements(self._journal, catalogue, context, policy, judge),
            submission,
            self.duplicates,
            policy,
            asked,
            templates,
        )
        self.review = Review(
            self._journal,
            unlocked.folder,
            risk,
            self.proving,
            unlocked.machine_key,
            self.enrollment.summary,
            partial(read_carried, unlocked.blob_sealer),
        )
        self._equip_connections(unlocked)
        self._equip_traffic(unlocked, submission, reference)
        self._equip_exports(unlocked, submission, reference)
        self.devices = DeviceDesk(
            catalogue, DeviceChoices(self._journal, catalogue), DeviceDoctor(catalogue, clock, context)
        )
        self.reading_chip = ReadingChip(catalogue, context, self.master_data.country_authorities)
        self._own_capture = OperatorCapture(
            catalogue, context, partial(self.enrollment.watch_face, for_liveness=False), policy
        )
        self._templates = templates
        self._sensors = ProofingSensors(catalogue, context, self.reading_chip, policy)
        self.proofing = Proofing(
            self._journal,
            unlocked.identifier_hash,
            self._secrets,
            devices=self.devices.kinds_ready,
            downgraded=self.connections.downgraded,
            credential_authorities=self.master_data.credential_authorities,
            sensors=self._sensors,
            sharing_tokens=self.sharing_tokens,
            hub=self.server.hub,
        )
        self._equip_enrollment(unlocked, documents, submission, partial(CameraReading, catalogue, context))
        self._equip_supervision(unlocked)

    def _equip_supervision(self, unlocked: UnlockedStation) -> None:
        """How work is done here, what other settings would make of it, and reviews for other stations."""
        self.trail = AuditTrail(self._journal, unlocked.machine_key)
        self.trail_reading = TrailReading(self._journal)
        self.audit_reports = AuditReports(
            self._journal, self.trail, self.trail_reading, unlocked.machine_key, training=self.is_demo
        )
        self.figures = Figures(self._journal, unlocked.machine_key)
        self.rehearsing = Rehearsing(self._journal)
        self.spec_versions = SpecVersions(self._journal, self.master_data)
        self.review_bundles = ReviewBundles(
            self._journal, unlocked.machine_key, unlocked.blob_sealer, self.review, self.enrollment
        )

    def _equip_exports(self, unlocked: UnlockedStation, submission: Submission, reference: ReferenceData) -> None:
        """What is told in other systems' words."""

        def partner_subject(partner: str, person: str) -> str:
            return unlocked.identifier_hash.of(f"partner {partner}", person)

        key, ledger = unlocked.machine_key, self.evidence
        self.exporting = Exporting(
            self._journal, reference.schema, submission, ledger, partner_subject, key, training=self.is_demo
        )
        self._partner_subject = partner_subject

    def _equip_connections(self, unlocked: UnlockedStation) -> None:
        """The services around the station that prove identities."""
        self._secrets = ProofingSecrets(self._journal, unlocked.secret_sealer)
        configured, secret = self.proofing_configuration.definitions, self._secrets.find
        self.sharing_tokens = TokenVault(self._journal, unlocked.secret_sealer, configured, secret)
        self.connections = Connections(
            self._journal, configured, lambda: self.proofing.methods, secret, self.sharing_tokens
        )

    def _equip_traffic(self, unlocked: UnlockedStation, submission: Submission, reference: ReferenceData) -> None:
        """What goes to servers and other stations and comes from them, and what follows of how long it did not."""
        self.sending = Sending(self._journal, self._must_stay)
        self.sync = Sync(
            self._journal, unlocked.folder, self.server, submission, reference.schema, self.policy, self.sending
        )
        self.handing_over = HandingOver(
            self._journal, unlocked.machine_key, self.sync, self.sending, self.policy, training=self.is_demo
        )
        self.carrying = Carrying(
            self._journal,
            unlocked.folder,
            self.server,
            submission,
            self.sending,
            self.policy,
            self.master_data.known_stations,
        )
        self.following = Following(self._journal, self.server, self.sync, submission, self.carrying, self.policy)
        self.pre_registrations = PreRegistrations(
            self._journal,
            self.server,
            unlocked.machine_key,
            unlocked.blob_sealer,
            self.enrollment,
            self.master_data,
        )
        self.jobs = Jobs(self._journal, self._recurring(), lambda: self.server.server_clock)
        self.bundles = Bundles(self._journal, self.master_data)
        self.limits = Limits(self._journal, unlocked.folder, self.master_data, self.jobs, self.policy)

    def _equip_enrollment(
        self,
        unlocked: UnlockedStation,
        documents: Documents,
        submission: Submission,
        cameras: Callable[[PageReading], CameraReading],
    ) -> None:
        """With what other parts of the desk know."""
        self._submission = submission
        self.enrollment.may_begin = self.limits.require_open
        self.enrollment.prefill = Prefilling(
            self._journal, self.enrollment.form, documents, self.reading_chip, cameras, self.policy
        )
        self.enrollment.proof = ProofingStep(
            self._journal, self.proofing, self.proofing_configuration, self.enrollment.prefill.take_proof
        )
        self.enrollment.shared = SharedDocuments(self._journal, documents)
        self.speech = Announcer()
        certificate, days = unlocked.folder.slip_certificate, self.policy.slip_valid_for_days
        self.proof_archives = ProofArchives(
            self._journal,
            self.evidence,
            unlocked.machine_key,
            self._partner_subject,
            self.proofing.fetch_service_proofs,
        )
        self.finishing = Finishing(self._journal, self.enrollment.submit)
        self.printing = Printing(self._journal)
        self.enrollment.slip_codes = SlipCodes(
            unlocked.slip_key, certificate, unlocked.identity, days, training=self.is_demo
        )

    def _by_server(self, policy: Policy) -> ByServer:
        configuration = self.master_data.configuration()
        limits = served_limits(configuration, policy.limits)
        return ByServer(approval_wanted(configuration), self.master_data.drivers(), limits)

    @property
    def is_new_here(self) -> bool:
        """Whether whoever is signed in is to be told on each page what to do."""
        return is_new_here(self._journal, self.policy.hints_until)

    @property
    def evidence(self) -> EvidenceLedger:
        return EvidenceLedger(self._journal)

    def _differing(self, state: Registration) -> tuple[Conflict, ...]:
        """For the review, which is made before the enrollment."""
        return self.enrollment.prefill.conflicts(state)

    def begin(self) -> None:
        """Audit the sign-in and, when nobody else is at work here, tidy up after a crash.

        With the program's version: however it was exchanged, the trail tells from when on which one ran here.
        """
        self._note(AuditEvent.SIGNED_IN, program=muster.__version__)
        if self._lock.is_alone:
            try:
                self._database.complete_copy()
                self._submission.tidy()
            except MusterError as error:  # no reason to keep an officer from working
                self._note(AuditEvent.TIDYING_FAILED, code=error.code.name)
            self._lock.share()
        self.duplicates.catch_up()
        self.proving.tell_wrong_attempts()

    # Showing who one is, while signed in

    def touch(self, cancel: Event, user_id: str | None = None) -> Proof:
        """A finger of the person's, for a proof. Raises ``BadInput`` for somebody who enrolled none,
        ``DeviceUnavailable``, ``Cancelled``."""
        fingers = self._templates.fingers(user_id or self.operator.user_id)
        if not fingers:
            raise BadInput(FINGER_NOT_ENROLLED)
        return Proof(finger=self._own_capture.touch(fingers[0], cancel))

    def look(self, cancel: Event) -> Proof:
        """The face before the camera, for a proof. Raises ``DeviceUnavailable``, ``Cancelled``."""
        return Proof(face=self._own_capture.look(cancel))

    def enroll_finger(self, finger: BiometricAttribute, proof: Proof, cancel: Event) -> None:
        """One's own, to be known by. Raises what taking it and keeping it raise."""
        self.operators.keep_own_finger(self._own_capture.touch(finger, cancel), proof)

    def enroll_face(self, proof: Proof, cancel: Event) -> None:
        self.operators.keep_own_face(self._own_capture.look(cancel), proof)

    def supervisors(self) -> tuple[str, ...]:
        """Who could confirm what this operator may not decide alone."""
        with self._database.read() as work:
            people = work.operators.all()
        return tuple(
            each.user_id
            for each in people
            if each.user_id != self.operator.user_id
            and each.blocked_at is None
            and each.may(Permission.REVIEW, self.policy.permissions)
        )

    def demo_password(self, user_id: str) -> str:
        """At a demo station; empty at a real one."""
        return dict(self._station.demo_credentials() or ()).get(user_id, "")

    def own_ways(self, action: Action) -> tuple[Way, ...]:
        return self.proving.ways(action, self.operator.user_id)

    def lock_screen(self, *, idle: bool) -> None:
        """Into the trail; covering is the window's business. The session stays: what waits is still sent."""
        self._note(AuditEvent.SCREEN_LOCKED, idle=str(idle).lower())

    def unlock_screen(self, proof: Proof) -> None:
        """Raises ``SignInRefused``; ``Refused(OPERATOR_BLOCKED)`` for somebody who may not work here any more."""
        self.access.operator()
        way = self.proving.prove(Action.UNLOCK, self.operator.user_id, proof)
        self._note(AuditEvent.SCREEN_UNLOCKED, by=words(way))

    def close(self) -> None:
        try:
            self._note(AuditEvent.SIGNED_OUT)
            self._vouch()
            self._database.keep_tables()
            if self._lock.alone_again():
                with suppress(MusterError):  # the next sign-in tries it again, and says so
                    self._submission.tidy()
        finally:
            self.abandon()

    def _vouch(self) -> None:
        """Sign the trail. A TPM that does not answer keeps nobody from leaving: the next checkpoint vouches for
        this session as well."""
        with suppress(KeyUnavailable):
            self.trail.vouch()

    def abandon(self) -> None:
        """Let go of everything without a word in the trail."""
        self.speech.close()
        self._sensors.close()
        self.proofing.close()
        self.server.close()
        self.duplicates.close()
        self._judge.close()
        self.devices.close()
        if self._closes_catalogue:
            self.devices.catalogue.close()
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
        told = (Job(kind.value, name, _DAILY, partial(fetch, kind)) for kind, name in ids.items())
        bookings = self.pre_registrations
        return (
            *told,
            Job("pre_registrations", "PDS_J00003", _DAILY, bookings.fetch_days),
            Job("pre_registrations_over", "DEL_J00013", _DAILY, bookings.remove_outdated, is_local=True),
            Job("connections", "", _HOURLY, self.connections.look_round),
            Job("sharing_tokens", "", _DAILY, self.sharing_tokens.renew_due),
        )

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


def _keep_patience(station: Station, shipped: Patience, policy: Policy) -> None:
    """For the next sign-in. Where it cannot be written the one before counts, and the next sign-in tries again."""
    with suppress(StorageUnavailable):
        station.patience.keep(policy.patience, shipped)


def sign_in(
    station: Station,
    user_id: str,
    password: str,
    server: Server,
    clock: Clock,
    *,
    catalogue: Catalogue | MakeCatalogue | None = None,
    policy: Policy | None = None,
    code: str = "",
    judge: Judge | None = None,
) -> Desk:
    """Unlock ``station`` and put the desk together (about 0.3 s); a server that asks for it is signed in at in the
    background. ``code`` is that of an authenticator, where the policy asks for one; ``catalogue`` holds this
    computer's devices, or makes what does of the names of drivers that may be loaded; ``judge`` looks at fingers
    and eyes (in this process, unless another one is given) and is closed with the desk.

    Somebody who has yet to set up what the policy asks for is let in to do that, and to nothing else.

    Raises ``SignInRefused``, ``NotAuthentic`` (damaged database), ``StorageUnavailable``.
    """
    policy = policy or Policy()
    lockouts = station.lockouts(station.patience.read(policy.patience))
    lockouts.begin(user_id)
    try:
        unlocked = station.unlock(user_id, password)
    except SignInRefused:
        raise
    except MusterError:  # the password was right, or nobody knows
        lockouts.gave_up(user_id)
        raise
    operator = unlocked.operator.user_id
    desk = Desk(unlocked, server, clock, station, catalogue or _installed, policy, judge or SampleJudge())
    try:
        desk.access.missing = desk.proving.second_factors(operator, Proof(password, code))
        lockouts.succeeded(user_id)
        desk.begin()
        desk.server.offer(operator, password)
    except BaseException:  # whatever it was: no key stays in memory behind a sign-in that failed
        desk.abandon()
        raise
    return desk
