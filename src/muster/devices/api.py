"""The seam between the workstation and whatever is plugged in.

A driver has two verbs. ``find`` is cheap, opens nothing and says what is there now; ``open`` gives
a context manager around one device. What a device can do is its type: a capability is a protocol,
and a caller asks with ``isinstance``. Blocking calls take ``cancel`` (an event that somebody may
set) and, where there is something to see, ``on_preview``.

Whatever goes wrong with a device leaves here as :class:`~muster.errors.DeviceUnavailable` with one
of the codes below (``Cancelled`` when a person stopped it); a driver lets nothing else out. A poor
sample is not an error: it comes back with its quality, and the workstation decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from threading import Event
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from muster.clock import Clock
from muster.devices.frames import Frame, Pixels
from muster.domain.assessment import Finding
from muster.domain.biometrics import Attestation, BiometricAttribute, DigitalId
from muster.errors import BadInput, Code, MusterError

if TYPE_CHECKING:
    from muster.devices.trust import TrustStore

DRIVER_GROUP = "muster.drivers"

DEVICE_ABSENT = Code("DEVICE_ABSENT", "No {kind} is connected. Plug it in and try again.")
DEVICE_UNPLUGGED = Code("DEVICE_UNPLUGGED", "The {kind} was unplugged. Plug it in and try again.")
DEVICE_BUSY = Code("DEVICE_BUSY", "The {kind} is busy. Close other programs that use it and try again.")
DEVICE_TIMEOUT = Code("DEVICE_TIMEOUT", "The {kind} did not answer in time. Try again.")
DEVICE_FAILED = Code("DEVICE_FAILED", "The {kind} reported a fault. Unplug it, plug it in and try again.")
DEVICE_CANNOT_REGISTER = Code(
    "DEVICE_CANNOT_REGISTER",
    "This {kind} is too small to register people. It serves signing in and checks; connect a larger one.",
)

DRIVER_SETTING_WRONG = Code(
    "DRIVER_SETTING_WRONG",
    "The setting {name} of this driver cannot be used: {part}. It is written like this: {form}. Correct it and "
    "start this program again.",
)

CHIP_ABSENT = Code("CHIP_ABSENT", "There is no document on the chip reader. Lay it on and try again.")
CHIP_TAKEN_AWAY = Code(
    "CHIP_TAKEN_AWAY",
    "The document was moved while its chip was being read. Lay it on the reader and leave it there until it is "
    "read.",
)


_LONGEST_PART = 60


def setting_wrong(name: str, part: str | int, form: str) -> BadInput:
    """What a driver raises that is started with a setting it cannot read. ``part`` is what is wrong in it, or the
    number of it where it may hold a password; ``form`` is how it is written."""
    said = f"#{part}" if isinstance(part, int) else part.strip()[:_LONGEST_PART]
    return BadInput(DRIVER_SETTING_WRONG, name=name, part=said, form=form)


def why_not(error: BaseException, doing: str) -> str:
    """Why a driver finds nothing, for the list of drivers: our own errors have a sentence; a stranger's text may
    hold anything."""
    return error.sentence if isinstance(error, MusterError) else f"{type(error).__name__} while {doing}"


class DeviceKind(Enum):
    """What an officer would call it. The values appear in ``muster devices list``."""

    CAMERA = "camera"
    FINGERPRINT = "fingerprint reader"
    IRIS = "iris camera"
    SCANNER = "document scanner"
    CHIP_READER = "chip reader"
    LOCATOR = "GPS receiver"


class DeviceStatus(Enum):
    """SBI's words for a device's state."""

    READY = "Ready"
    BUSY = "Busy"
    NOT_READY = "Not Ready"


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """What a device tells of its condition, as far as it does: empty or None for what it does not.

    ``clock_offset`` is how far its clock is ahead of the station's.
    """

    firmware: str = ""
    certificate_expires_at: datetime | None = None
    clock_offset: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DeviceDescriptor:
    """One device that is there now. ``id`` is stable for a device across unplugging.

    ``capabilities`` names what it can do in a person's words (``slap``, ``single finger``). ``problem`` says why a
    device that is there cannot be used, where the status does not say enough. A device that is not ``registers``
    takes pictures too small or too coarse to register a person by: it serves sign-in and comparisons only.
    ``address`` is where it is plugged in (``usb:1-4.2``, ``/dev/video0``, ``127.0.0.1:4501``): by it two drivers
    that find one and the same device are noticed.
    """

    id: str
    kind: DeviceKind
    driver: str
    make: str
    model: str
    serial: str
    status: DeviceStatus
    capabilities: tuple[str, ...] = ()
    problem: Finding | None = None
    registers: bool = True
    address: str = ""
    health: DeviceHealth | None = None


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """What is wanted from a biometric device (SBI 0.9.5, RCAPTURE).

    ``attributes`` are those expected, exceptions already left out; ``requested_score`` 0..100 is
    the quality at which the device may stop by itself; ``previous_hash`` continues the hash chain
    over one registration's captures (empty for the first).
    """

    attributes: tuple[BiometricAttribute, ...]
    requested_score: int
    timeout_s: float
    transaction_id: str
    previous_hash: str = ""


@dataclass(frozen=True, slots=True)
class CapturedSample:
    """What a biometric device hands out for one finger, eye or face.

    ``record`` is the ISO/IEC 19794 record, ``quality`` 0..100, ``hash`` the device's link in the
    hash chain (upper-case hex SHA-256, SBI section "Hash chain"). ``findings`` are what the driver
    noticed on the way and does not refuse for, such as a certificate that ends soon.

    ``is_level_one``: the device is certified L1 by what it signed of itself, and somebody whom the station
    believes vouches for its chip. A device that nobody was asked about, or for which the station signs, is not.
    """

    attribute: BiometricAttribute
    record: bytes
    quality: float
    captured_at: datetime
    device: DigitalId
    device_code: str
    device_service_version: str
    attestation: Attestation
    hash: str
    findings: tuple[Finding, ...] = ()
    is_level_one: bool = False


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page: the encoded image (``png`` or ``jpg``) and its resolution."""

    content: bytes
    format: str
    resolution_dpi: int


