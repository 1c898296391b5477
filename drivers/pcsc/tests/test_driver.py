"""The driver at a real pcscd: the reader is virtual, the library, the daemon and the protocol are not.

In one file, because one computer has one pcscd.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from typer.testing import CliRunner

from muster.cli.app import build
from muster.crypto.passive_authentication import CountryAuthorities
from muster.devices.api import CHIP_ABSENT, CHIP_TAKEN_AWAY, ChipReader, DeviceStatus, Driver
from muster.devices.chip_access import ChipKey
from muster.devices.chip_judging import authenticity
from muster.devices.chip_reading import read_chip
from muster.devices.conformance import DriverConformance, conformance_context
from muster.devices.hosting import HostedDriver
from muster.domain.chips import ChipAccess, ChipAuthenticity, ChipProof
from muster.errors import BadInput, Cancelled, DeviceUnavailable
from muster.formats.lds import File
from muster_pcsc.driver import CHIP_UNPOWERED, PCSC_SERVICE_ABSENT, PcscDriver
from muster_pcsc.winscard import Pcsc, PcscError, State, Status
from simulators.passport_chip import CA_AES_128, CA_KEY, PACE_AES_128, PassportChip
from simulators.passport_issuer import (
    NOW,
    Issuer,
    basic_files,
    dg1,
    dg14,
    dg15,
    ec_key,
    number,
    picture,
    public_info,
    rsa_key,
    security_info,
    signed_files,
    zone,
)
from simulators.virtual_reader import LaidOn, VirtualReader

ISSUER = Issuer()
KEY = ChipKey.of_zone(zone())
AUTHORITIES = CountryAuthorities([ISSUER.authority], [ISSUER.revocations()])


@contextmanager
def opened(driver: PcscDriver) -> Iterator[ChipReader]:
    (descriptor,) = driver.find()
    with driver.open(descriptor, conformance_context()) as reader:
        assert isinstance(reader, ChipReader)
        yield reader


@contextmanager
def laid_on(virtual_reader: VirtualReader, chip: PassportChip) -> Iterator[LaidOn]:
    wait_until_empty()
    with virtual_reader.lay_on(chip) as card:
        yield card


def wait_until_empty() -> None:
    """The daemon looks every now and then only."""
    with Pcsc().session() as session:
        while session.state("Virtual PCD 00 00").state & State.PRESENT:
            time.sleep(0.02)


def a_chip(**changes: object) -> PassportChip:
    return PassportChip(signed_files(ISSUER, basic_files()), zone(), **changes)  # type: ignore[arg-type]


class TestPcscDriver(DriverConformance):
    @pytest.fixture(autouse=True)
    def _served(self, virtual_reader: VirtualReader) -> None:
        """Needs the daemon."""

    def make_driver(self) -> Driver:
        return PcscDriver("Virtual PCD")


def test_both_slots_of_the_reader_are_found_by_names_that_stay(virtual_reader: VirtualReader) -> None:
    found = PcscDriver().find()
    assert [each.id for each in found] == ["pcsc-virtual-pcd-00", "pcsc-virtual-pcd-01"]
    assert {each.status for each in found} == {DeviceStatus.READY}


def test_a_reader_nobody_wants_is_not_listed(virtual_reader: VirtualReader) -> None:
    assert PcscDriver("Omnikey").find() == [] and PcscDriver("-").find() == ()


def test_an_empty_reader_says_so_at_the_timeout(driver: PcscDriver) -> None:
    with opened(driver) as reader, pytest.raises(DeviceUnavailable, match=CHIP_ABSENT.name):
        reader.take_chip(0.05, Event())


def test_who_waits_for_a_chip_can_stop(driver: PcscDriver) -> None:
    cancel = Event()
    cancel.set()
    with opened(driver) as reader, pytest.raises(Cancelled):
        reader.take_chip(5.0, cancel)


def test_nothing_is_said_to_a_chip_that_was_not_taken(driver: PcscDriver) -> None:
    with opened(driver) as reader, pytest.raises(DeviceUnavailable, match=CHIP_ABSENT.name):
        reader.transmit(bytes.fromhex("00A4000C"))


def test_a_passport_is_read_by_pace_and_proves_itself_with_answers_longer_than_short_ones(
    virtual_reader: VirtualReader, driver: PcscDriver
) -> None:
    active, agreement = rsa_key("AA"), ec_key("CA", "brainpoolP256r1")
    infos = (
        security_info(PACE_AES_128, number(2), number(13)),
        security_info(CA_KEY, public_info(agreement)),
        security_info(CA_AES_128, number(1)),
    )
    files = basic_files() | {File.DG14: dg14(*infos), File.DG15: dg15(active)}
    chip = PassportChip(
        signed_files(ISSUER, files),
        zone(),
        pace=((PACE_AES_128, 13),),
        signing_key=active,
        agreement_key=agreement,
    )
    with laid_on(virtual_reader, chip), opened(driver) as reader:
        contents = read_chip(reader, KEY, AUTHORITIES, NOW, Event())
    assert contents.access is ChipAccess.PACE
    assert (contents.active, contents.chip) == (ChipProof.PROVED, ChipProof.PROVED)
    assert authenticity(contents) is ChipAuthenticity.GENUINE


def test_a_chip_is_taken_for_ourselves_alone(virtual_reader: VirtualReader, driver: PcscDriver) -> None:
    with laid_on(virtual_reader, a_chip()), opened(driver) as reader:
        reader.take_chip(2.0, Event())
        with Pcsc().session() as other, pytest.raises(PcscError) as seen:
            other.connect("Virtual PCD 00 00")
        assert seen.value.status is Status.SHARING_VIOLATION
        assert driver.find()[0].status is DeviceStatus.BUSY


def test_a_chip_that_was_left_has_forgotten_who_opened_it(
    virtual_reader: VirtualReader, driver: PcscDriver
) -> None:
    with laid_on(virtual_reader, a_chip()), opened(driver) as reader:
        for _ in range(2):
            contents = read_chip(reader, KEY, AUTHORITIES, NOW, Event())
            assert contents.access is ChipAccess.BAC


@pytest.fixture
def fresh_reader(virtual_reader: VirtualReader) -> Iterator[VirtualReader]:
    """Whose daemon is started anew afterwards: it looks at a virtual card that went without a word for long."""
    yield virtual_reader
    virtual_reader.stop()
    virtual_reader.start()


def test_a_document_that_is_pulled_away_in_between_is_told_as_that(
    fresh_reader: VirtualReader, driver: PcscDriver
) -> None:
    with laid_on(fresh_reader, a_chip()) as card, opened(driver) as reader:
        card.taken_away_after = 9
        with pytest.raises(DeviceUnavailable, match=CHIP_TAKEN_AWAY.name):
            read_chip(reader, KEY, AUTHORITIES, NOW, Event())


def test_what_lies_there_and_does_not_answer_is_told_as_that(
    virtual_reader: VirtualReader, driver: PcscDriver
) -> None:
    with laid_on(virtual_reader, a_chip()) as card, opened(driver) as reader:
        card.reset_answer = b"\x3b"  # too short for one
        with pytest.raises(DeviceUnavailable, match=f"{CHIP_UNPOWERED.name}|{CHIP_ABSENT.name}"):
            reader.take_chip(0.3, Event())


def test_a_daemon_that_is_stopped_in_between_is_told_and_serves_again_when_it_is_back(
    virtual_reader: VirtualReader, driver: PcscDriver
) -> None:
    with opened(driver) as reader:
        virtual_reader.stop()
        try:
            assert driver.find() == ()
            with pytest.raises(DeviceUnavailable, match=PCSC_SERVICE_ABSENT.name):
                reader.take_chip(0.1, Event())
        finally:
            virtual_reader.start()
    with laid_on(virtual_reader, a_chip()), opened(driver) as reader:
        assert read_chip(reader, KEY, AUTHORITIES, NOW, Event()).access is ChipAccess.BAC


def test_without_the_library_nothing_is_found_and_nothing_breaks() -> None:
    driver = PcscDriver(load=lambda: Pcsc("libnosuchthing.so.0"))
    assert driver.find() == ()


def test_vsmartcards_passport_opens_to_its_own_lines_and_to_no_others(
    virtual_reader: VirtualReader, driver: PcscDriver
) -> None:
    """Somebody else's Basic Access Control, Triple DES and MAC."""
    files = signed_files(ISSUER, {File.DG1: dg1(zone())})
    octets = {each.identifier: content for each, content in files.items()}
    wait_until_empty()
    with virtual_reader.lay_on_vsmartcards(octets), opened(driver) as reader:
        contents = read_chip(reader, KEY, AUTHORITIES, NOW, Event(), timeout_s=10.0)
        assert contents.files[File.DG1] == files[File.DG1]
        assert authenticity(contents) is ChipAuthenticity.UNCHANGED
        with pytest.raises(BadInput, match="CHIP_KEY_WRONG"):
            read_chip(reader, ChipKey.of_fields("X00000000", "640812", "310923"), AUTHORITIES, NOW, Event())


