"""What MOSIP's Secure Biometric Interface says on the wire, version 0.9.5, with the fields of 1.0 understood.

Requests are written as the strictest services want them (every number a text, every key there), answers are read
as the loosest ones write them: numbers or texts, missing keys, more keys, ``error`` absent or null. What is read
here is not yet believed: signatures, times and identities are checked by whoever asked.

Sources: SBI specification 0.9.5 and 1.0, MOSIP's mock service and compliance toolkit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from muster import base64url
from muster.errors import Code, MalformedData
from muster.formats.java_times import moment_of, time_text
from muster.formats.json_part import JsonPart

SBI_MALFORMED = Code(
    "SBI_MALFORMED",
    "The device service answered something that cannot be read ({part}). Restart it and tell support.",
)

SPEC_VERSION = "0.9.5"
PORTS = range(4501, 4601)
TRANSACTION_ID = re.compile(r"[A-Za-z0-9-]{4,50}")
MAXIMUM_DEVICES = 32  # of one service; none has more than a handful

_BIO_VALUE = re.compile(r'("bioValue"\s*:\s*")([^"\\]*)(")')


class BioType(Enum):
    FINGER = "Finger"
    IRIS = "Iris"
    FACE = "Face"


class SbiStatus(Enum):
    READY = "Ready"
    BUSY = "Busy"
    NOT_READY = "Not Ready"
    NOT_REGISTERED = "Not Registered"


class Level(Enum):
    """Certification: where the device keeps its keys. 1.0 calls them SBI 1.0 and SBI 2.0."""

    L0 = "L0"  # in software on the host
    L1 = "L1"  # in certified hardware (a foundational trust module, FTM)


_STATUSES = {each.value.replace(" ", "").lower(): each for each in SbiStatus}
_LEVELS = {"L0": Level.L0, "L1": Level.L1, "SBI 1.0": Level.L0, "SBI 2.0": Level.L1}


@dataclass(frozen=True, slots=True)
class SbiError:
    """``code`` is what the service wrote, ``0`` for success; ``info`` is for support, never for the officer."""

    code: str = "0"
    info: str = ""

    def __bool__(self) -> bool:
        return self.code not in ("", "0")


@dataclass(frozen=True, slots=True)
class SbiDigitalId:
    """What a device says it is (section 1, digitalId). ``at`` is when it said so, None where unreadable."""

    serial: str
    make: str
    model: str
    kind: str
    sub_kind: str
    provider: str
    provider_id: str
    at: datetime | None

    @property
    def casing(self) -> tuple[str, ...]:
        """What is printed on the case or stands in its registration: the same as long as it is the same device."""
        return (self.serial, self.make, self.model, self.kind, self.provider_id)


@dataclass(frozen=True, slots=True)
class SbiDevice:
    """One device as MOSIPDISC or the payload of MOSIPDINFO tells it; ``digital_id`` as it was written: a compact
    JWS, or base64url of JSON where nobody signed."""

    device_id: str
    status: SbiStatus
    level: Level
    service_version: str
    sub_ids: tuple[str, ...]
    callback: str
    digital_id: str
    device_code: str
    spec_versions: tuple[str, ...]
    purpose: str
    environment: str
    firmware: str
    error: SbiError = SbiError()

    @property
    def spec_version(self) -> str:
        """In which version to speak to it: in ours, unless it knows newer ones only."""
        if not self.spec_versions or SPEC_VERSION in self.spec_versions:
            return SPEC_VERSION
        return next((each for each in self.spec_versions if _names_devices_by_serial(each)), SPEC_VERSION)


@dataclass(frozen=True, slots=True)
class InfoAnswer:
    """One entry of MOSIPDINFO: ``device_info`` is a compact JWS, or base64url of JSON where nobody signed."""

    device_info: str
    error: SbiError

    @property
    def is_signed(self) -> bool:
        return self.device_info.count(".") == 2


@dataclass(frozen=True, slots=True)
class CaptureEntry:
    """One entry of RCAPTURE: ``data`` is a compact JWS, empty with an error; ``hash`` the link in upper case."""

    spec_version: str
    data: str
    hash: str
    error: SbiError


@dataclass(frozen=True, slots=True)
class CaptureClaims:
    """What the signed ``data`` of a captured finger, eye or face says; scores that are no numbers are None."""

    digital_id: str
    device_code: str
    service_version: str
    bio_type: str
    bio_subtype: str
    purpose: str
    environment: str
    transaction_id: str
    at: datetime | None
    requested_score: float | None
    quality: float | None
    record: bytes


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """What RCAPTURE is asked for: one placement. ``subtypes`` and ``exceptions`` are SBI's names."""

    bio_type: BioType
    subtypes: tuple[str, ...]
    exceptions: tuple[str, ...]
    requested_score: int
    device_id: str
    sub_id: str
    previous_hash: str
    timeout_ms: int
    transaction_id: str
    environment: str
    at: datetime
    spec_version: str = SPEC_VERSION

    @property
    def count(self) -> int:
        return max(1, len(self.subtypes))


