"""The driver through pyusb, against readers in software that keep the same protocols and can do anything wrong."""

from __future__ import annotations

import errno
import itertools
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import usb.backend.libusb1
from numpy.typing import NDArray

from muster.devices.api import (
    BiometricCapture,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceStatus,
    Driver,
)
from muster.devices.attestation import next_hash, verify_attestation
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import DriverConformance, conformance_context
from muster.devices.frames import Frame
from muster.devices.records import picture_of
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.errors import Cancelled, DeviceUnavailable
from muster.formats.iso19794_4 import FingerRecord
from muster.plugins import Plugin
from muster_usb_fingerprint.driver import MODELS, UsbFingerprintDriver, from_environment
from simulators.usb_readers import (
    FOREVER,
    Answers,
    SimulatedAes3500,
    SimulatedBus,
    SimulatedNb1010,
    SimulatedReader,
)

INDEX = BiometricAttribute.RIGHT_INDEX
FORBIDDEN = Path("/proc/sys/kernel/ostype")  # not even root may write there
BOTH = [SimulatedNb1010, SimulatedAes3500]

MakeReader = Callable[..., SimulatedReader]


def ridges(height: int, width: int, bare_rows: int = 0) -> NDArray[np.uint8]:
    """Stripes, and no finger in the first rows; of the sixteen greys both readers know."""
    stripes = np.where(np.indices((height, width)).sum(axis=0) // 5 % 2, 221, 17).astype(np.uint8)
    stripes[:bare_rows] = 238
    return stripes


PICTURES = {SimulatedNb1010: ridges(180, 256, 40), SimulatedAes3500: ridges(128, 128, 20)}


def made(reader: Any, **faults: Any) -> SimulatedReader:
    simulated: SimulatedReader = reader(PICTURES[reader], **faults)
    return simulated


def nb1010(**faults: Any) -> SimulatedReader:
    return made(SimulatedNb1010, **faults)


def driver_of(*readers: SimulatedReader) -> UsbFingerprintDriver:
    return UsbFingerprintDriver(SimulatedBus(*readers))


@pytest.fixture(scope="module")
def context() -> DeviceContext:
    return conformance_context()


def capture(
    driver: UsbFingerprintDriver,
    context: DeviceContext,
    attributes: Sequence[BiometricAttribute] = (INDEX,),
    *,
    score: int = 40,
    timeout_s: float = 5.0,
    cancel: Event | None = None,
    on_preview: Callable[[Frame], None] = lambda frame: None,
    previous_hash: str = "",
) -> list[CapturedSample]:
    request = CaptureRequest(tuple(attributes), score, timeout_s, "a-transaction", previous_hash)
    with driver.open(driver.find()[0], context) as reader:
        assert isinstance(reader, BiometricCapture)
        return list(reader.capture(request, cancel or Event(), on_preview))


def refusal(
    driver: UsbFingerprintDriver, context: DeviceContext, cancel: Event | None = None
) -> DeviceUnavailable:
    with pytest.raises(DeviceUnavailable) as caught:
        capture(driver, context, cancel=cancel)
    return caught.value


def transfer_fails(number: int, at: int = 0) -> Callable[[Answers], Answers]:
    return lambda answers: [*answers[:at], number, *answers[at + 1 :]]


class TestSimulatedReaders(DriverConformance):
    def make_driver(self) -> Driver:
        return driver_of(nb1010(), made(SimulatedAes3500, ports=(1, 3)))


# -- not there, not to be had


def test_without_a_reader_nothing_is_found() -> None:
    assert driver_of().find() == []


def test_a_device_with_other_ids_is_not_ours() -> None:
    hub = nb1010()
    hub.vendor_id = 0x1D6B  # type: ignore[misc]
    assert driver_of(hub).find() == []


def test_a_bus_that_cannot_be_read_is_an_empty_one() -> None:
    class Failing(SimulatedBus):
        def enumerate_devices(self) -> Any:
            raise usb.core.USBError("no memory", -11, errno.ENOMEM)

    assert UsbFingerprintDriver(Failing(nb1010())).find() == []


def test_without_libusb_the_list_of_drivers_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda: None)
    catalogue = Catalogue([Plugin("usb_fingerprint", "p", from_environment, None)])
    assert [each.problem for each in catalogue.drivers] == ["LibusbIsMissing while starting"]


