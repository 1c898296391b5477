"""PACE: the worked example of ICAO Doc 9303-11, appendix G.1, and OpenPACE as the chip."""

from __future__ import annotations

import pytest

from muster.crypto.bac import seed_of
from muster.crypto.chip_session import Suite
from muster.crypto.curve_points import Point, decode, encode, of_generator, product, total
from muster.crypto.curves import CURVES, with_numbers
from muster.crypto.pace import PaceOption, PaceTerminal, best_option
from muster.errors import NotAuthentic
from simulators.openpace import OpenPaceChip
from simulators.passport_issuer import number, security_info, security_infos

GM = "0.4.0.127.0.7.2.2.4.2."
EXAMPLE = PaceOption(GM + "2", Suite.AES_128, 13)
CHIP_MAPS = bytes.fromhex(
    "04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
    "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54"
)
CHIP_KEY = bytes.fromhex(
    "049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB"
    "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094"
)


def terminal() -> PaceTerminal:
    drawn = (
        0x7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99,
        0xA73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595,
    )
    made = PaceTerminal(EXAMPLE, seed_of("T22000129364081251010318"), drawn)
    made.decrypt_nonce(bytes.fromhex("95A3A016522EE98D01E76CB6B98B42C3"))
    return made


def test_every_message_of_the_example_is_said_as_it_stands_there() -> None:
    station = terminal()
    assert station.mapping_key() == bytes.fromhex(
        "047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
        "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D"
    )
    station.map_generator(CHIP_MAPS)
    assert station.public_key() == bytes.fromhex(
        "042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C"
        "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462"
    )
    station.agree(CHIP_KEY)
    assert station.token() == bytes.fromhex("C2B0BD78D94BA866")
    session = station.accept(bytes.fromhex("3ABB9674BCE93C08"))
    known = Suite.AES_128.cipher(
        bytes.fromhex("F5F0E35C0D7161EE6724EE513A0D9A7F"), bytes.fromhex("FE251C7858B356B24514B3BD5F4297D1")
    )
    assert session.encrypt(bytes(16), bytes(16)) == known.encrypt(bytes(16), bytes(16))
    assert session.token(b"x") == known.token(b"x")


@pytest.mark.parametrize("token", ["", "3ABB9674BCE93C09", "C2B0BD78D94BA866"])
def test_another_token_is_refused_that_of_the_station_itself_included(token: str) -> None:
    station = terminal()
    station.map_generator(CHIP_MAPS)
    station.public_key()
    station.agree(CHIP_KEY)
    with pytest.raises(NotAuthentic, match="CHIP_ANSWER_FORGED"):
        station.accept(bytes.fromhex(token))


def test_a_chip_that_sends_the_stations_own_mapping_back_is_refused() -> None:
    station = terminal()
    with pytest.raises(NotAuthentic, match="CHIP_KEY_UNUSABLE"):
        station.map_generator(station.mapping_key())


@pytest.mark.parametrize("is_negative", [False, True])
def test_a_chip_that_sends_the_stations_own_key_back_is_refused(is_negative: bool) -> None:
    station = terminal()
    station.map_generator(CHIP_MAPS)
    own = decode(CURVES[13], station.public_key())
    sent = Point(own.x, CURVES[13].prime - own.y) if is_negative else own
    with pytest.raises(NotAuthentic, match="CHIP_KEY_UNUSABLE"):
        station.agree(encode(CURVES[13], sent))


@pytest.mark.parametrize("content", [b"", b"\x00", CHIP_KEY[:-1], CHIP_KEY[:-1] + b"\0", b"\x04" + bytes(64)])
def test_what_is_no_point_of_the_curve_is_refused(content: bytes) -> None:
    with pytest.raises(NotAuthentic, match="CHIP_KEY_UNUSABLE"):
        terminal().map_generator(content)


@pytest.mark.parametrize("nonce", [b"", bytes(15)])
def test_a_nonce_that_is_no_whole_block_is_refused(nonce: bytes) -> None:
    with pytest.raises(NotAuthentic):
        PaceTerminal(EXAMPLE, b"123456").decrypt_nonce(nonce)


