"""One registration in another system's words: for tools and help desks, and for servers that speak them.

Shows personal data, which is what it is for; so each export is on record, before anything leaves. Nothing is
sealed here, and sending changes nothing about the packet, which still waits for its own server.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, uuid5

from muster.audit.catalogue import AuditEvent
from muster.crypto.machine_key import MachineKey
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, Refused
from muster.formats.govstack import EnrollmentRequest
from muster.formats.govstack_profile import Profile
from muster.formats.id_schema import IdSchema
from muster.packet.gips import identity
from muster.packet.govstack import enrollment_request
from muster.packet.govstack_claims import person_claims
from muster.packet.mitrust import identity_dataset
from muster.packet.openid_assurance import verified_claims
from muster.upload.govstack import Enrolled, Enrolling
from muster.upload.transport import Transport
from muster.workstation.attestation import attested
from muster.workstation.evidence import EvidenceLedger
from muster.workstation.journal import Journal
from muster.workstation.server import RemoteServer
from muster.workstation.submission import STEPS_OPEN, Submission

__all__ = ["Enrolled", "Exporting", "Profile", "Wording"]


PARTNER_NEEDED = Code(
    "PARTNER_NEEDED", "Name the partner whom the claims are for: each knows the person by a number of its own."
)


class Wording(Enum):
    """Whose words."""

    GOVSTACK = "govstack"  # the registration, as a request to enroll; for a partner, the claims below
    GIPS = "gips"  # its evidence, as IDEMIA's ID&V answers
    MITRUST = "mitrust"  # its evidence, as MiTrust's identity dataset
    OIDC_IDA = "oidc-ida"  # its evidence, as OpenID Identity Assurance's verified_claims
    GOVSTACK_CLAIMS = "govstack-claims"  # what of it is verified, as GovStack's claims for one partner


PartnerSubject = Callable[[str, str], str]
"""The subject by which a partner knows somebody: by the partner's name and our number."""


class Exporting:
    def __init__(
        self,
        journal: Journal,
        schema: IdSchema,
        submission: Submission,
        ledger: EvidenceLedger,
        partner_subject: PartnerSubject,
        machine_key: MachineKey,
        *,
        training: bool = False,
    ) -> None:
        self._training = training
        self._journal = journal
        self._machine_key = machine_key
        self._partner_subject = partner_subject
        self._schema = schema
        self._submission = submission
        self._ledger = ledger

    def told(
        self,
        registration_id: RegistrationId,
        wording: Wording,
        profile: Profile = Profile.SOURCE,
        partner: str | None = None,
    ) -> dict[str, Any]:
        """In another system's words; ``profile`` is GovStack's, ``partner`` whom its claims are for: named with
        GovStack's words it asks for the claims, since a request to enroll is for no partner. Of the evidence, what
        speaks against a document is told to whoever may see indicators alone.

        Raises ``BadInput`` (unknown, or no partner), ``Refused`` (not allowed, content destroyed,
        EVIDENCE_ABSENT), ``NotAuthentic`` (changed after signing), ``KeyUnavailable``.
        """
        if wording is Wording.GOVSTACK and partner:
            wording = Wording.GOVSTACK_CLAIMS
        if wording is Wording.GOVSTACK_CLAIMS and not partner:
            raise BadInput(PARTNER_NEEDED)
        if wording is Wording.GOVSTACK:
            return self.govstack(registration_id, profile)
        access = self._journal.access
        access.require(Permission.EXPORT)
        unveiled = access.may(Permission.SEE_INDICATORS)
        state = self._journal.load(registration_id)
        evaluation = self._ledger.for_others(registration_id, unveiled=unveiled)
        self._note(registration_id, wording, unveiled=str(unveiled).lower())
        match wording:
            case Wording.GIPS:
                closed = state.sealed is not None
                return identity(evaluation, registration_id.text, state.started.at, closed=closed)
            case Wording.MITRUST:
                evaluation, files = attested(evaluation, self._machine_key, self._journal.station.ref_id)
                return identity_dataset(
                    evaluation,
                    lambda artifact: files.get(artifact.digest) or self._ledger.read(registration_id, artifact),
                )
            case Wording.OIDC_IDA:
                return verified_claims(evaluation, registration_id.text)
            case Wording.GOVSTACK_CLAIMS:
                subject = self._partner_subject(partner or "", registration_id.text)
                return person_claims(evaluation, subject)

    def govstack(self, registration_id: RegistrationId, profile: Profile = Profile.SOURCE) -> dict[str, Any]:
        """The body of GovStack's ``PUT /enrollment``, of a draft as far as it is.

        Raises ``BadInput`` (unknown), ``Refused`` (content destroyed), ``NotAuthentic`` (changed after signing).
        """
        self._journal.access.require(Permission.EXPORT)
        request = self._request(registration_id)
        self._note(registration_id, Wording.GOVSTACK)
        return request.document(profile)

    def put_govstack(
        self, registration_id: RegistrationId, address: str, profile: Profile = Profile.SOURCE
    ) -> Enrolled:
        """The same, sent to the GovStack server at ``address``: only what an officer has signed. Again is safe.

        Raises ``BadInput`` (no address, or not https), ``Refused`` (not signed, or the server's no),
        ``SignInWanted``, ``NetworkUnavailable`` and what :meth:`govstack` raises.
        """
        self._journal.access.require(Permission.EXPORT)
        server = RemoteServer(address)
        request = self._request(registration_id)
        if self._journal.load(registration_id).signed is None:
            raise Refused(STEPS_OPEN)
        host = urlsplit(address).hostname or ""
        self._note(registration_id, Wording.GOVSTACK, server=host)
        with Transport(server.url(), only_here=self._training) as transport:
            enrolled = Enrolling(transport).enroll(request, profile)
        self._journal.note(registration_id, AuditEvent.ENROLLMENT_ACCEPTED, server=host)
        return enrolled

    def of_packet(self, packet_id: str) -> EnrollmentRequest:
        """What a sealed packet holds, to be sent in its place to a server that takes enrollments. Raises as
        :meth:`govstack`."""
        with self._journal.database.read() as work:
            registration_id = work.outbox.find(packet_id).registration_id
        request = self._request(registration_id)
        self._note(registration_id, Wording.GOVSTACK)
        return request

    def _request(self, registration_id: RegistrationId) -> EnrollmentRequest:
        """What is signed was captured without any server and waits on this station, however good the network is
        when it goes; a draft does not wait."""
        contents = self._submission.contents(registration_id)
        offline = self._journal.load(registration_id).signed is not None
        numbers = count(1)
        return enrollment_request(
            contents,
            self._schema,
            requested_at=self._journal.now(),
            offline=offline,
            # The same each time: a sample that is sent again is not another one.
            new_index=lambda: str(uuid5(NAMESPACE_OID, f"{registration_id.text}/{next(numbers)}")),
        )

    def _note(self, registration_id: RegistrationId, wording: Wording, **detail: str) -> None:
        event = AuditEvent.REGISTRATION_EXPORTED
        self._journal.note(registration_id, event, wording=wording.value, **detail)
