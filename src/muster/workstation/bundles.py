"""Setting a station up from a file that its server's owner signed, where there is no network yet.

Rules:

1. Whoever signs the server's answers signs the file. Once that certificate is pinned, no other counts; before, a
   supervisor says its fingerprint, which came by another way than the file.
2. A file is for one station, for some days, and never older than what was imported before.
3. Everything in it is checked first, then all of it is kept in one transaction, or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from muster.audit.catalogue import AuditEvent
from muster.clock import parse_rfc3339, rfc3339
from muster.crypto.envelope import check_certificate
from muster.crypto.jws import verify_compact
from muster.crypto.signing import certificate_to_pem, is_valid_at
from muster.domain.operators import Permission
from muster.errors import BadInput, Code, MalformedData, NotAuthentic
from muster.formats.bundle import Bundle, KeptAnswer
from muster.formats.json_part import JsonPart
from muster.formats.mosip_sync import SYNC_ANSWER_UNREADABLE
from muster.upload.certificates import CERTIFICATE_PATH, certificate_in, certificate_request
from muster.upload.response_signature import is_signed_by
from muster.upload.signer import fingerprint
from muster.upload.transport import Answer, Exchange, Request
from muster.workstation.journal import Journal
from muster.workstation.master_data import Kind, MasterData
from muster.workstation.server_session import SIGNER_SETTING
from muster.workstation.submission import CERTIFICATE_SETTING

BUNDLE_CHANGED = Code(
    "BUNDLE_CHANGED", "The set-up file was changed or cut off after it was signed. Nothing of it was used."
)
BUNDLE_SIGNER_UNKNOWN = Code(
    "BUNDLE_SIGNER_UNKNOWN",
    "The set-up file is signed with the certificate {fingerprint}, which is not the one this station believes. "
    "Compare it with what the server's owner says.",
)
BUNDLE_FOR_ANOTHER = Code("BUNDLE_FOR_ANOTHER", "The set-up file is for station {station}, not for this one.")
BUNDLE_OUTDATED = Code(
    "BUNDLE_OUTDATED",
    "The set-up file may not be used any more, or not yet. Check this computer's clock, or have a new one made.",
)
BUNDLE_OLDER = Code("BUNDLE_OLDER", "A newer set-up file was imported before. Nothing was changed.")

_IMPORTED = "bundle_made_at"
_CLOCK_SLACK = timedelta(days=1)
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """Which kinds said something new, and until when the file was good."""

    new: tuple[Kind, ...]
    made_at: datetime


class Bundles:
    def __init__(self, journal: Journal, master_data: MasterData) -> None:
        self._journal = journal
        self._master_data = master_data

    def take(self, content: bytes, signer: str | None = None) -> Imported:
        """Use a set-up file; ``signer`` is the fingerprint somebody was told, for a station that knows none yet.

        Raises ``Refused`` for who may not change settings, ``NotAuthentic`` (changed, or signed by somebody else),
        ``BadInput`` (another station's, outdated, older).
        """
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        bundle, certificate = _opened(content)
        self._require_signer(certificate, signer)
        self._require_fresh(bundle)
        source = _FromFile(bundle.answers, certificate)
        said = {kind: self._master_data.ask(kind, source) for kind in Kind}
        packet_certificate = certificate_in(
            source.send(certificate_request("REGISTRATION", self._journal.station.ref_id)).content
        )
        check_certificate(packet_certificate, self._journal.now())
        with self._journal.database.work() as work:
            by = fingerprint(certificate)
            new = tuple(kind for kind, each in said.items() if self._master_data.keep(work, kind, each, by))
            work.settings.put(SIGNER_SETTING, certificate_to_pem(certificate).decode())
            work.settings.put(CERTIFICATE_SETTING, packet_certificate.decode())
            work.settings.put(_IMPORTED, rfc3339(bundle.made_at))
            for kind in Kind:  # as old as the file, and due as soon as there is a network
                work.jobs.put(replace(work.jobs.find(kind.value), last_good_run=bundle.made_at))
            digest = hashlib.sha256(content).hexdigest()
            work.record(
                AuditEvent.BUNDLE_IMPORTED,
                actor=self._journal.operator.user_id,
                sha256=digest,
                signer=by,
            )
        return Imported(new, bundle.made_at)

    def _require_signer(self, certificate: bytes, told: str | None) -> None:
        with self._journal.database.read() as work:
            pinned = work.settings.get(SIGNER_SETTING)
        found = fingerprint(certificate)
        believed = fingerprint(pinned.encode()) if pinned else (told or "").replace(":", "").strip().lower()
        if found != believed:
            raise NotAuthentic(BUNDLE_SIGNER_UNKNOWN, fingerprint=found)

    def _require_fresh(self, bundle: Bundle) -> None:
        now = self._journal.now()
        if bundle.station != self._journal.station.ref_id:
            raise BadInput(BUNDLE_FOR_ANOTHER, station=bundle.station[:21])
        if not bundle.made_at - _CLOCK_SLACK <= now <= bundle.valid_until:
            raise BadInput(BUNDLE_OUTDATED)
        with self._journal.database.read() as work:
            before = work.settings.get(_IMPORTED)
        if before is not None and bundle.made_at < parse_rfc3339(before):
            raise BadInput(BUNDLE_OLDER)


class _FromFile(Exchange):
    """Answers as the server would, each with its own signature."""

    def __init__(self, answers: Mapping[str, KeptAnswer], certificate: bytes) -> None:
        self._answers = answers
        self._certificate = certificate

    def send(self, request: Request) -> Answer:
        path = request.path
        if path == CERTIFICATE_PATH:
            path = f"{path}/{request.parameters['applicationId']}"
        kept = self._answers.get(path)
        if kept is None or not is_signed_by(kept.body, kept.signature, self._certificate):
            raise NotAuthentic(BUNDLE_CHANGED)
        content = dict(JsonPart.of(kept.body, SYNC_ANSWER_UNREADABLE).values)
        return Answer(kept.body, content, kept.signature)


def _opened(content: bytes) -> tuple[Bundle, bytes]:
    """The file's content and the certificate of whoever signed it, who may be anybody."""
    if len(content) > _LARGEST:
        raise NotAuthentic(BUNDLE_CHANGED)
    try:
        verified = verify_compact(content.decode("ascii").strip())
        bundle = Bundle.parse(verified.payload)
        usable = is_valid_at(verified.certificate_der, bundle.made_at)
    except (NotAuthentic, MalformedData, UnicodeDecodeError) as error:
        raise NotAuthentic(BUNDLE_CHANGED) from error
    if not usable:
        raise BadInput(BUNDLE_OUTDATED)
    return bundle, verified.certificate_der
