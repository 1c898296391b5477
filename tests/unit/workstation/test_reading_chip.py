"""What a registration gets from a chip."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import muster_simulated
from muster.crypto.passive_authentication import CountryAuthorities
from muster.crypto.signing import certificate_to_pem
from muster.devices.api import DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.catalogue import Catalogue
from muster.devices.chip_access import ChipKey
from muster.devices.conformance import conformance_context
from muster.domain.chips import ChipAuthenticity
from muster.errors import BadInput, DeviceUnavailable
from muster.formats.lds import File
from muster.formats.mrz import Mrz
from muster.formats.tlv import encode
from muster.plugins import Plugin
from muster.upload.sync_data import Kind
from muster.upload.transport import Answer, Exchange, Request
from muster.workstation.reading_chip import ChipReading, ReadingChip, authorities_in, key_in, match_portrait
from simulators.passport_chip import PassportChip
from simulators.passport_issuer import (
    ERIKA,
    NOW,
    Issuer,
    basic_files,
    certificate,
    der,
    dg1,
    dg2,
    dg11,
    dg12,
    ec_key,
    face_record,
    picture,
    signed_files,
    zone,
)
from unit.workstation.desks import desk_at

ISSUER = Issuer()
AUTHORITIES = CountryAuthorities([ISSUER.authority], [ISSUER.revocations()])
CONTEXT = replace(conformance_context(), clock=lambda: NOW)


class ChipDriver:
    name = "scripted"

    def __init__(self, chip: PassportChip) -> None:
        self._chip = chip

    def find(self) -> Sequence[DeviceDescriptor]:
        return [
            DeviceDescriptor(
                "scripted-1", DeviceKind.CHIP_READER, self.name, "Muster", "Reader", "1", DeviceStatus.READY
            )
        ]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Any]:
        yield self._chip


def read(files: dict[File, bytes], key: ChipKey | None = None, printed: Mrz | None = None) -> ChipReading:
    chip = PassportChip(signed_files(ISSUER, files), printed or zone())
    catalogue = Catalogue([Plugin("scripted", "tests", lambda: ChipDriver(chip), None)])

    desk = ReadingChip(catalogue, CONTEXT, lambda: AUTHORITIES)
    assert desk.is_ready()
    return desk.read(key or ChipKey.of_zone(printed or zone()), Event(), reader_id="scripted-1")


def codes(reading: ChipReading) -> set[str]:
    return {each.code.name for each in reading.findings} - {"CHIP_COPY_NOT_EXCLUDED"}


def test_every_field_says_which_file_it_comes_from() -> None:
    reading = read(basic_files() | {File.DG11: dg11(), File.DG12: dg12()})
    told = {name: (each.value, each.source) for name, each in reading.fields.items()}
    assert told["surname"] == ("MUSTERMANN", "DG1")
    assert told["birth_date"] == ("1964-08-12", "DG1")
    assert told["full_given_names"] == ("ERIKA MARIA", "DG11")
    assert told["full_birth_date"] == ("1964-08-12", "DG11")
    assert told["issue_date"] == ("2021-09-24", "DG12")
    assert reading.lines == zone().lines
    assert (reading.authenticity, reading.country, codes(reading)) == (ChipAuthenticity.UNCHANGED, "UT", set())


@pytest.mark.parametrize(("codec", "data_type"), [("JPEG", 0), ("JPEG2000", 1)])
def test_the_portrait_can_be_compared_with_a_face(codec: str, data_type: int) -> None:
    image = picture(codec)
    reading = read({File.DG1: dg1(zone()), File.DG2: dg2(face_record(image, data_type))})
    pixels = reading.picture()
    assert reading.portrait == image
    assert pixels is not None and pixels.shape == (80, 60, 3)


def test_a_portrait_that_is_no_picture_is_none() -> None:
    assert read({File.DG1: dg1(zone()), File.DG2: dg2(face_record(b"PICTURE"))}).picture() is None


def test_the_live_face_is_compared_with_the_portrait() -> None:
    face = Path(muster_simulated.__file__).parent / "pictures" / "face.jpg"
    reading = read({File.DG1: dg1(zone()), File.DG2: dg2(face_record(face.read_bytes()))})
    assert match_portrait(reading, face).match
    with pytest.raises(BadInput, match="CHIP_PORTRAIT_ABSENT"):
        match_portrait(read({File.DG1: dg1(zone())}), face)


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_there() -> None:
    reading = read(basic_files() | {File.DG2: encode(0x75, b"\x01")})
    assert codes(reading) == {"CHIP_FILE_UNREADABLE"}
    assert reading.fields["number"].value == ERIKA.number
    assert reading.authenticity is ChipAuthenticity.UNCHANGED


def test_without_its_lines_a_chip_is_nobodys() -> None:
    assert read(basic_files() | {File.DG1: encode(0x61, b"")}).authenticity is ChipAuthenticity.FALSE


def test_lines_that_are_not_those_that_opened_the_chip_are_told() -> None:
    other = zone(holder=replace(ERIKA, number="X00000000"))
    reading = read(basic_files(other))
    assert codes(reading) == {"CHIP_ZONE_DIFFERS"}
    assert reading.authenticity is ChipAuthenticity.FALSE


def test_a_wrong_check_digit_on_the_chip_is_told() -> None:
    first, second = zone().lines
    wrong = Mrz(zone().type, (first, second[:-1] + str((int(second[-1]) + 1) % 10)))
    assert codes(read(basic_files(wrong))) == {"CHIP_ZONE_WRONG"}


def test_a_document_that_has_expired_is_told_and_may_be_taken() -> None:
    old = zone(holder=replace(ERIKA, expiry_date="260531"))
    reading = read(basic_files(old), printed=old)
    assert codes(reading) == {"CHIP_DOCUMENT_EXPIRED"}
    assert reading.authenticity is ChipAuthenticity.UNCHANGED


def test_without_a_reader_it_is_said_that_there_is_none() -> None:
    desk = ReadingChip(Catalogue([]), CONTEXT, CountryAuthorities)
    assert not desk.is_ready()
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"):
        desk.read(ChipKey.of_zone(zone()), Event())


@pytest.mark.parametrize("text", ["", "12345", "P<UTO", "\n".join(zone().lines).replace("L898902C3", "L898902C4")])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="CHIP_KEY_MALFORMED"):
        key_in(text)


def test_lines_and_digits_are_keys_however_they_are_written() -> None:
    assert key_in("  " + "\r\n".join(zone().lines).lower() + "\n") == ChipKey.of_zone(zone())
    assert key_in("123456\n") == ChipKey.of_access_number("123456")


def test_nothing_of_a_person_is_shown() -> None:
    shown = repr(read(basic_files() | {File.DG11: dg11()}))
    assert not any(each in shown for each in ("MUSTERMANN", "ERIKA", ERIKA.number, "1964"))


def test_authorities_are_taken_from_files_and_from_folders(tmp_path: Path) -> None:
    (tmp_path / "csca.cer").write_bytes(ISSUER.authority)
    (tmp_path / "csca.crl").write_bytes(ISSUER.revocations(77))
    (tmp_path / "notes.txt").write_text("not a certificate")
    other = tmp_path / "other"
    other.mkdir()
    (other / "another.der").write_bytes(der(certificate("A", ec_key("A"), "A", ec_key("A"), is_authority=True)))
    found = authorities_in([tmp_path, other / "another.der"])
    assert (len(found), found.unreadable) == (2, 0)
    with pytest.raises(BadInput, match="FILE_ABSENT"):
        authorities_in([tmp_path / "absent.pem"])


class CountriesListed(Exchange):
    """The server's list of authorities, with one of a state."""

    def send(self, request: Request) -> Answer:
        row = {
            "certId": "1",
            "partnerDomain": "CSCA",
            "certData": certificate_to_pem(ISSUER.authority).decode(),
            "createdtimes": "2026-01-01T00:00:00.000Z",
        }
        content = {
            "response": {"lastSyncTime": "2026-01-02T00:00:00.000Z", "certificateDTOList": [row]},
            "errors": None,
        }
        return Answer(json.dumps(content).encode(), content, "")


def test_a_station_believes_the_states_in_its_servers_list(root: Path) -> None:
    chip = PassportChip(signed_files(ISSUER, basic_files()), zone())
    catalogue = Catalogue([Plugin("scripted", "tests", lambda: ChipDriver(chip), None)])
    with desk_at(root, catalogue=catalogue) as desk:
        before = desk.reading_chip.read(ChipKey.of_zone(zone()), Event())
        assert desk.master_data.take(Kind.CA_CERTIFICATES, CountriesListed())
        after = desk.reading_chip.read(ChipKey.of_zone(zone()), Event())
    assert "CHIP_ISSUER_UNKNOWN" in codes(before)
    assert "CHIP_ISSUER_UNKNOWN" not in codes(after)
