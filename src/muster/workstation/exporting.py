"""One registration in another system's words, for tools and help desks.

Shows personal data, which is what it is for; so each export is on record. Nothing is sealed or sent here.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from muster.audit.catalogue import AuditEvent
from muster.domain.registration import RegistrationId
from muster.formats.govstack_profile import Profile
from muster.formats.id_schema import IdSchema
from muster.packet.govstack import enrollment_request
from muster.workstation.journal import Journal
from muster.workstation.submission import Submission

__all__ = ["Exporting", "Profile", "Wording"]


class Wording(Enum):
    """Whose words."""

    GOVSTACK = "govstack"


class Exporting:
    def __init__(self, journal: Journal, schema: IdSchema, submission: Submission) -> None:
        self._journal = journal
        self._schema = schema
        self._submission = submission

    def govstack(self, registration_id: RegistrationId, profile: Profile = Profile.SOURCE) -> dict[str, Any]:
        """The body of GovStack's ``PUT /enrollment``, of a draft as far as it is.

        Raises ``BadInput`` (unknown), ``Refused`` (content destroyed), ``NotAuthentic`` (changed after signing).
        """
        contents = self._submission.contents(registration_id)
        request = enrollment_request(contents, self._schema, requested_at=self._journal.now())
        self._journal.note(registration_id, AuditEvent.REGISTRATION_EXPORTED, wording=Wording.GOVSTACK.value)
        return request.document(profile)
