"""Files of a travel document's chip."""

from __future__ import annotations

import struct

import pytest

from muster.errors import MalformedData
from muster.formats.iso19794_5_2005 import PortraitRecord
from muster.formats.lds import (
    File,
    document_details,
    machine_readable_zone,
    person_details,
    portrait,
    present_groups,
    signed_object,
)
from muster.formats.lds_security import card_access, public_key, security_options
from muster.formats.mrz import Holder, MrzType
from muster.formats.tlv import encode
from simulators.passport_issuer import (
    com,
    dg1,
    dg2,
    dg11,
    dg12,
    dg14,
    dg15,
    ec_key,
    face_record,
    number,
    picture,
    public_info,
    security_info,
    security_infos,
    zone,
)

CARD = Holder("ID", "UTO", "D23145890", "MUSTERMANN", "ERIKA", "UTO", "640812", "F", "310923")


def test_the_list_of_files_is_read_and_tags_nobody_knows_are_left_out() -> None:
    listed = encode(0x60, encode(0x5C, b"\x61\x75\x01\x6f"))
    assert present_groups(listed) == (File.DG1, File.DG2, File.DG15)
    assert present_groups(com(File.DG1)) == (File.DG1,)


@pytest.mark.parametrize("kind", [MrzType.TD1, MrzType.TD2, MrzType.TD3])
def test_zones_of_all_sizes_are_read(kind: MrzType) -> None:
    mrz = zone(kind, CARD)
    assert machine_readable_zone(dg1(mrz)) == mrz


@pytest.mark.parametrize("text", [b"", b"P<UTO", b"\xff" * 88, b"p" * 88, b"P" * 89])
def test_what_is_no_zone_is_refused_at_a_place_in_the_file(text: bytes) -> None:
    content = encode(0x61, encode(0x5F1F, text))
    with pytest.raises(MalformedData) as seen:
        machine_readable_zone(content)
    assert 0 <= seen.value.offset <= len(content)


def test_the_portrait_is_found_in_its_template() -> None:
    found = portrait(dg2(face_record(picture())))
    assert found.image == picture()
    assert (found.width, found.height, found.data_type) == (60, 80, 0)


def test_a_portrait_of_jpeg_2000_is_found_as_well() -> None:
    assert portrait(dg2(face_record(picture("JPEG2000"), 1))).image == picture("JPEG2000")


def test_feature_points_before_the_picture_are_passed_over() -> None:
    plain = face_record(b"PICTURE")
    points = struct.pack(">BBHHH", 1, 0x31, 10, 20, 0) * 2
    block = plain[14:]
    block = struct.pack(">IH", len(block) + 16, 2) + block[6:20] + points + block[20:]
    record = b"FAC\x00010\x00" + struct.pack(">IH", 14 + len(block), 1) + block
    assert PortraitRecord.parse(record)[0].image == b"PICTURE"


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"FAC\x00030\x00" + face_record(b"X")[8:],  # of another edition
        face_record(b"X")[:-1],
        face_record(b"X") + b"\0",
        b"FAC\x00010\x00" + struct.pack(">IH", 14, 0),  # no face
        b"FAC\x00010\x00" + struct.pack(">IH", 47, 1) + struct.pack(">I", 5) + face_record(b"X")[18:],
    ],
)
def test_a_portrait_record_whose_lengths_do_not_fit_is_refused(damaged: bytes) -> None:
    with pytest.raises(MalformedData):
        portrait(dg2(damaged))


def test_details_of_the_person_are_read_with_their_separators_gone() -> None:
    found = person_details(dg11(names="VAN DER MUSTER<<ERIKA<MARIA"))
    assert found.names == ("VAN DER MUSTER", "ERIKA MARIA")
    assert found.texts == {"birth_place": "MUSTERSTADT, UTOPIA", "birth_date": "19640812"}


def test_a_name_in_an_old_encoding_and_a_date_of_four_octets_are_read() -> None:
    content = encode(0x6B, encode(0x5F0E, b"M\xdcLLER<<\xc9VA") + encode(0x5F2B, bytes.fromhex("19640812")))
    found = person_details(content)
    assert (found.names, found.texts["birth_date"]) == (("MÜLLER", "ÉVA"), "19640812")


def test_a_name_cannot_move_a_terminals_cursor() -> None:
    assert person_details(dg11(names="A\x1b[2J<<B")).names == ("A [2J", "B")


def test_details_of_the_document_are_read() -> None:
    assert document_details(dg12()).texts == {"issuing_authority": "CITY OF UTOPIA", "issue_date": "20210924"}


def test_what_a_chip_offers_is_read_with_its_numbers_and_structures() -> None:
    key = public_info(ec_key("CA"))
    offered = (
        security_info("0.4.0.127.0.7.2.2.4.2.4", number(2), number(13)),
        security_info("0.4.0.127.0.7.2.2.1.2", key),
    )
    by_protocol = {each.protocol: each for each in card_access(security_infos(*offered))}
    assert by_protocol["0.4.0.127.0.7.2.2.4.2.4"].numbers == (2, 13)
    assert by_protocol["0.4.0.127.0.7.2.2.1.2"].structures == (key,)
    assert set(security_options(dg14(*offered))) == set(by_protocol.values())


@pytest.mark.parametrize("identifier", ["0600", "060180", "0621" + "01" * 33, "0401AA"])
def test_a_protocol_without_a_proper_identifier_is_refused(identifier: str) -> None:
    with pytest.raises(MalformedData):
        card_access(encode(0x31, encode(0x30, bytes.fromhex(identifier))))


def test_an_entry_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(MalformedData):
        card_access(bytes.fromhex("31023000"))


def test_keys_and_signatures_come_out_of_their_wrapping_octet_for_octet() -> None:
    key = public_info(ec_key("AA"))
    assert public_key(dg15(ec_key("AA"))) == key
    assert signed_object(encode(0x77, b"\x30\x00")) == b"\x30\x00"


def test_every_data_group_has_its_file() -> None:
    assert [File.of_group(each) for each in range(1, 17)] == [File[f"DG{each}"] for each in range(1, 17)]
    assert File.of_group(17) is None
