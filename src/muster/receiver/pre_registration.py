"""The pre-registration service in small: two invented people who are booked for today, or a deployment's files.

``served/pre_registrations/<number>.json``: ``{"appointment-date", "from-time-slot", "to-time-slot", "updated",
"identity": {...}, "documents": {"<value>.<format>": "<base64>"}}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from muster import base64url
from muster.clock import Clock
from muster.crypto.machine_data import encrypt_machine_data
from muster.errors import BadInput, Code
from muster.formats.json_part import JsonPart
from muster.formats.pre_registration import NUMBER
from muster.formats.zip_archive import pack
from muster.receiver.answers import answered
from muster.receiver.checks import Refusal
from muster.receiver.storage import Storage

BOOKING_REQUEST_UNREADABLE = Code(
    "BOOKING_REQUEST_UNREADABLE", "A request for bookings cannot be read: {part} is missing or has a wrong form."
)

_NOTHING_BOOKED = Refusal("PRG_BOOK_RCI_032", "No data found for the requested dates")
_UNKNOWN = Refusal("PRG_PAM_APP_005", "No data found for the requested pre-registration id")
_MACHINE_UNKNOWN = Refusal("KER-SNC-155", "Machine not found")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _texts(eng: str, fra: str) -> list[dict[str, str]]:
    return [{"language": "eng", "value": eng}, {"language": "fra", "value": fra}]


_DEMO: Mapping[str, dict[str, Any]] = {
    "20260315000014": {
        "from-time-slot": "09:00",
        "to-time-slot": "09:15",
        "identity": {
            "IDSchemaVersion": 0.1,
            "fullName": _texts("Leon Mustermann", "Leon Mustermann"),
            "dateOfBirth": "1991/04/12",
            "gender": _texts("MLE", "MLE"),
            "phone": "0700000014",
        },
    },
    "20260315000022": {
        "from-time-slot": "09:15",
        "to-time-slot": "09:30",
        "identity": {
            "IDSchemaVersion": 0.1,
            "fullName": _texts("Lena Mustermann", "Lena Mustermann"),
            "dateOfBirth": "1994/09/30",
            "gender": _texts("FLE", "FLE"),
        },
    },
}


class BookingService:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def ids(self, body: bytes) -> dict[str, Any]:
        """POST /sync: which are booked for some days. The centre does not matter here."""
        try:
            request = JsonPart.of(body, BOOKING_REQUEST_UNREADABLE).part("request")
        except BadInput:
            request = None
        days = [request.text(name) for name in ("fromDate", "toDate")] if request else []
        if not all(_DATE.fullmatch(each) for each in days) or not days:
            return answered(self._clock, None, [Refusal("PRG_CORE_REQ_013", "Request date is invalid")])
        found = {
            number: str(each.get("updated") or "2026-01-01T00:00:00.000")
            for number, each in self._all().items()
            if days[0] <= each["appointment-date"] <= days[1]
        }
        if not found:
            return answered(self._clock, None, [_NOTHING_BOOKED])
        response = {"transactionId": "1", "countOfPreRegIds": str(len(found)), "preRegistrationIds": found}
        return answered(self._clock, response)

    def one(self, query: Mapping[str, str]) -> dict[str, Any]:
        """GET /sync/{prid}/{machineId}: what is in one, encrypted to the machine."""
        keys = {ref.split("_")[-1]: ref for ref in self._storage.machines()}
        machine = self._storage.machine(keys[query["machine"]]) if query.get("machine") in keys else None
        if machine is None:
            return answered(self._clock, None, [_MACHINE_UNKNOWN])
        number = query.get("prid", "")
        booking = self._all().get(number)
        if booking is None:
            return answered(self._clock, None, [_UNKNOWN])
        response = {
            "pre-registration-id": number,
            "registration-client-id": query["machine"],
            **{name: booking.get(name, "") for name in ("appointment-date", "from-time-slot", "to-time-slot")},
            "zip-filename": number,
            "zip-bytes": base64url.encode(encrypt_machine_data(machine.encryption_key, _zip(booking))),
        }
        return answered(self._clock, response)

    def _all(self) -> dict[str, dict[str, Any]]:
        folder = self._storage.folder / "served" / "pre_registrations"
        if folder.is_dir():
            return {path.stem: _read(path.read_bytes()) for path in folder.glob("*.json") if _is_one(path.stem)}
        published = self._storage.documents.names("pre_registrations")
        if not published:
            today = self._clock().astimezone().date().isoformat()
            return {number: {"appointment-date": today, **each} for number, each in _DEMO.items()}
        found = {name.partition("/")[2].removesuffix(".json"): name for name in published}
        contents = {
            number: self._storage.documents.content(name) for number, name in found.items() if _is_one(number)
        }
        return {number: _read(content) for number, content in contents.items() if content is not None}


def _is_one(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def _read(content: bytes) -> dict[str, Any]:
    booking: dict[str, Any] = json.loads(content)
    return booking


def _zip(booking: Mapping[str, Any]) -> bytes:
    identity = json.dumps({"identity": booking["identity"]}, ensure_ascii=False).encode()
    documents = {name: base64url.decode(text) for name, text in booking.get("documents", {}).items()}
    return pack({"ID.json": identity, **documents})