def discovery_request(bio_type: BioType | None = None) -> bytes:
    return _json({"type": bio_type.value if bio_type else "Biometric Device"})


def info_request(spec_version: str) -> bytes:
    """The body of 1.0's SBIINFO; 0.9.5's MOSIPDINFO has none."""
    return _json({"type": "Biometric Device", "specVersion": spec_version})


def stream_request(device_id: str, sub_id: str, timeout_ms: int, spec_version: str = SPEC_VERSION) -> bytes:
    named = _device_key(spec_version)
    return _json({named: device_id, "deviceSubId": sub_id, "timeout": str(timeout_ms)})


def capture_request(order: CaptureOrder) -> bytes:
    """The body of RCAPTURE. Every number is a text: strict services refuse JSON numbers."""
    return _json(
        {
            "env": order.environment,
            "purpose": "Registration",
            "specVersion": order.spec_version,
            "timeout": str(order.timeout_ms),
            "captureTime": f"{order.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "transactionId": order.transaction_id,
            "bio": [
                {
                    "type": order.bio_type.value,
                    "count": str(order.count),
                    "bioSubType": list(order.subtypes),
                    "exception": list(order.exceptions),
                    "requestedScore": str(order.requested_score),
                    _device_key(order.spec_version): order.device_id,
                    "deviceSubId": order.sub_id,
                    "previousHash": order.previous_hash,
                }
            ],
            "customOpts": None,
        }
    )


def parse_discovery(content: bytes) -> tuple[SbiDevice, ...]:
    """MOSIPDISC's answer; entries with nothing but an error are left out. Raises ``MalformedData``."""
    return tuple(_device(part, _error(part)) for part in _entries(content, None) if part.text("digitalId"))


def parse_info(content: bytes) -> tuple[InfoAnswer, ...]:
    """MOSIPDINFO's answer; entries with nothing but an error are left out. Raises ``MalformedData``."""
    answers = (InfoAnswer(part.text("deviceInfo"), _error(part)) for part in _entries(content, None))
    return tuple(each for each in answers if each.device_info)


def device_of(payload: bytes, error: SbiError) -> SbiDevice:
    """What MOSIPDINFO's ``deviceInfo`` says, its signature checked by the caller. Raises ``MalformedData``."""
    return _device(JsonPart.of(payload, SBI_MALFORMED), error)


def parse_capture(content: bytes) -> tuple[CaptureEntry, ...]:
    """RCAPTURE's answer in the order of the hash chain. Raises ``MalformedData``."""
    return tuple(
        CaptureEntry(part.text("specVersion"), part.text("data"), part.text("hash").upper(), _error(part))
        for part in _entries(content, "biometrics")
    )


def error_in(content: bytes) -> SbiError:
    """The error of an answer that is only one: of STREAM, or of a verb the service does not know."""
    try:
        return _error(JsonPart.of(content, SBI_MALFORMED))
    except MalformedData:
        return SbiError()


def claims_of(payload: bytes) -> CaptureClaims:
    """What a captured block's payload says, its signature checked by the caller. Raises ``MalformedData``."""
    part = JsonPart.of(payload, SBI_MALFORMED)
    return CaptureClaims(
        digital_id=part.text("digitalId"),
        device_code=part.text("deviceCode"),
        service_version=part.text("deviceServiceVersion"),
        bio_type=part.text("bioType"),
        bio_subtype=part.text("bioSubType"),
        purpose=part.text("purpose"),
        environment=part.text("env"),
        transaction_id=part.text("transactionId"),
        at=_moment(part, "timestamp"),
        requested_score=_score(part, "requestedScore"),
        quality=_score(part, "qualityScore"),
        record=part.octets("bioValue"),
    )


def without_record(payload: bytes, mark: str) -> str:
    """A captured block's payload, octet for octet, with ``mark`` in the record's place: what is kept beside it.

    Raises ``MalformedData`` when the record does not stand in there exactly once as text without escapes, or is
    not written in base64url without padding: then nobody could put the payload together again.
    """
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise MalformedData(SBI_MALFORMED, offset=error.start, part="body") from error
    found = list(_BIO_VALUE.finditer(text))
    if len(found) != 1 or base64url.encode(_octets(found[0][2])) != found[0][2]:
        raise MalformedData(SBI_MALFORMED, part="bioValue")
    begin, end = found[0].span(2)
    return text[:begin] + mark + text[end:]