@dataclass(frozen=True, slots=True)
class ScannedStack:
    """Whole pages in the order they were drawn in. ``broke_off`` says what ended it before the feeder was empty,
    such as paper that got stuck; the pages before that are good."""

    pages: tuple[ScannedPage, ...]
    broke_off: Finding | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SlapPicture:
    """All fingers on the glass in one picture, (h, w) grey, fingertips up."""

    pixels: Pixels
    resolution_dpi: int
    device: DigitalId
    device_code: str
    device_service_version: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a receiver was, WGS 84; ``accuracy_m`` is the horizontal error it estimates, where it does."""

    latitude_deg: float
    longitude_deg: float
    accuracy_m: float | None
    taken_at: datetime


class Signer(Protocol):
    """Signs on a device's behalf, for hardware that has no key of its own.

    ``attest`` builds the signed payload that SBI's RCAPTURE would have returned for ``record`` and
    gives back the attestation and the device's next chain hash (see ``devices.attestation``).
    """

    def attest(
        self,
        *,
        attribute: BiometricAttribute,
        record: bytes,
        quality: float,
        captured_at: datetime,
        device: DigitalId,
        device_code: str,
        device_service_version: str,
        request: CaptureRequest,
    ) -> tuple[Attestation, str]: ...


def _nobody() -> TrustStore:
    from muster.devices.trust import TrustStore  # not for the processes drivers run in, which start a third faster

    return TrustStore()


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """What the workstation lends a device while it is open.

    ``trust`` holds the authorities that vouch for devices which sign for themselves; without any, none is
    believed. None means that nobody asks: a station for invented people, where that is said with every sample.
    ``environment`` is the deployment's name for itself (SBI, env); a device's clock may be ``allowed_lag`` off.
    """

    clock: Clock
    signer: Signer
    trust: TrustStore | None = field(default_factory=_nobody)
    environment: str = "Developer"
    allowed_lag: timedelta = timedelta(minutes=5)


OnPreview = Callable[[Frame], None]


@runtime_checkable
class Camera(Protocol):
    """Pictures in a row, newest last."""

    @property
    def digital_id(self) -> DigitalId: ...

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        """Call ``on_frame`` for each picture until ``cancel`` is set; returns then.

        ``on_frame`` must be quick: it is called from the device's thread.
        """


@runtime_checkable
class BiometricCapture(Protocol):
    """A device that takes fingers or irises by itself and hands out finished records."""

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        """Capture what ``request`` asks for, or the best there was at the timeout.

        Returns one sample per finger or eye that was seen, which may be other ones than asked for.
        Raises ``Cancelled`` when ``cancel`` was set.
        """


@runtime_checkable
class SlapCapture(Protocol):
    """A fingerprint reader that hands out one picture of all fingers and does not take them apart.

    The workstation does that (which finger is where, whether it is the right hand), measures each finger's quality
    and makes the records, signed on the device's behalf.
    """

    def capture_slap(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> SlapPicture:
        """The picture of what ``request`` asks for, all of one hand or both thumbs, at the timeout the best there
        was. Raises ``Cancelled`` when ``cancel`` was set."""


@runtime_checkable
class DocumentScanner(Protocol):
    """A flatbed or a document camera; where there is no glass, one sheet from the feeder."""

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedPage:
        """One whole page. Raises ``Cancelled`` when ``cancel`` was set; the codes of ``devices.scanning``."""


@runtime_checkable
class SheetFeeder(Protocol):
    """A document scanner that draws in a stack of sheets by itself."""

    def scan_stack(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedStack:
        """All pages that lie in the feeder. Raises ``FEEDER_EMPTY`` of ``devices.scanning`` when none does, and
        whatever went wrong before the first page was there; ``Cancelled`` when ``cancel`` was set."""


@runtime_checkable
class ChipReader(Protocol):
    """A reader for the chips of passports and identity cards. What is said to a chip is not its business."""

    def take_chip(self, timeout_s: float, cancel: Event) -> bytes:
        """Wait for a chip and take it for ourselves alone; its answer to reset.

        Raises ``DeviceUnavailable`` (``CHIP_ABSENT`` at the timeout), ``Cancelled``.
        """

    def transmit(self, command: bytes) -> bytes:
        """One command to the chip and its answer as they go over the wire, two octets of status last (ISO/IEC
        7816-4). Raises ``DeviceUnavailable``: ``CHIP_TAKEN_AWAY``, ``DEVICE_UNPLUGGED``, or another of these."""

    def leave_chip(self) -> None:
        """Let others have it. The chip forgets who opened it."""


@runtime_checkable
class Locator(Protocol):
    """Tells where the station stands."""

    def locate(self, timeout_s: float, cancel: Event) -> Fix:
        """Raises ``DeviceUnavailable`` (``DEVICE_TIMEOUT`` when it does not know in time), ``Cancelled``."""


Device = Camera | BiometricCapture | SlapCapture | DocumentScanner | SheetFeeder | ChipReader | Locator


class Driver(Protocol):
    """What an entry point of the group ``muster.drivers`` yields when called without arguments."""

    name: str

    def find(self) -> Sequence[DeviceDescriptor]:
        """What is there now. Opens nothing, takes milliseconds, raises nothing."""

    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> AbstractContextManager[Device]:
        """Take the device into use. Raises ``DeviceUnavailable`` when it cannot be had."""