def test_the_strongest_way_that_is_spoken_is_chosen() -> None:
    offers = [
        ("0.4.0.127.0.7.2.2.4.1.4", (2, 0)),  # Diffie-Hellman
        ("0.4.0.127.0.7.2.2.4.4.4", (2, 13)),  # integrated mapping
        (GM + "1", (2, 18)),
        (GM + "4", (2, 12)),
        (GM + "4", (2, 9)),  # a curve that is not known
        (GM + "4", (1, 18)),  # another version
        (GM + "4", (2,)),
        (GM + "9", (2, 12)),
    ]
    assert best_option(offers) == PaceOption(GM + "4", Suite.AES_256, 12)
    assert best_option(offers[:2]) is None


@pytest.mark.parametrize("last", ["1", "2", "3", "4"])
@pytest.mark.parametrize("parameters", [12, 13, 18])
def test_openpace_and_this_station_accept_each_other(last: str, parameters: int) -> None:
    assert both_accept(last, parameters, b"123456", b"123456", is_zone=False) == (True, True)


def test_openpace_opens_with_the_zone_as_well() -> None:
    zone = seed_of("T22000129364081251010318")
    assert both_accept("2", 13, zone, zone, is_zone=True) == (True, True)


def test_openpace_and_this_station_refuse_each_other_over_a_wrong_password() -> None:
    assert both_accept("2", 13, b"123456", b"123457", is_zone=False) == (False, False)


def both_accept(last: str, parameters: int, chips: bytes, stations: bytes, *, is_zone: bool) -> tuple[bool, bool]:
    """Whether the chip accepts the station's token, and the station the chip's."""
    offer = security_infos(security_info(GM + last, number(2), number(parameters)))
    chip = OpenPaceChip(offer, chips, is_zone=is_zone)
    option = best_option([(GM + last, (2, parameters))])
    assert option is not None
    station = PaceTerminal(option, stations)
    station.decrypt_nonce(chip.encrypted_nonce())
    station.map_generator(chip.map(station.mapping_key()))
    station.agree(chip.agree(station.public_key()))
    accepted = chip.accepts(station.token())
    try:
        station.accept(chip.token())
    except NotAuthentic:
        return accepted, False
    return accepted, True


@pytest.mark.parametrize("curve", list(CURVES.values()), ids=lambda curve: curve.name)
def test_the_numbers_of_a_curve_are_its_own(curve: object) -> None:
    known = next(each for each in CURVES.values() if each is curve)
    one, two, three = (of_generator(known, scalar) for scalar in (1, 2, 3))
    assert (one.y**2 - one.x**3 - known.a * one.x - known.b) % known.prime == 0
    assert total(known, one, one) == two and total(known, one, two) == three
    assert of_generator(known, known.order - 1) == Point(one.x, known.prime - one.y)
    assert product(known, 5, three) == of_generator(known, 15)
    assert with_numbers(known.prime, known.a, known.b, one, known.order) is known


def test_a_point_and_its_negative_have_no_sum() -> None:
    curve = CURVES[12]
    one = of_generator(curve, 1)
    with pytest.raises(NotAuthentic):
        total(curve, one, Point(one.x, curve.prime - one.y))


def test_a_curve_that_somebody_made_up_is_not_known() -> None:
    curve = CURVES[12]
    assert with_numbers(curve.prime, curve.a, curve.b, of_generator(curve, 2), curve.order) is None
    assert with_numbers(curve.prime, curve.a, curve.b + 1, of_generator(curve, 1), curve.order) is None


@pytest.mark.parametrize("scalar", [1, CURVES[13].order - 1])
def test_a_product_of_which_nobody_can_tell_the_sign_is_refused(scalar: int) -> None:
    """Neither is drawn."""
    point = of_generator(CURVES[13], 7)
    with pytest.raises(NotAuthentic, match="CHIP_KEY_UNUSABLE"):
        product(CURVES[13], scalar, point)
