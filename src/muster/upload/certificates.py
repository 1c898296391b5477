"""Asking a server for its certificates: ``getCertificate`` (section 7 of the packet notes, calls 4 and 8).

REGISTRATION/<center>_<machine> is what packets are encrypted to, KERNEL/SIGN what answers are signed with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.errors import Code, NetworkUnavailable
from muster.upload.refusals import raise_refusal
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, Request

CERTIFICATE_REFUSED = Code(
    "CERTIFICATE_REFUSED",
    "The server has no certificate for this station (its code: {server_code}). Register the station there first.",
)

CERTIFICATE_PATH = "/v1/syncdata/getCertificate"


def certificate_request(application: str, reference: str) -> Request:
    return Request("GET", CERTIFICATE_PATH, {"applicationId": application, "referenceId": reference})


def certificate_in(content: Mapping[str, Any]) -> bytes:
    """The PEM in an answer, not yet looked at. Raises ``Refused``, ``NetworkUnavailable``."""
    raise_refusal(content, CERTIFICATE_REFUSED)
    response = content.get("response")
    certificate = response.get("certificate") if isinstance(response, dict) else None
    if not isinstance(certificate, str):
        raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
    return certificate.encode("ascii", "replace")