def parse_digital_id(payload: bytes) -> SbiDigitalId:
    """A digitalId's payload. Raises ``MalformedData``."""
    part = JsonPart.of(payload, SBI_MALFORMED)
    return SbiDigitalId(
        serial=part.scalar("serialNo"),
        make=part.text("make"),
        model=part.text("model"),
        kind=part.text("type"),
        sub_kind=part.text("deviceSubType"),
        provider=part.text("deviceProvider"),
        provider_id=part.text("deviceProviderId"),
        at=_moment(part, "dateTime"),
    )


def unsigned_payload(text: str) -> bytes:
    """What base64url of JSON holds where a service signs nothing. Raises ``MalformedData``."""
    return _octets(text.split(".")[1] if text.count(".") == 2 else text)


def bio_type_of(kind: str) -> BioType | None:
    """The type a digitalId names, in the spellings met in the field (``Finger``, ``FIR``, ``Slab``)."""
    lower = kind.lower()
    for names, bio_type in (
        (("finger", "fir", "sla", "thumb"), BioType.FINGER),
        (("iris", "iir"), BioType.IRIS),
        (("face",), BioType.FACE),
    ):
        if any(name in lower for name in names):
            return bio_type
    return None


def _names_devices_by_serial(spec_version: str) -> bool:
    return spec_version.startswith("1.")


def _device_key(spec_version: str) -> str:
    """What a request calls a device by: 1.0 has no deviceId."""
    return "serialNo" if _names_devices_by_serial(spec_version) else "deviceId"


def _device(part: JsonPart, error: SbiError) -> SbiDevice:
    level = part.text("certification")
    return SbiDevice(
        device_id=part.scalar("deviceId") or part.scalar("serialNo"),  # 1.0 has no deviceId
        status=_STATUSES.get(part.text("deviceStatus").replace(" ", "").lower(), SbiStatus.NOT_READY),
        level=_LEVELS.get(level, Level.L0),
        service_version=part.scalar("serviceVersion"),
        sub_ids=tuple(_scalars(part, "deviceSubId")),
        callback=part.text("callbackId"),
        digital_id=part.text("digitalId"),
        device_code=part.scalar("deviceCode") or part.scalar("serialNo"),
        spec_versions=tuple(_scalars(part, "specVersion")),
        purpose=part.text("purpose"),
        environment=part.text("env"),
        firmware=part.scalar("firmware"),
        error=error,
    )


def _entries(content: bytes, key: str | None) -> Sequence[JsonPart]:
    """The objects of an array, bare or under ``key``: services differ in what they wrap."""
    whole = JsonPart.of(b'{"answer":' + content.strip() + b"}", SBI_MALFORMED)
    inner = whole.values["answer"]
    if isinstance(inner, Mapping) and key is not None:
        whole = JsonPart("answer", inner, SBI_MALFORMED, "answer")
        found = whole.parts(key)
    elif isinstance(inner, Mapping):
        raise whole.malformed("answer")
    else:
        found = whole.parts("answer")
    if len(found) > MAXIMUM_DEVICES:
        raise whole.malformed("answer")
    return found


def _error(part: JsonPart) -> SbiError:
    inner = part.part("error")
    if inner is None:
        return SbiError()
    return SbiError(inner.scalar("errorCode") or "0", inner.scalar("errorInfo"))


def _scalars(part: JsonPart, name: str) -> Iterator[str]:
    """A list of texts or numbers, or one of them alone."""
    value = part.values.get(name)
    for each in value if isinstance(value, list) else [] if value in (None, "") else [value]:
        yield JsonPart(name, {name: each}, SBI_MALFORMED, name).scalar(name)


def _moment(part: JsonPart, name: str) -> datetime | None:
    """A time in any form that is met, None for one that is none: what follows is another's business."""
    try:
        text = time_text(part.values.get(name) or "")
        return moment_of(text) if text else None
    except ValueError:
        return None


def _score(part: JsonPart, name: str) -> float | None:
    try:
        score = float(part.scalar(name))
    except ValueError:
        return None
    return score if 0 <= score <= 100 else None  # refuses NaN too


def _octets(text: str) -> bytes:
    try:
        return base64url.decode(text)
    except ValueError as error:
        raise MalformedData(SBI_MALFORMED, part="base64") from error


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