def test_a_reader_pulled_out_after_it_was_found_is_absent(context: DeviceContext) -> None:
    bus = SimulatedBus(nb1010())
    driver = UsbFingerprintDriver(bus)
    (found,) = driver.find()
    bus.readers.clear()
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"), driver.open(found, context):
        pass


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "USB_NOT_PERMITTED"),
        (errno.ENODEV, "DEVICE_ABSENT"),
        (errno.EIO, "DEVICE_FAILED"),
        (errno.ENOMEM, "DEVICE_FAILED"),
    ],
)
def test_a_reader_that_cannot_be_opened_says_why(number: int, code: str, context: DeviceContext) -> None:
    reader = nb1010(open_fails_with=number)
    assert refusal(driver_of(reader), context).code.name == code
    assert reader.opened == 0


def test_where_the_system_forbids_it_the_sentence_names_the_udev_rule(context: DeviceContext) -> None:
    said = refusal(driver_of(nb1010(open_fails_with=errno.EACCES)), context).sentence
    assert said.endswith("udev rule is missing.")


@pytest.mark.skipif(not FORBIDDEN.exists(), reason="no Linux: nothing can be asked before opening")
def test_a_reader_that_may_not_be_opened_is_listed_with_the_reason(tmp_path: Path) -> None:
    _node(tmp_path).symlink_to(FORBIDDEN)
    (found,) = UsbFingerprintDriver(SimulatedBus(nb1010()), nodes=tmp_path).find()
    assert found.status is DeviceStatus.NOT_READY and found.problem is not None
    assert found.problem.code.name == "USB_NOT_PERMITTED"


def test_a_reader_that_may_be_opened_is_ready(tmp_path: Path) -> None:
    _node(tmp_path).touch(mode=0o600)
    (found,) = UsbFingerprintDriver(SimulatedBus(nb1010()), nodes=tmp_path).find()
    assert (found.status, found.problem) == (DeviceStatus.READY, None)


def _node(nodes: Path) -> Path:
    (nodes / "001").mkdir()
    return nodes / "001" / "005"


def test_a_reader_that_another_program_has_is_busy(context: DeviceContext) -> None:
    reader = nb1010(claim_fails_with=errno.EBUSY)
    assert refusal(driver_of(reader), context).code.name == "DEVICE_BUSY"
    assert reader.opened == 0


def test_a_reader_is_nobody_elses_while_it_is_open(context: DeviceContext) -> None:
    driver = driver_of(nb1010())
    with driver.open(driver.find()[0], context):
        assert refusal(driver, context).code.name == "DEVICE_BUSY"


# -- going wrong in the middle


@pytest.mark.parametrize("reader", BOTH)
@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO, errno.EOVERFLOW])
def test_a_picture_that_breaks_off_once_is_taken_anew(
    reader: type[SimulatedReader], number: int, context: DeviceContext
) -> None:
    simulated = made(reader, spoil=transfer_fails(number), spoilt_pictures=1)
    (sample,) = capture(driver_of(simulated), context)
    np.testing.assert_array_equal(picture_of(sample.record), PICTURES[reader])
    assert simulated.halts_cleared == 2


@pytest.mark.parametrize("reader", BOTH)
@pytest.mark.parametrize(
    "spoil",
    [
        transfer_fails(errno.EPIPE),
        transfer_fails(errno.EIO),
        lambda answers: [answers[0][:100]],
        lambda answers: [bytes(len(answers[0]))],
    ],
    ids=["stall", "broken transfer", "short", "zeros"],
)
def test_a_picture_that_breaks_off_each_time_is_a_fault_and_the_reader_is_given_back(
    reader: type[SimulatedReader], spoil: Callable[[Answers], Answers], context: DeviceContext
) -> None:
    simulated = made(reader, spoil=spoil)
    assert refusal(driver_of(simulated), context).code.name == "DEVICE_FAILED"
    assert (simulated.opened, simulated.claimed) == (0, False)


def test_rows_that_come_in_another_order_are_a_fault(context: DeviceContext) -> None:
    simulated = nb1010(spoil=lambda answers: [answers[1], answers[0], *answers[2:]])
    assert refusal(driver_of(simulated), context).code.name == "DEVICE_FAILED"


def test_what_is_left_of_a_broken_picture_is_not_taken_for_the_next_ones_answer(context: DeviceContext) -> None:
    simulated = nb1010(spoil=lambda answers: [*answers[:3], answers[9], *answers[4:]], spoilt_pictures=1)
    (sample,) = capture(driver_of(simulated), context)
    np.testing.assert_array_equal(picture_of(sample.record), PICTURES[SimulatedNb1010])