def test_from_the_command_line_through_the_drivers_own_process_a_chip_is_read(
    virtual_reader: VirtualReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_DRIVERS", "pcsc")
    monkeypatch.setenv("MUSTER_PCSC_READERS", "Virtual PCD 00 00")
    issuer = Issuer(signer_days=(-1000, 3000))
    (tmp_path / "key").write_text("\n".join(zone().lines))
    (tmp_path / "csca.der").write_bytes(issuer.authority)
    words = ["--key", "key", "--authorities", "csca.der", "--portrait", "portrait.jpg"]
    words = [each if each.startswith("--") else str(tmp_path / each) for each in words]
    with laid_on(virtual_reader, PassportChip(signed_files(issuer, basic_files()), zone())):
        ran = CliRunner().invoke(build(None), ["chip", "read", "--json", *words])  # type: ignore[arg-type]
    said = json.loads(ran.stdout)
    assert "error" not in said, said
    assert (ran.exit_code, said["authenticity"], said["access"]) == (0, "unchanged", "BAC")
    assert said["fields"]["surname"] == {"value": "MUSTERMANN", "source": "DG1"}
    assert said["mrz"] == list(zone().lines)
    assert (tmp_path / "portrait.jpg").read_bytes() == picture()


def test_a_driver_that_dies_in_the_middle_of_a_chip_is_a_fault_of_a_device_and_starts_anew(
    virtual_reader: VirtualReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_PCSC_READERS", "Virtual PCD 00 00")
    driver = HostedDriver("pcsc", "muster_pcsc.driver:from_environment")

    def killing(count: int, answer: bytes) -> bytes:
        if count == 8:
            assert driver.pid is not None
            os.kill(driver.pid, signal.SIGKILL)
        return answer

    def read_it() -> ChipAccess:
        with driver.open(descriptor, conformance_context()) as reader:
            assert isinstance(reader, ChipReader)
            return read_chip(reader, KEY, AUTHORITIES, NOW, Event()).access

    try:
        (descriptor,) = driver.found_within(5.0)
        with laid_on(virtual_reader, a_chip(lie=killing)):
            with pytest.raises(DeviceUnavailable, match="DRIVER_STOPPED"):
                read_it()
            assert read_it() is ChipAccess.BAC
    finally:
        driver.close()
