"""Reading and judging chips: honest ones, copies, and some that lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from threading import Event
from types import MappingProxyType
from typing import Any

import pytest

from muster.crypto.passive_authentication import CountryAuthorities
from muster.devices.chip_access import ChipKey
from muster.devices.chip_judging import authenticity, judge
from muster.devices.chip_reading import ChipContents, read_chip
from muster.domain.chips import ChipAccess, ChipAuthenticity, ChipProof
from muster.errors import BadInput, Cancelled, DeviceUnavailable, MusterError, NotAuthentic
from muster.formats.iso7816 import Command
from muster.formats.lds import File
from muster.formats.mrz import Holder, MrzType
from muster.formats.tlv import encode
from simulators.passport_chip import (
    AA,
    CA_3DES,
    CA_AES_128,
    CA_KEY,
    ECDSA_PLAIN_SHA256,
    PACE_3DES,
    PACE_AES_128,
    PACE_AES_256,
    PassportChip,
)
from simulators.passport_issuer import (
    ERIKA,
    NOW,
    Issuer,
    basic_files,
    dg1,
    dg2,
    dg11,
    dg14,
    dg15,
    ec_key,
    face_record,
    identifier,
    number,
    public_info,
    rsa_key,
    security_info,
    signed_files,
    zone,
)

ISSUER = Issuer()
AUTHORITIES = CountryAuthorities([ISSUER.authority], [ISSUER.revocations()])
KEY = ChipKey.of_zone(zone())
ACTIVE, AGREEMENT = ec_key("AA"), ec_key("CA", "brainpoolP256r1")
AA_INFO = security_info(AA, number(1), identifier(ECDSA_PLAIN_SHA256))


@cache
def files(*infos: bytes, active: Any = None, **more: bytes) -> Mapping[File, bytes]:
    groups = basic_files() | {File[name]: content for name, content in more.items()}
    if infos:
        groups[File.DG14] = dg14(*infos)
    if active is not None:
        groups[File.DG15] = dg15(active)
    return MappingProxyType(signed_files(ISSUER, groups))


def a_chip(content: Mapping[File, bytes] | None = None, **changes: Any) -> PassportChip:
    return PassportChip(dict(content or files()), zone(), **changes)


def proving_chip(agreement: bytes = CA_AES_128.encode(), **changes: Any) -> PassportChip:
    infos = (AA_INFO, security_info(CA_KEY, public_info(AGREEMENT)), security_info(agreement.decode(), number(1)))
    given = {"signing_key": ACTIVE, "agreement_key": AGREEMENT} | changes
    return a_chip(files(*infos, active=ACTIVE), **given)


def read(chip: PassportChip, key: ChipKey = KEY, cancel: Event | None = None) -> ChipContents:
    return read_chip(chip, key, AUTHORITIES, NOW, cancel or Event())


def codes(contents: ChipContents) -> list[str]:
    return [each.code.name for each in judge(contents)]


# --- opening ----------------------------------------------------------------------------------------------------


def test_a_chip_without_pace_is_opened_by_its_zone() -> None:
    contents = read(a_chip())
    assert contents.access is ChipAccess.BAC
    assert contents.files[File.DG1] == dg1(zone())


@pytest.mark.parametrize("offer", [(PACE_AES_128, 12), (PACE_AES_256, 13), (PACE_3DES, 15)])
@pytest.mark.parametrize("key", [KEY, ChipKey.of_access_number("123456")], ids=["zone", "number"])
def test_a_chip_with_pace_is_opened_by_zone_and_by_number(offer: tuple[str, int], key: ChipKey) -> None:
    contents = read(a_chip(pace=(offer,)), key)
    assert contents.access is ChipAccess.PACE
    assert File.DG2 in contents.files


@pytest.mark.parametrize("kind", [MrzType.TD1, MrzType.TD2])
def test_cards_are_opened_by_the_lines_of_cards(kind: MrzType) -> None:
    printed = zone(kind, replace(ERIKA, document_code="ID", optional=""))
    chip = PassportChip(signed_files(ISSUER, basic_files(printed)), printed)
    assert read(chip, ChipKey.of_zone(printed)).files[File.DG1] == dg1(printed)


def test_a_chip_that_offers_pace_is_never_asked_for_less() -> None:
    chip = a_chip(pace=((PACE_AES_128, 13),))
    read(chip)
    assert not any(command[1] == 0x82 for command in chip.commands)


def test_a_chip_that_offers_only_pace_that_is_not_spoken_is_opened_by_its_zone() -> None:
    assert read(a_chip(pace=(("0.4.0.127.0.7.2.2.4.4.2", 13),))).access is ChipAccess.BAC


@pytest.mark.parametrize("pace", [(), ((PACE_AES_128, 13),)], ids=["bac", "pace"])
def test_a_wrong_zone_does_not_open_it(pace: tuple[tuple[str, int], ...]) -> None:
    other = ChipKey.of_zone(zone(holder=replace(ERIKA, number="X00000000")))
    with pytest.raises(BadInput, match="CHIP_KEY_WRONG"):
        read(a_chip(pace=pace), other)


def test_a_wrong_number_does_not_open_it_and_a_chip_without_pace_wants_the_zone() -> None:
    with pytest.raises(BadInput, match="CHIP_KEY_WRONG"):
        read(a_chip(pace=((PACE_AES_128, 13),)), ChipKey.of_access_number("654321"))
    with pytest.raises(BadInput, match="CHIP_WANTS_LINES"):
        read(a_chip(), ChipKey.of_access_number("123456"))


def test_another_card_is_told_as_that() -> None:
    with pytest.raises(BadInput, match="CHIP_NOT_TRAVEL"):
        read(a_chip(lie=lambda count, answer: b"\x6a\x82"))


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_is_no_access_number_is_refused(digits: str) -> None:
    with pytest.raises(BadInput, match="CHIP_KEY_MALFORMED"):
        ChipKey.of_access_number(digits)


@pytest.mark.parametrize(
    ("number_", "birth", "expiry"),
    [
        ("Ä1234567", "640812", "310923"),
        ("", "640812", "310923"),
        ("L898902C", "1964-08-12", "310923"),
        ("L898902C", "640812", "3109"),
    ],
)
def test_what_no_zone_has_is_no_key(number_: str, birth: str, expiry: str) -> None:
    with pytest.raises(BadInput, match="CHIP_KEY_MALFORMED"):
        ChipKey.of_fields(number_, birth, expiry)


def test_the_key_of_a_zone_is_that_of_the_worked_example_and_of_a_long_number_all_of_it() -> None:
    assert ChipKey.of_fields("L898902C", "690806", "940623").zone == "L898902C<369080619406236"
    card = Holder("ID", "UTO", "D23145890734", "MUSTERMANN", "ERIKA", "UTO", "640812", "F", "310923")
    assert ChipKey.of_zone(zone(MrzType.TD1, card)).zone.startswith("D231458907349")


def test_a_key_is_not_shown() -> None:
    assert "L898902C" not in repr(KEY) and "123456" not in repr(ChipKey.of_access_number("123456"))


# --- what it is worth -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agreement", [CA_AES_128, CA_3DES, CA_3DES[:-1] + "4"])
def test_a_chip_that_has_both_its_keys_is_genuine(agreement: str) -> None:
    contents = read(proving_chip(agreement.encode()))
    assert (contents.active, contents.chip) == (ChipProof.PROVED, ChipProof.PROVED)
    assert (authenticity(contents), codes(contents)) == (ChipAuthenticity.GENUINE, [])


def test_a_key_without_further_word_is_for_triple_des() -> None:
    infos = (security_info(CA_KEY, public_info(AGREEMENT)),)
    assert read(a_chip(files(*infos), agreement_key=AGREEMENT)).chip is ChipProof.PROVED


def test_of_several_keys_the_one_is_used_that_is_named() -> None:
    other = public_info(ec_key("other", "brainpoolP256r1"))
    infos = (
        security_info(CA_KEY, other, number(1)),
        security_info(CA_KEY, public_info(AGREEMENT), number(2)),
        security_info(CA_AES_128, number(1), number(2)),
    )
    assert read(a_chip(files(*infos), agreement_key=AGREEMENT)).chip is ChipProof.PROVED


def test_an_rsa_signature_that_is_longer_than_a_short_answer_is_read() -> None:
    chip = a_chip(files(active=rsa_key("AA")), signing_key=rsa_key("AA"), longest_answer=200)
    assert read(chip).active is ChipProof.PROVED


def test_signatures_that_fit_are_asked_for_in_short_answers() -> None:
    short = rsa_key("AA 1024", 1024)
    chip = a_chip(files(active=short), signing_key=short, has_extended=False)
    assert read(chip).active is ChipProof.PROVED
    assert not any(Command.parse(each).is_extended for each in chip.commands)


def test_a_chip_without_its_list_of_files_can_prove_itself() -> None:
    chip = proving_chip()
    del chip.files[File.COM]
    assert read(chip).chip is ChipProof.PROVED


def test_a_chip_without_keys_is_unchanged_and_may_be_a_copy() -> None:
    contents = read(a_chip())
    assert authenticity(contents) is ChipAuthenticity.UNCHANGED
    assert codes(contents) == ["CHIP_COPY_NOT_EXCLUDED"]


@pytest.mark.parametrize(
    "keys",
    [
        {"signing_key": None},
        {"signing_key": ec_key("copier")},
        {"agreement_key": None},
        {"agreement_key": ec_key("copier", "brainpoolP256r1")},
    ],
    ids=["does not sign", "signs with its own", "does not agree", "agrees with its own"],
)
def test_a_copy_of_all_files_without_the_keys_is_a_copy(keys: dict[str, Any]) -> None:
    contents = read(proving_chip(**keys))
    assert authenticity(contents) is ChipAuthenticity.FALSE
    assert codes(contents) == ["CHIP_IS_A_COPY"]
    assert File.DG2 in contents.files  # all the same, who it claims to be is known


@pytest.mark.parametrize("withheld", [File.DG14, File.DG15])
def test_a_copy_that_hides_what_would_betray_it_is_told(withheld: File) -> None:
    chip = proving_chip()
    del chip.files[withheld]
    contents = read(chip)
    assert "CHIP_FILE_WITHHELD" in codes(contents)
    assert authenticity(contents) is ChipAuthenticity.FALSE


@pytest.mark.parametrize(
    "swapped",
    [{File.DG1: dg1(zone(holder=replace(ERIKA, surname="OTHER")))}, {File.DG2: dg2(face_record(b"OTHER"))}],
)
def test_a_file_that_was_swapped_is_told_by_name(swapped: dict[File, bytes]) -> None:
    contents = read(a_chip(files() | swapped))
    ((file, _),) = swapped.items()
    first = next(iter(judge(contents)))
    assert (first.code.name, first.field) == ("CHIP_FILE_CHANGED", file.label)
    assert authenticity(contents) is ChipAuthenticity.FALSE


def test_a_file_beside_those_that_were_signed_is_not_even_asked_for() -> None:
    contents = read(a_chip(files() | {File.DG11: dg11()}))
    assert File.DG11 not in contents.files


def test_a_chip_without_a_signature_is_read_and_false() -> None:
    content = dict(files())
    content[File.SOD] = encode(0x77, b"\x30\x00")
    contents = read(a_chip(content))
    assert set(codes(contents)) == {"CHIP_SIGNATURE_UNREADABLE", "CHIP_FILE_UNSIGNED", "CHIP_COPY_NOT_EXCLUDED"}
    assert authenticity(contents) is ChipAuthenticity.FALSE


def test_files_signed_by_digests_that_nobody_knows_are_neither_called_changed_nor_unsigned() -> None:
    contents = read(a_chip(signed_files(Issuer(files_digest="sha3_256"), basic_files())))
    assert codes(contents) == ["CHIP_ALGORITHM_UNKNOWN", "CHIP_COPY_NOT_EXCLUDED"]
    assert authenticity(contents) is ChipAuthenticity.NOT_SHOWN


def test_a_document_of_an_unknown_issuer_is_neither_genuine_nor_false() -> None:
    contents = read_chip(a_chip(), KEY, CountryAuthorities(), NOW, Event())
    assert authenticity(contents) is ChipAuthenticity.NOT_SHOWN
    assert "CHIP_ISSUER_UNKNOWN" in codes(contents)


def test_somebody_who_takes_pace_out_of_the_offer_is_found_out() -> None:
    offer = security_info(PACE_AES_128, number(2), number(13))
    contents = read(a_chip(files(offer)))
    assert contents.access is ChipAccess.BAC
    assert "CHIP_ACCESS_CHANGED" in codes(contents)
    assert "CHIP_ACCESS_CHANGED" not in codes(read(a_chip(files(offer), pace=((PACE_AES_128, 13),))))


@pytest.mark.parametrize(
    "offer",
    [
        lambda: security_info("0.4.0.127.0.7.2.2.1.1", public_info(AGREEMENT)),  # modulo a prime
        lambda: security_info(CA_KEY, public_info(rsa_key("AA"))),
        lambda: security_info(CA_KEY, b"\x30\x00"),
    ],
)
def test_an_agreement_of_a_kind_that_is_not_spoken_is_no_proof_and_no_fault(offer: Callable[[], bytes]) -> None:
    contents = read(a_chip(files(offer())))
    assert contents.chip is ChipProof.NOT_SPOKEN
    assert authenticity(contents) is ChipAuthenticity.UNCHANGED


# --- chips and readers that break -------------------------------------------------------------------------------


def _change_last_octet(answer: bytes) -> bytes:
    return answer[:-3] + bytes((answer[-3] ^ 1,)) + answer[-2:] if len(answer) > 2 else answer


@pytest.mark.parametrize("at", range(8, 14))
def test_an_answer_that_is_changed_on_the_way_ends_everything(at: int) -> None:
    chip = a_chip(lie=lambda count, answer: _change_last_octet(answer) if count == at else answer)
    with pytest.raises(NotAuthentic, match="CHIP_ANSWER_FORGED"):
        read(chip)
    assert len(chip.commands) == at  # and nothing more was said


def test_an_answer_without_protection_in_a_protected_conversation_ends_everything() -> None:
    with pytest.raises(NotAuthentic):
        read(proving_chip(lie=lambda count, answer: b"\x6a\x82" if count == 12 else answer))


@pytest.mark.parametrize("after", [0, 1, 5, 9, 20])
def test_a_document_that_is_taken_away_is_told_as_that(after: int) -> None:
    with pytest.raises(DeviceUnavailable, match="CHIP_TAKEN_AWAY"):
        read(a_chip(taken_away_after=after))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (files()[File.SOD][:-10], "CHIP_FILE_CUT_OFF"),
        (bytes.fromhex("77"), "CHIP_FILE_CUT_OFF"),
        (bytes.fromhex("7784FFFFFFFF"), "CHIP_FILE_CUT_OFF"),
        (bytes.fromhex("7783FFFFFF") + bytes(20), "CHIP_FILE_TOO_LARGE"),  # 16 MB
    ],
)
def test_a_file_that_is_not_as_long_as_it_says_is_not_read_for_ever(content: bytes, code: str) -> None:
    chip = a_chip({**files(), File.SOD: content})
    with pytest.raises(BadInput, match=code):
        read(chip)
    assert len(chip.commands) < 60


def test_a_portrait_beyond_32_kilobytes_is_read_whole() -> None:
    large = signed_files(ISSUER, {File.DG1: dg1(zone()), File.DG2: dg2(face_record(bytes(range(256)) * 150))})
    assert read(a_chip(large)).files[File.DG2] == large[File.DG2]


def test_answers_that_come_in_pieces_are_put_together() -> None:
    chip = proving_chip(longest_answer=20)
    assert authenticity(read(chip)) is ChipAuthenticity.GENUINE


@pytest.mark.parametrize("noise", [b"", b"\x6f\x00", bytes(40) + b"\x90\x00"], ids=["nothing", "6F00", "zeros"])
@pytest.mark.parametrize(
    ("pace", "starts"), [((), range(1, 16)), (((PACE_AES_128, 13),), range(4, 9))], ids=["bac", "pace"]
)
def test_a_chip_that_says_nonsense_from_some_point_on_is_an_agreed_error(
    noise: bytes, pace: tuple[tuple[str, int], ...], starts: range
) -> None:
    for start in starts:
        chip = a_chip(pace=pace, lie=_noise_from(start, noise))
        with pytest.raises(MusterError):
            read(chip)
        assert len(chip.commands) < 60


def _noise_from(start: int, noise: bytes) -> Callable[[int, bytes], bytes]:
    return lambda count, answer: noise if count >= start else answer


def test_a_chip_that_gives_its_answer_octet_by_octet_is_not_followed_for_ever() -> None:
    chip = a_chip(lie=lambda count, answer: b"\0\x61\x01")
    with pytest.raises(BadInput, match="CHIP_ANSWER_UNUSABLE"):
        read(chip)
    assert 256 <= len(chip.commands) < 300


def test_who_reads_can_stop_in_the_middle_of_an_answer() -> None:
    cancel = Event()
    chip = a_chip(lie=lambda count, answer: (cancel.set() if count == 10 else None) or b"\0\x61\x01")
    with pytest.raises(Cancelled):
        read(chip, cancel=cancel)
    assert len(chip.commands) == 10


def test_who_reads_can_stop() -> None:
    cancel = Event()
    chip = a_chip(lie=lambda count, answer: (cancel.set() if count == 10 else None) or answer)
    with pytest.raises(Cancelled):
        read(chip, cancel=cancel)
    assert len(chip.commands) == 10


def test_what_is_read_now_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    read_chip(a_chip(), KEY, AUTHORITIES, NOW, Event(), on_file=lambda *each: told.append(each))
    assert told == [("EF.SOD", 1, 1), ("DG1", 1, 2), ("DG2", 2, 2)]