def test_a_picture_that_comes_in_two_goes_is_put_together(context: DeviceContext) -> None:
    simulated = made(SimulatedAes3500, spoil=lambda answers: [answers[0][:640], answers[0][640:]])
    (sample,) = capture(driver_of(simulated), context)
    np.testing.assert_array_equal(picture_of(sample.record), PICTURES[SimulatedAes3500])


def test_a_reader_that_falls_silent_in_the_middle_did_not_answer(context: DeviceContext) -> None:
    simulated = nb1010(spoil=lambda answers: answers[:20])
    assert refusal(driver_of(simulated), context).code.name == "DEVICE_TIMEOUT"


@pytest.mark.parametrize("reader", BOTH)
def test_a_reader_pulled_out_while_it_waits_for_a_finger_was_unplugged(
    reader: type[SimulatedReader], context: DeviceContext
) -> None:
    bus = SimulatedBus()
    simulated = made(reader, looks_without_finger=FOREVER, on_look=bus.readers.clear)
    bus.readers.append(simulated)
    assert refusal(UsbFingerprintDriver(bus), context).code.name == "DEVICE_UNPLUGGED"
    assert simulated.opened == 0


@pytest.mark.parametrize("last_breath", [errno.ENODEV, errno.EIO, errno.EPROTO])
def test_a_reader_pulled_out_in_the_middle_of_a_picture_was_unplugged(
    last_breath: int, context: DeviceContext
) -> None:
    class PulledOut(SimulatedNb1010):
        """The kernel takes a moment to see that nobody is there any more."""

        blocks = 0

        def read(self, length: int, timeout_ms: int) -> bytes:
            self.blocks += length == 540
            if self.blocks == 41:
                bus.readers.clear()
                raise usb.core.USBError("gone", -1, last_breath)
            return super().read(length, timeout_ms)

    bus = SimulatedBus(PulledOut(PICTURES[SimulatedNb1010]))
    assert refusal(UsbFingerprintDriver(bus), context).code.name == "DEVICE_UNPLUGGED"


def test_a_reader_that_is_gone_was_unplugged_even_where_the_system_only_tells_of_errors(
    context: DeviceContext,
) -> None:
    class Slow(SimulatedBus):
        def enumerate_devices(self) -> Any:
            return iter(()) if simulated.broken_with else super().enumerate_devices()

    def pulled_out(answers: Answers) -> Answers:
        simulated.broken_with = errno.EIO
        return answers

    simulated = nb1010(spoil=pulled_out)
    assert refusal(UsbFingerprintDriver(Slow(simulated)), context).code.name == "DEVICE_UNPLUGGED"


def test_errors_hold_no_byte_of_the_picture(context: DeviceContext) -> None:
    simulated = nb1010(spoil=lambda answers: [answers[1], *answers[1:]])
    error: BaseException | None = refusal(driver_of(simulated), context)
    while error is not None:
        assert len(str(error)) < 150 and not error.args[1:]
        error = error.__cause__


# -- no finger, or nobody wants one any more


@pytest.mark.parametrize("reader", BOTH)
def test_without_a_finger_nothing_is_captured_when_time_is_up(
    reader: type[SimulatedReader], context: DeviceContext
) -> None:
    begun = time.monotonic()
    assert capture(driver_of(made(reader, looks_without_finger=FOREVER)), context, timeout_s=0.1) == []
    assert 0.1 <= time.monotonic() - begun < 1


@pytest.mark.parametrize("reader", BOTH)
def test_a_finger_that_comes_after_three_looks_is_taken(
    reader: type[SimulatedReader], context: DeviceContext
) -> None:
    (sample,) = capture(driver_of(made(reader, looks_without_finger=3)), context)
    np.testing.assert_array_equal(picture_of(sample.record), PICTURES[reader])


@pytest.mark.parametrize("reader", BOTH)
def test_who_cancels_while_a_finger_is_awaited_is_answered_soon(
    reader: type[SimulatedReader], context: DeviceContext
) -> None:
    cancel, begun = Event(), time.monotonic()
    simulated = made(reader, looks_without_finger=FOREVER, on_look=cancel.set)
    with pytest.raises(Cancelled):
        capture(driver_of(simulated), context, cancel=cancel)
    assert time.monotonic() - begun < 1


def test_who_cancels_amid_a_picture_leaves_nothing_of_it_to_the_next(context: DeviceContext) -> None:
    cancel = Event()

    def cancelled(answers: Answers) -> Answers:
        cancel.set()
        return answers

    simulated = nb1010(spoil=cancelled, spoilt_pictures=1)
    driver = driver_of(simulated)
    with pytest.raises(Cancelled):
        capture(driver, context, cancel=cancel)
    assert not simulated.coming
    (sample,) = capture(driver, context)
    np.testing.assert_array_equal(picture_of(sample.record), PICTURES[SimulatedNb1010])


