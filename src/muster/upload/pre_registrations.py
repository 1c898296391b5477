"""Asking a server for pre-registrations: the numbers of some days, and one by its number."""

from __future__ import annotations

import json
from datetime import date

from muster.clock import Clock, rfc3339
from muster.crypto.machine_data import decrypt_machine_data
from muster.crypto.machine_key import MachineKey
from muster.domain.registration import StationId
from muster.errors import BadInput, Code, MalformedData, NotAuthentic, Refused
from muster.formats.pre_registration import IDS_PATH, NUMBER, read_ids, read_sent
from muster.upload.refusals import raise_refusal, refusal_in
from muster.upload.sync_data import SYNC_FOR_ANOTHER_KEY
from muster.upload.transport import Exchange

PRE_REGISTRATION_REFUSED = Code(
    "PRE_REGISTRATION_REFUSED",
    "The server has no such pre-registration for this centre (its code: {server_code}). Compare the number, or go "
    "on without it.",
)
PRE_REGISTRATION_UNKNOWN = Code(
    "PRE_REGISTRATION_UNKNOWN",
    "The server has no pre-registration of this number any more, or never had. Compare the number with the "
    "person's letter; if it is right, it was used or cancelled: fill in the form with the person.",
)
PRE_REGISTRATION_NUMBER = Code(
    "PRE_REGISTRATION_NUMBER", "This is no number of a pre-registration: it has 10 to 20 digits."
)

_NOTHING_BOOKED = ("PRG_BOOK_RCI_032", "PRG_DATA_SYNC_016")
_NOT_THERE = ("PRG_PAM_APP_005", "PRG_DATA_SYNC_004", "PRG_DATA_SYNC_012")  # also of those that were used
_JSON = {"Content-Type": "application/json"}


def checked_number(text: str) -> str:
    """As it may stand in an address. Raises ``BadInput``."""
    number = "".join(text.split())
    if not NUMBER.fullmatch(number):
        raise BadInput(PRE_REGISTRATION_NUMBER)
    return number


class PreRegistrationCalls:
    def __init__(self, server: Exchange, key: MachineKey, station: StationId, clock: Clock) -> None:
        self._server = server
        self._key = key
        self._station = station
        self._clock = clock

    def booked(self, first: date, last: date) -> dict[str, str]:
        """Numbers with the server's word for their version. Raises ``Refused``, ``MalformedData`` and what asking
        raises."""
        request = {
            "registrationCenterId": self._station.center,
            "fromDate": first.isoformat(),
            "toDate": last.isoformat(),
        }
        body = {
            "id": "mosip.pre-registration.datasync.fetch.ids",
            "version": "1.0",
            "requesttime": rfc3339(self._clock()),
            "request": request,
        }
        answer = self._server.post(IDS_PATH, json.dumps(body).encode(), _JSON)
        refusal = refusal_in(answer)
        if refusal is not None and refusal[0] in _NOTHING_BOOKED:
            return {}
        raise_refusal(answer, PRE_REGISTRATION_REFUSED)
        return read_ids(answer)

    def fetch(self, number: str) -> tuple[str, bytes]:
        """Its appointment and its zip. Raises as :meth:`booked`, and ``NotAuthentic`` for what was encrypted to
        another machine."""
        answer = self._server.get(f"{IDS_PATH}/{checked_number(number)}/{self._station.machine}", {})
        refusal = refusal_in(answer)
        if refusal is not None and refusal[0] in _NOT_THERE:
            raise Refused(PRE_REGISTRATION_UNKNOWN)
        raise_refusal(answer, PRE_REGISTRATION_REFUSED)
        sent = read_sent(answer, number)
        try:
            return sent.appointment, decrypt_machine_data(self._key, sent.sealed)
        except MalformedData:
            raise
        except (BadInput, NotAuthentic) as error:
            raise NotAuthentic(SYNC_FOR_ANOTHER_KEY) from error
