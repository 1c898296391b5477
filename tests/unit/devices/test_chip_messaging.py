"""Secure messaging: the worked example of ICAO Doc 9303-11, appendix D.4."""

from __future__ import annotations

from threading import Event

import pytest

from muster.crypto.chip_session import Suite
from muster.devices.chip_exchange import exchange
from muster.devices.chip_messaging import SecureMessaging
from muster.errors import BadInput, NotAuthentic
from muster.formats.iso7816 import Answer, Command

SELECT = Command(0, 0xA4, 0x02, 0x0C, bytes.fromhex("011E"))


def session() -> SecureMessaging:
    cipher = Suite.TRIPLE_DES.cipher(
        bytes.fromhex("979EC13B1CBFE9DCD01AB0FED307EAE5"), bytes.fromhex("F1CB1F1FB5ADF208806B89DC579DC1F8")
    )
    return SecureMessaging(cipher, 0x887022120C06C226)


def answer(content: str) -> Answer:
    return Answer.parse(bytes.fromhex(content))


def test_the_whole_conversation_of_the_example_is_said_and_understood() -> None:
    messaging = session()
    said = messaging.protect(SELECT).encode()
    assert said == bytes.fromhex("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800")
    assert messaging.unprotect(answer("990290008E08FA855A5D4C50A8ED9000")) == Answer(b"", 0x9000)
    said = messaging.protect(Command(0, 0xB0, 0, 0, expected=4)).encode()
    assert said == bytes.fromhex("0CB000000D9701048E08ED6705417E96BA5500")
    found = messaging.unprotect(answer("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"))
    assert found == Answer(bytes.fromhex("60145F01"), 0x9000)
    said = messaging.protect(Command(0, 0xB0, 0, 4, expected=18)).encode()
    assert said == bytes.fromhex("0CB000040D9701128E082EA28A70F3C7B53500")
    found = messaging.unprotect(
        answer("871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000")
    )
    assert found == Answer(bytes.fromhex("04303130365F36063034303030305C026175"), 0x9000)


@pytest.mark.parametrize(
    "content",
    [
        "990290008E08FA855A5D4C50A8EC9000",  # another MAC
        "990262828E08FA855A5D4C50A8ED9000",  # another status
        "990290009000",  # no MAC
        "8E08FA855A5D4C50A8ED9000",  # no status
        "990290008E08FA855A5D4C50A8ED8700" + "9000",  # something behind the MAC
        "990290008E08FA855A5D4C50A8ED81009000",  # something that says nothing
        "990290008E07FA855A5D4C50A89000",
        "99039000",
        "6A82",  # said without protection
        "9000",
    ],
)
def test_an_answer_that_is_not_protected_by_the_session_ends_it(content: str) -> None:
    messaging = session()
    messaging.protect(SELECT)
    with pytest.raises(NotAuthentic, match="CHIP_ANSWER_FORGED"):
        messaging.unprotect(answer(content))
    with pytest.raises(NotAuthentic):
        messaging.protect(SELECT)


def test_an_answer_cannot_be_said_twice() -> None:
    messaging = session()
    right = answer("990290008E08FA855A5D4C50A8ED9000")
    messaging.protect(SELECT)
    messaging.unprotect(right)
    messaging.protect(SELECT)
    with pytest.raises(NotAuthentic):
        messaging.unprotect(right)


class Scripted:
    """Answers in this order, the last one for ever."""

    def __init__(self, *answers: str) -> None:
        self._answers = [bytes.fromhex(each) for each in answers]
        self.commands: list[bytes] = []

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def test_the_rest_of_an_answer_is_fetched() -> None:
    reader = Scripted("AAAA6102", "BBBB9000")
    assert exchange(reader, SELECT, Event()) == Answer(bytes.fromhex("AAAABBBB"), 0x9000)
    assert reader.commands[1] == bytes.fromhex("00C0000002")


def test_a_chip_that_wants_another_length_is_asked_for_it_once() -> None:
    reader = Scripted("6C05", "0102030405" + "9000")
    assert exchange(reader, Command(0, 0xB0, 0, 0, expected=256), Event()).data == bytes.fromhex("0102030405")
    assert reader.commands[1] == bytes.fromhex("00B0000005")
    assert exchange(Scripted("6C05"), SELECT, Event()).status == 0x6C05


@pytest.mark.parametrize("content", ["6100", "AA" * 255 + "61FF"])
def test_an_answer_without_end_is_not_waited_for(content: str) -> None:
    reader = Scripted(content)
    with pytest.raises(BadInput, match="CHIP_ANSWER_UNUSABLE"):
        exchange(reader, SELECT, Event())
    assert len(reader.commands) < 300


def test_an_answer_without_a_status_cannot_be_used() -> None:
    with pytest.raises(BadInput, match="CHIP_ANSWER_UNUSABLE"):
        exchange(Scripted("90"), SELECT, Event())
