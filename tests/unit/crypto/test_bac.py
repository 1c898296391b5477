"""Basic Access Control and the session it leads to: the worked example of ICAO Doc 9303-11, appendix D."""

from __future__ import annotations

import pytest

from muster.crypto.bac import BacTerminal, seed_of
from muster.crypto.chip_session import Purpose, Suite, pad, unpad
from muster.errors import NotAuthentic

ZONE = "L898902C<369080619406236"
CHALLENGE = bytes.fromhex("4608F91988702212")
ANSWER = bytes.fromhex("46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449")


def terminal(challenge: bytes = CHALLENGE) -> BacTerminal:
    drawn = [bytes.fromhex("781723860C06C226"), bytes.fromhex("0B795240CB7049B01C19B33E32804F0B")]
    return BacTerminal(ZONE, challenge, lambda length: drawn.pop(0))


def test_the_keys_of_the_zone_are_those_of_the_example() -> None:
    seed = seed_of(ZONE)[:16]
    assert seed == bytes.fromhex("239AB9CB282DAF66231DC5A4DF6BFBAE")
    suite = Suite.TRIPLE_DES
    assert suite.derive(seed, Purpose.ENCRYPTION) == bytes.fromhex("AB94FDECF2674FDFB9B391F85D7F76F2")
    assert suite.derive(seed, Purpose.MAC) == bytes.fromhex("7962D9ECE03D1ACD4C76089DCE131543")


def test_what_the_station_says_is_what_the_example_says() -> None:
    assert terminal().command_data() == bytes.fromhex(
        "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7"
    )


def test_the_chips_answer_leads_to_the_session_of_the_example() -> None:
    session = terminal().accept(ANSWER)
    assert session.counter == 0x887022120C06C226
    known = Suite.TRIPLE_DES.cipher(
        bytes.fromhex("979EC13B1CBFE9DCD01AB0FED307EAE5"), bytes.fromhex("F1CB1F1FB5ADF208806B89DC579DC1F8")
    )
    assert session.cipher.encrypt(bytes(16), b"") == known.encrypt(bytes(16), b"")
    assert session.cipher.token(b"x") == known.token(b"x")


@pytest.mark.parametrize("place", [0, 20, 31, 32, 39])
def test_an_answer_with_one_octet_changed_is_refused(place: int) -> None:
    changed = bytearray(ANSWER)
    changed[place] ^= 1
    with pytest.raises(NotAuthentic, match="CHIP_ANSWER_FORGED"):
        terminal().accept(bytes(changed))


@pytest.mark.parametrize("answer", [b"", ANSWER[:-1], ANSWER + b"\0"])
def test_an_answer_of_another_length_is_refused(answer: bytes) -> None:
    with pytest.raises(NotAuthentic):
        terminal().accept(answer)


def test_an_answer_to_another_challenge_is_refused() -> None:
    with pytest.raises(NotAuthentic):
        terminal(bytes(8)).accept(ANSWER)


@pytest.mark.parametrize("length", range(18))
def test_padding_is_taken_off_as_it_was_put_on(length: int) -> None:
    padded = pad(bytes(length), 8)
    assert len(padded) % 8 == 0 and unpad(padded) == bytes(length)


@pytest.mark.parametrize("content", [b"", bytes(8), b"\x01" * 8])
def test_what_is_not_padded_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="padded"):
        unpad(content)


def test_a_session_shows_no_key() -> None:
    assert "cipher" not in repr(terminal().accept(ANSWER))
