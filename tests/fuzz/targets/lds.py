"""Files of a travel document's chip, each by its tag, and what they are made of."""

from collections.abc import Callable, Iterable
from dataclasses import is_dataclass
from pathlib import Path

from fuzz.typed import assert_well_typed
from muster.formats.iso7816 import Answer, Command
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
from muster.formats.tlv import encode, parse_all
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
    public_info,
    security_info,
    security_infos,
    zone,
)

_PARSERS: dict[int, Callable[[bytes], object]] = {
    File.COM.tag: present_groups,
    File.DG1.tag: machine_readable_zone,
    File.DG2.tag: portrait,
    File.DG11.tag: person_details,
    File.DG12.tag: document_details,
    File.DG14.tag: security_options,
    File.DG15.tag: public_key,
    File.CARD_ACCESS.tag: card_access,
    File.SOD.tag: signed_object,
    0x00: lambda content: Command.parse(content).encode(),
    0x90: Answer.parse,
}
WORDS = (b"\x7f\x61", b"\x7f\x60", b"\x5f\x2e", b"\x5f\x1f", b"\x5f\x0e", b"\x30\x82", b"\x06", b"FAC\x00010\x00")


def seeds(reference: Path | None) -> Iterable[bytes]:
    key = public_info(ec_key("fuzz"))
    offers = (
        security_info("0.4.0.127.0.7.2.2.4.2.4", number(2), number(13)),
        security_info("0.4.0.127.0.7.2.2.1.2", key),
    )
    yield from (com(File.DG1, File.DG2), dg1(zone()), dg2(face_record(b"PICTURE")), dg11(), dg12())
    yield from (dg14(*offers), security_infos(*offers), dg15(ec_key("fuzz")), encode(0x77, b"\x30\x00"))
    yield from (bytes.fromhex("00A4020C02011E00"), bytes.fromhex("00B00000000101"), b"\x90\x00", b"\x31" * 300)


def run(content: bytes) -> None:
    parse = _PARSERS.get(content[0] if content else -1, parse_all)
    found = parse(content)
    for each in found if isinstance(found, tuple) else (found,):
        if is_dataclass(each):
            assert_well_typed(each)