# -- poor pictures


def test_a_finger_that_just_lands_is_looked_at_again(context: DeviceContext) -> None:
    def tip_only(answers: Answers) -> Answers:
        bare = b"\xee" * 512 + bytes(3)
        return [each[:25] + bare for each in answers[:80] if isinstance(each, bytes)] + answers[80:]

    previews: list[Frame] = []
    simulated = nb1010(spoil=tip_only, spoilt_pictures=1)
    (sample,) = capture(driver_of(simulated), context, on_preview=previews.append)
    np.testing.assert_array_equal(picture_of(sample.record), PICTURES[SimulatedNb1010])
    assert [each.number for each in previews] == [0, 1]
    assert sample.quality > 70


def test_a_finger_that_stays_poor_is_handed_out_with_its_quality(context: DeviceContext) -> None:
    (sample,) = capture(driver_of(nb1010()), context, score=100, timeout_s=0.1)
    assert sample.quality == pytest.approx(100 * 9 / 11, abs=0.01)  # nine of eleven rows of tiles show ridges


def test_a_finger_that_is_lifted_after_a_poor_picture_ends_the_capture(context: DeviceContext) -> None:
    looks = itertools.count()

    def then_lifted() -> None:
        if next(looks) == 1:
            simulated.looks_without_finger = FOREVER

    simulated = nb1010(on_look=then_lifted)
    (sample,) = capture(driver_of(simulated), context, score=100, timeout_s=0.2)
    np.testing.assert_array_equal(picture_of(sample.record), PICTURES[SimulatedNb1010])


# -- what is found and handed out


def test_the_socket_stands_for_the_serial_number_that_readers_lack() -> None:
    first, second = driver_of(nb1010(), nb1010(ports=(1, 4), address=9)).find()
    assert (first.id, first.serial, first.address) == ("nb1010-1-7", "1-7", "usb:1-7")
    assert (second.id, second.serial) == ("nb1010-1-1.4", "1-1.4")


def test_a_reader_plugged_in_again_at_its_socket_is_the_same_device() -> None:
    bus = SimulatedBus(nb1010())
    driver = UsbFingerprintDriver(bus)
    before = driver.find()
    bus.readers[:] = [nb1010(address=23)]
    assert driver.find() == before


@pytest.mark.parametrize("reader", BOTH)
def test_a_small_reader_says_that_it_registers_nobody(reader: type[SimulatedReader]) -> None:
    (found,) = driver_of(made(reader)).find()
    assert found.registers is False
    assert found.capabilities == ("single finger", "sign-in and checks only")


@pytest.mark.parametrize(("reader", "dpi"), [(SimulatedNb1010, 385), (SimulatedAes3500, 500)])
def test_a_record_holds_the_picture_at_the_resolution_of_its_reader(
    reader: type[SimulatedReader], dpi: int, context: DeviceContext
) -> None:
    (sample,) = capture(driver_of(made(reader)), context)
    record = FingerRecord.parse(sample.record)
    assert record.capture_resolution == record.image_resolution == (dpi, dpi)
    assert record.position == 2  # the right index finger that was asked for


def test_a_sample_is_signed_on_the_readers_behalf_and_continues_the_chain(context: DeviceContext) -> None:
    before = next_hash("", b"the capture before")
    (sample,) = capture(driver_of(nb1010()), context, previous_hash=before)
    verify_attestation(sample.attestation, sample.record)
    assert sample.hash == next_hash(before, sample.record)
    assert (sample.device.make, sample.device.model, sample.device.serial) == (
        "Next Biometrics",
        "NB-1010-U",
        "1-7",
    )


def test_of_several_fingers_the_first_is_taken(context: DeviceContext) -> None:
    (sample,) = capture(driver_of(nb1010()), context, CaptureGroup.LEFT_SLAP.attributes)
    assert sample.attribute is CaptureGroup.LEFT_SLAP.attributes[0]


# -- permission


def test_the_udev_rule_names_every_reader_and_no_other_device() -> None:
    rules = (Path(__file__).parents[3] / "packaging" / "udev" / "70-muster-fingerprint.rules").read_text()
    named = re.findall(
        r'^ATTR\{idVendor\}=="(\w{4})", ATTR\{idProduct\}=="(\w{4})", TAG\+="uaccess"$', rules, re.M
    )
    assert named == [(f"{each.vendor_id:04x}", f"{each.product_id:04x}") for each in MODELS]
