"""A packet sealed anew for the next server: it opens there, with every signature good, and here no more."""

from __future__ import annotations

from functools import partial

import pytest

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.errors import BadInput, MalformedData
from muster.formats.zip_archive import pack
from muster.packet.assemble import assemble
from muster.packet.opening import Check, open_packet
from muster.packet.resealing import reseal
from muster.packet.seal import seal
from unit.packet.contents_fixture import KeyPair, make_contents, make_schema


@pytest.fixture(scope="module")
def keys() -> tuple[KeyPair, KeyPair, KeyPair]:
    return KeyPair.make("Center"), KeyPair.make("Country"), KeyPair.make("Machine")


def test_what_is_sealed_anew_opens_at_the_next_server_with_all_signatures(
    keys: tuple[KeyPair, KeyPair, KeyPair],
) -> None:
    center, country, machine = keys
    assembled = assemble(make_contents(), make_schema())
    first = seal(assembled, sign=machine.key.sign, encrypt=partial(encrypt, center.certificate_pem))
    here, there = (DecryptionKey.from_pem(each.server_pem) for each in (center, country))
    again = reseal(first.content, here, partial(encrypt, country.certificate_pem))

    opened = open_packet(again, there, machine.key.public_pem)
    before = open_packet(first.content, here, machine.key.public_pem)
    assert {(each.signature, each.hash) for each in opened.subpackets} == {(Check.VALID, Check.VALID)}
    assert [each.files for each in opened.subpackets] == [each.files for each in before.subpackets]
    assert (opened.packet_id, opened.problems, opened.notes) == (before.packet_id, (), ())
    with pytest.raises(BadInput):
        open_packet(again, here, machine.key.public_pem)


def test_an_envelope_without_parts_is_no_packet(keys: tuple[KeyPair, KeyPair, KeyPair]) -> None:
    center, country, _ = keys
    empty = encrypt(center.certificate_pem, pack({}))
    with pytest.raises(MalformedData):
        reseal(empty, DecryptionKey.from_pem(center.server_pem), partial(encrypt, country.certificate_pem))
