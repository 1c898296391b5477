"""Where wallets come to the station, over the loopback interface: what is fetched there, and what is brought."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import httpx2
import pytest

from muster.errors import Refused, Unavailable
from muster.methods.tools import Door
from muster.workstation.proofing import RETURN_USED
from muster.workstation.wallet_return import WalletReturn
from simulators.wallet_issuers import Party

HERE = Door("127.0.0.1:0")
NOT_TAKEN = {"error": "invalid_request", "error_description": "the presentation was not accepted"}


class Desk:
    """Takes what has an ``answer`` in it, and does not even look at what is ``late``."""

    def __init__(self) -> None:
        self.brought: list[Mapping[str, str]] = []
        self.door = WalletReturn(self._arrived)

    def _arrived(self, data: Mapping[str, str]) -> bool:
        self.brought.append(data)
        if "late" in data:
            raise Refused(RETURN_USED)
        return "answer" in data

    def asks(self, ref: str = "ref") -> str:
        return self.door.address(HERE, ref, lambda base, told: f"{base} {sorted(told.items())}")


@pytest.fixture(scope="module")
def _desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.door.close()


@pytest.fixture
def desk(_desk: Desk) -> Desk:
    _desk.brought.clear()
    return _desk


def _post(url: str, content: bytes) -> httpx2.Response:
    return httpx2.post(url, content=content, trust_env=False)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/request/none"),
        ("POST", "/request/none"),
        ("GET", "/request/"),
        ("GET", "/response/ref"),
        ("GET", "/"),
        ("POST", "/else/ref"),
    ],
)
def test_whoever_comes_for_nothing_that_is_asked_learns_nothing(desk: Desk, verb: str, path: str) -> None:
    answer = httpx2.request(verb, desk.asks() + path, trust_env=False)
    assert (answer.status_code, answer.json()) == (404, NOT_TAKEN)
    assert desk.brought == []


@pytest.mark.parametrize(
    "content",
    [b"a=1&a=2", b"a=%ff", b"\xff", b"&".join(b"a%d=1" % each for each in range(30))],
    ids=["one name twice", "no text", "no octets of a form", "too many names"],
)
def test_what_is_no_form_is_not_brought(desk: Desk, content: bytes) -> None:
    answer = _post(f"{desk.asks()}/response/ref", content)
    assert (answer.status_code, answer.json()) == (400, NOT_TAKEN)
    assert desk.brought == []


@pytest.mark.parametrize(
    "length",
    [b"524289", b"1000000000", b"-1", b"many", b"00000000004000000000", b"0" * 5000],
    ids=["one too many", "a billion", "less than nothing", "no number", "behind noughts", "five thousand noughts"],
)
def test_more_than_anybody_has_to_say_is_not_read(desk: Desk, length: bytes) -> None:
    place = urlsplit(desk.asks())
    with socket.create_connection((place.hostname, place.port), 5) as caller:
        caller.sendall(b"POST /response/ref HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n")
        assert caller.recv(100).split()[1] == b"400"


@pytest.mark.parametrize("content", [b"said=x", b"late=1&answer=1"], ids=["not taken", "not looked at"])
def test_every_answer_that_is_not_taken_is_answered_alike(desk: Desk, content: bytes) -> None:
    answer = _post(f"{desk.asks()}/response/ref", content)
    assert (answer.status_code, answer.json()) == (400, NOT_TAKEN)
    assert len(desk.brought) == 1


def test_whose_answer_it_is_the_address_says_and_not_the_form(desk: Desk) -> None:
    answer = _post(f"{desk.asks()}/response/ref", b"answer=x&state=of-another")
    assert (answer.status_code, answer.json()) == (200, {})
    assert desk.brought == [{"answer": "x", "state": "ref"}]


def test_a_question_is_made_for_whoever_fetches_it_with_what_they_told(desk: Desk) -> None:
    base = desk.asks()
    fetched = _post(f"{base}/request/ref", b"wallet_nonce=n")
    assert (fetched.status_code, fetched.text) == (200, f"{base} [('wallet_nonce', 'n')]")
    assert fetched.headers["content-type"] == "application/oauth-authz-req+jwt"
    assert httpx2.get(f"{base}/request/ref", trust_env=False).text == f"{base} []"


def test_questions_that_were_asked_long_ago_are_not_kept_for_ever(desk: Desk) -> None:
    base = desk.asks("the first")
    for number in range(100):
        desk.asks(f"ref-{number}")
    answers = [httpx2.get(f"{base}/request/{ref}", trust_env=False).status_code for ref in ("the first", "ref-0")]
    assert answers == [404, 200]


def test_a_door_may_speak_tls_and_be_known_by_another_name() -> None:
    station = Party.authority("Network").issuer("Station")
    door, named = (
        Door("127.0.0.1:0", "", station.key_pem + station.pem),
        Door("127.0.0.1:0", "https://s7.example/w/"),
    )
    opened = WalletReturn(lambda _: False)
    try:
        base = opened.address(door, "ref", lambda base, _: base)
        assert base.startswith("https://127.0.0.1:")
        believing = ssl.create_default_context()
        believing.check_hostname, believing.verify_mode = False, ssl.CERT_NONE
        assert httpx2.get(f"{base}/request/ref", verify=believing, trust_env=False).text == base
        assert opened.address(named, "ref", lambda base, _: base) == "https://s7.example/w"
    finally:
        opened.close()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{base}/request/ref", trust_env=False)


@pytest.mark.parametrize(
    "door",
    [Door("127.0.0.1:99999"), Door("127.0.0.1:port"), Door("muster.invalid:0"), Door("127.0.0.1:0", "", "no key")],
    ids=lambda each: each.listen_on + each.tls,
)
def test_where_nobody_can_listen_nothing_is_asked(desk: Desk, door: Door) -> None:
    with pytest.raises(Unavailable) as closed:
        desk.door.address(door, "ref", lambda base, _: base)
    assert closed.value.code.name == "WALLET_DOOR_CLOSED"
