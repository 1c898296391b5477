"""A small child does not come alone: what a server asks of the one who brings it, and what our packets hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.biometrics import BiometricAttribute, BiometricException, BiometricSample, ExceptionKind
from muster.domain.registration import Process
from muster.errors import BadInput, Code
from muster.formats.cbeff import CbeffFile
from muster.packet.assemble import assemble
from muster.packet.contents import FieldCaptures, PacketContents
from muster.packet.judging import judge
from muster.packet.opening import OpenedPacket, open_packet
from muster.packet.seal import seal
from muster.packet.server_rules import INTRODUCER_NOT_CAPTURED, INTRODUCER_UNNAMED
from unit.packet.contents_fixture import DEMOGRAPHICS, FIELDS, KeyPair, make_contents, make_schema

FIELD = "introducerBiometrics"
SCHEMA = make_schema(
    {
        **FIELDS,
        "introducerUIN": {"type": "string", "fieldCategory": "evidence"},
        "introducerRID": {"type": "string", "fieldCategory": "evidence"},
        FIELD: FIELDS["individualBiometrics"],
    }
)
LEON: Mapping[str, DemographicValue] = {
    **DEMOGRAPHICS,
    "fullName": LocalizedText.of(eng="Leon Mustermann", ara="ليون موسترمان"),
    "dateOfBirth": "2024/05/17",
    "introducerUIN": "5736190427",
}
BANDAGED = BiometricException(BiometricAttribute.LEFT_THUMB, ExceptionKind.TEMPORARY, "Bandage")


@pytest.fixture(scope="module")
def leon(samples: tuple[BiometricSample, ...]) -> PacketContents:
    """A child's face, and two fingers of his mother."""
    mother = FieldCaptures(FIELD, samples[:2], (BANDAGED,))
    return replace(make_contents(samples=(samples[-1],), demographics=LEON), further=(mother,))


def _without(*names: str) -> dict[str, DemographicValue]:
    return {name: value for name, value in LEON.items() if name not in names}


def _refusal(contents: PacketContents) -> Code:
    with pytest.raises(BadInput) as caught:
        assemble(contents, SCHEMA)
    return caught.value.code


@pytest.fixture(scope="module")
def sent(machine: KeyPair, server: KeyPair):  # type: ignore[no-untyped-def]
    """Seals contents as a client that checks nothing would, opens and judges them."""

    def send(contents: PacketContents) -> OpenedPacket:
        packet = assemble(contents, SCHEMA, infants_until=-1)
        sealed = seal(packet, sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem))
        return judge(
            open_packet(sealed.content, DecryptionKey.from_pem(server.server_pem), machine.key.public_pem)
        )

    return send


# Refused, before it is sealed and by whom it is sent to


def test_a_child_whose_introducer_was_not_captured_is_refused(leon: PacketContents, sent) -> None:  # type: ignore[no-untyped-def]
    alone = replace(leon, further=())
    assert _refusal(alone) is INTRODUCER_NOT_CAPTURED
    assert sent(alone).problems == ("INTRODUCER_NOT_CAPTURED:introducerBiometrics",)


def test_a_child_whose_introducer_has_no_number_is_refused(leon: PacketContents, sent) -> None:  # type: ignore[no-untyped-def]
    unnamed = replace(leon, demographics=_without("introducerUIN"))
    assert _refusal(unnamed) is INTRODUCER_UNNAMED
    assert sent(unnamed).problems == ("INTRODUCER_UNNAMED:introducerUIN",)


def test_a_bandaged_thumb_alone_says_nothing_of_who_brings_the_child(leon: PacketContents) -> None:
    nobody = replace(leon, further=(FieldCaptures(FIELD, (), (BANDAGED,)),))
    assert _refusal(nobody) is INTRODUCER_NOT_CAPTURED


def test_an_update_that_makes_somebody_a_child_needs_an_introducer_too(leon: PacketContents) -> None:
    updated = replace(leon, process=Process.UPDATE, samples=(), further=())
    assert _refusal(updated) is INTRODUCER_NOT_CAPTURED


def test_the_day_that_counts_may_be_another_than_the_packets(leon: PacketContents) -> None:
    alone = replace(leon, further=(), demographics={**LEON, "dateOfBirth": "2020/01/02"})
    with pytest.raises(BadInput) as caught:
        assemble(alone, SCHEMA, on=date(2026, 1, 1))
    assert caught.value.code is INTRODUCER_NOT_CAPTURED


# Taken


def test_a_child_with_an_introducer_is_taken(leon: PacketContents, sent) -> None:  # type: ignore[no-untyped-def]
    assemble(leon, SCHEMA)
    packet = sent(leon)
    assert packet.is_valid, packet
    assert [each.notes for each in packet.subpackets] == [(), (), ()]


def test_the_introducer_may_be_named_by_a_registration(leon: PacketContents, sent) -> None:  # type: ignore[no-untyped-def]
    rid = "10001100020000120250102030000"
    assert sent(replace(leon, demographics={**_without("introducerUIN"), "introducerRID": rid})).is_valid


@pytest.mark.parametrize(
    ("born", "until"),
    [("2020/01/03", 5), ("2019/12/31", 6)],
    ids=["on the last day of the sixth year", "where children count as small for longer"],
)
def test_a_child_is_small_until_the_year_the_server_says(leon: PacketContents, born: str, until: int) -> None:
    alone = replace(leon, further=(), demographics={**LEON, "dateOfBirth": born})
    with pytest.raises(BadInput) as caught:
        assemble(alone, SCHEMA, infants_until=until)
    assert caught.value.code is INTRODUCER_NOT_CAPTURED


def test_a_child_is_as_old_as_on_the_day_that_counts(leon: PacketContents) -> None:
    """In the east it is tomorrow already."""
    alone = replace(leon, further=(), demographics={**LEON, "dateOfBirth": "2020/01/03"})
    assert assemble(alone, SCHEMA, on=date(2026, 1, 3)).subpackets


@pytest.mark.parametrize("born", ["2020/01/02", "1964/08/12", "2026/01/03", "unknown"])
def test_nobody_else_needs_an_introducer(leon: PacketContents, sent, born: str) -> None:  # type: ignore[no-untyped-def]
    alone = replace(leon, further=(), demographics={**_without("introducerUIN"), "dateOfBirth": born})
    assemble(alone, SCHEMA)
    assert sent(alone).is_valid


def test_who_lost_a_number_is_found_by_it(leon: PacketContents) -> None:
    assemble(replace(leon, process=Process.LOST, further=()), SCHEMA)


def test_where_no_place_for_an_introducer_is_known_none_is_asked_for(leon: PacketContents) -> None:
    demographics = _without("introducerUIN")
    assemble(replace(leon, further=(), demographics=demographics), make_schema())


def test_the_introducers_captures_are_counted_by_themselves(leon: PacketContents, sent) -> None:  # type: ignore[no-untyped-def]
    contents = sent(leon).contents
    assert contents is not None
    assert (contents.captures, contents.introducer_captures, contents.missing_samples) == (1, 2, 1)


def test_the_introducers_file_is_covered_by_the_hash_and_holds_nothing_of_the_child(
    leon: PacketContents,
) -> None:
    files = assemble(leon, SCHEMA).subpackets["id"]
    birs = CbeffFile.parse(files[f"{FIELD}_bio_CBEFF.xml"]).birs
    assert {each.type for each in birs} == {"Finger"}
    assert b'"individualBiometrics_bio_CBEFF","introducerBiometrics_bio_CBEFF"' in files["packet_meta_info.json"]
