"""Asking a hub to let this station in (``formats.station_enrolment``)."""

from __future__ import annotations

from muster.clock import Clock
from muster.crypto.machine_key import MachineKey
from muster.errors import NetworkUnavailable, Refused
from muster.formats.station_enrolment import PATH, StationKeys
from muster.upload.request_signing import RequestSigning
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, Request, Transport

_STANDINGS = ("asked", "approved", "barred")


def ask_to_be_let_in(transport: Transport, ref_id: str, key: MachineKey, clock: Clock) -> str:
    """The station's standing at the hub. Asking again changes nothing. Raises ``Refused``,
    ``NetworkUnavailable``."""
    body = StationKeys(ref_id, key.signing_public, key.encryption_public).encode()
    request = Request("POST", PATH, headers={"Content-Type": "application/json"}, body=body)
    answer = RequestSigning(key, clock).sent(
        request, transport.send, lambda: transport.server_time, not_believed=Refused
    )
    response = answer.content.get("response")
    standing = response.get("standing") if isinstance(response, dict) else None
    if standing not in _STANDINGS:
        raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
    return str(standing)
