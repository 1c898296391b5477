"""One-time codes: a real mail server and a gateway for text messages on loopback, and authenticators."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pyotp
import pytest

from muster.crypto.keyed_hash import KeyedHash
from muster.crypto.sealing import Sealer
from muster.domain.proofing import Identifier, UserInputAction
from muster.errors import BadInput, KeyUnavailable, NetworkUnavailable
from muster.methods.otp import OneTimeCode, method
from muster.methods.otp_channels import Gateway, Message
from muster.methods.tools import MethodTools
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work
from simulators.mail_server import Mailbox, mail_server
from unit.proofing.graphs import definitions
from unit.proofing.graphs import method as node

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ERIKA = "erika@mustermann.example"
EMAIL = {"_type": "OtpMethodDefinition", "id": "m", "type": "otp", "channel": "email", "maxAttempts": 3}
SMS = {**EMAIL, "channel": "sms"}
APP = {**EMAIL, "channel": "authenticator_app"}


@pytest.fixture(scope="module")
def _mail_server() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as there:
        yield there


@pytest.fixture
def mail(_mail_server: tuple[Mailbox, str]) -> tuple[Mailbox, str]:
    box, url = _mail_server
    box.mails.clear()
    box.says = "250 OK"
    return box, url


def _otp(is_new: Callable[[str, int], bool] = lambda digest, step: True) -> OneTimeCode:
    sealer, hashed = Sealer(b"k" * 32, "test"), KeyedHash(b"k" * 32, "test")
    return method(
        MethodTools(
            lambda _: False,
            lambda: None,
            digest=hashed.of,
            seal=lambda text: sealer.seal(text.encode(), "").hex(),
            unseal=lambda text: sealer.open(bytes.fromhex(text), "").decode(),
            is_new_code=is_new,
        )
    )


def _work(definition: dict[str, Any], url: str = "", **inputs: str) -> Work:
    read = definitions(node("a"), [definition]).methods[0]
    return Work("e", "a", 1, read, inputs, {}, "ref", NOON, {f"idv.otp.{definition['channel']}": url}.__getitem__)


def _next(work: Work, outcome: Outcome, later: float = 0.0) -> Work:
    assert isinstance(outcome, Pending)
    return replace(work, state=outcome.state, now=work.now + timedelta(seconds=later))


def _fields(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Pending)
    assert isinstance(outcome.action, UserInputAction)
    return [each.id for each in outcome.action.fields]


def _code(outcome: Outcome) -> str:
    assert isinstance(outcome, NotDone)
    return outcome.code.name


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_out_of_the_mail_proves_who_owns_the_address(mail: tuple[Mailbox, str]) -> None:
    box, url = mail
    work = _work(EMAIL, url, email=ERIKA)
    asked = _otp().dispatch(work)
    assert (box.mails[0]["To"], box.mails[0]["From"]) == (ERIKA, "muster@example.org")
    done = _otp().submit(_next(work, asked), {"code": f" {box.code()[:3]} {box.code()[3:]} "})
    assert isinstance(done, Done)
    assert done.identifiers == (Identifier("EMAIL", ERIKA),)
    assert (done.attributes, done.amr) == ({"contact.email": ERIKA}, ("otp",))


def test_neither_code_nor_address_can_be_read_out_of_what_is_remembered_or_shown(
    mail: tuple[Mailbox, str],
) -> None:
    box, url = mail
    asked = _otp().dispatch(_work(EMAIL, url, email=ERIKA))
    assert ERIKA not in str(asked)
    assert box.code() not in str(asked)
    assert "e•••@mustermann.example" in str(asked)


def test_a_person_without_a_bound_address_is_asked_for_one(mail: tuple[Mailbox, str]) -> None:
    box, url = mail
    work = _work(EMAIL, url)
    asked = _otp().dispatch(work)
    assert _fields(asked) == ["address"]
    assert _code(_otp().submit(_next(work, asked), {"address": "erika"})) == "ADDRESS_NOT_EMAIL"
    asked = _otp().submit(_next(work, asked), {"address": ERIKA})
    assert isinstance(_otp().submit(_next(work, asked), {"code": box.code()}), Done)


def test_after_the_last_wrong_code_the_right_one_counts_no_more(mail: tuple[Mailbox, str]) -> None:
    box, url = mail
    work = _work(EMAIL, url, email=ERIKA)
    asked = _otp().dispatch(work)
    for _ in range(2):
        asked = _otp().submit(_next(work, asked), {"code": _other(box.code())})
        assert "That was not it" in str(asked)
    over = _otp().submit(_next(work, asked), {"code": _other(box.code())})
    assert isinstance(over, NotDone)
    assert (over.code.name, over.retryable) == ("OTP_WRONG_TOO_OFTEN", True)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "12345a", "\0"])
def test_what_is_no_code_is_a_wrong_one(mail: tuple[Mailbox, str], code: str) -> None:
    work = _work(EMAIL, mail[1], email=ERIKA)
    assert "That was not it" in str(_otp().submit(_next(work, _otp().dispatch(work)), {"code": code}))


@pytest.mark.parametrize("later", [301, -301])
def test_a_code_counts_for_its_time_and_a_clock_put_back_makes_it_no_longer(
    mail: tuple[Mailbox, str], later: float
) -> None:
    work = _work(EMAIL, mail[1], email=ERIKA)
    late = _otp().submit(_next(work, _otp().dispatch(work), later), {"code": mail[0].code()})
    assert _code(late) == "OTP_EXPIRED"


def test_a_code_of_one_execution_or_attempt_counts_in_no_other(mail: tuple[Mailbox, str]) -> None:
    work = _work(EMAIL, mail[1], email=ERIKA)
    asked = _next(work, _otp().dispatch(work))
    for other in (replace(asked, execution_id="f"), replace(asked, node="b"), replace(asked, attempt=2)):
        assert "That was not it" in str(_otp().submit(other, {"code": mail[0].code()}))


def test_a_code_sent_again_takes_the_place_of_the_one_before(mail: tuple[Mailbox, str]) -> None:
    box, url = mail
    work = _work(EMAIL, url, email=ERIKA)
    first = _otp().dispatch(work)
    old = box.code()
    second = _otp().submit(_next(work, first, 31), {"again": "yes"})
    assert len(box.mails) == 2
    if old != box.code():
        assert "That was not it" in str(_otp().submit(_next(work, second, 32), {"code": old}))
    assert isinstance(_otp().submit(_next(work, second, 32), {"code": box.code()}), Done)


def test_a_code_is_not_sent_again_at_once_nor_for_ever(mail: tuple[Mailbox, str]) -> None:
    box, url = mail
    work = _work(EMAIL, url, email=ERIKA)
    asked = _otp().submit(_next(work, _otp().dispatch(work), 5), {"again": "true"})
    assert len(box.mails) == 1
    for count in (1, 2):
        asked = _otp().submit(_next(work, asked, 40 * count), {"again": "true"})
    assert len(box.mails) == 3
    assert _code(_otp().submit(_next(work, asked, 120), {"again": "true"})) == "OTP_SENT_TOO_OFTEN"


def test_what_another_station_remembered_is_forgotten_here(mail: tuple[Mailbox, str]) -> None:
    work = _work(EMAIL, mail[1], email=ERIKA)
    asked = _otp().dispatch(work)
    assert isinstance(asked, Pending)
    spoilt = replace(work, state={"kept": asked.state["kept"][:-2] + "00"})
    assert _code(_otp().submit(spoilt, {"code": mail[0].code()})) == "OTP_FORGOTTEN"
    assert _code(_otp().submit(work, {"code": "123456"})) == "OTP_FORGOTTEN"


_SAID = (("fra", "valable"), ("ara", "صالح"), ("hin", "मान्य"), ("amh", "ያገለግላል"), ("xyz", "counts"))


def test_the_message_is_in_the_persons_language(mail: tuple[Mailbox, str]) -> None:
    for language, word in _SAID:
        _otp().dispatch(_work(EMAIL, mail[1], email=ERIKA, language=language))
        assert word in mail[0].mails[-1].get_content()


def test_a_mail_server_that_refuses_the_address_is_a_step_to_be_tried_otherwise(mail: tuple[Mailbox, str]) -> None:
    box, url = mail
    box.says = f"550 no such person as {ERIKA}"
    refused = _otp().dispatch(_work(EMAIL, url, email=ERIKA))
    assert isinstance(refused, NotDone)
    assert (refused.code.name, refused.retryable) == ("MESSAGE_REFUSED", True)


def test_without_a_network_nothing_happened(mail: tuple[Mailbox, str]) -> None:
    with pytest.raises(NetworkUnavailable):
        _otp().dispatch(_work(EMAIL, "smtp://127.0.0.1:1?from=muster@example.org", email=ERIKA))


@pytest.mark.parametrize(
    ("password", "code"), [("wrong", "GATEWAY_SETTINGS_WRONG"), ("p%40ss", "")], ids=["wrong", "right"]
)
def test_a_wrong_password_is_the_administrators_business(
    mail: tuple[Mailbox, str], password: str, code: str
) -> None:
    url = mail[1].replace("p%40ss", password)
    if code:
        with pytest.raises(KeyUnavailable) as caught:
            _otp().dispatch(_work(EMAIL, url, email=ERIKA))
        assert (caught.value.code.name, password in str(caught.value)) == (code, False)
    else:
        assert _fields(_otp().dispatch(_work(EMAIL, url, email=ERIKA))) == ["code", "again"]


def test_nothing_is_sent_to_another_machine_without_tls(
    mail: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.formats.web_address._LOOPBACK", frozenset())
    with pytest.raises(KeyUnavailable) as caught:
        _otp().dispatch(_work(EMAIL, mail[1], email=ERIKA))
    assert caught.value.code.name == "GATEWAY_NOT_SECURE"
    assert mail[0].mails == []


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "https://mail.example.org", "smtp://", "smtp://h:99999?from=a@b.c", "smtp://h"]
)
def test_settings_that_name_no_mail_server_are_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        Gateway.of("email", url)
    assert caught.value.code.name == "GATEWAY_SETTINGS_WRONG"


NO_ADDRESSES = [
    "", "erika", "@b.example", "e@", "e@b", "e@b.example\nBcc: m@c.example", "é@b.example", "a b@c.example",
    "<e@b.example>", '"e@evil.example,minister"@b.example', '"e"@b.example', "e(m@evil.example,)@b.example",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_told_before_anything_is_sent(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        Gateway.of("email", "smtp://h?from=a@b.example").read(text)
    assert caught.value.code.name == "ADDRESS_NOT_EMAIL"


def test_a_message_goes_to_one_address_even_where_two_stand(mail: tuple[Mailbox, str]) -> None:
    box, url = mail
    Gateway.of("email", url).send("e@evil.example,minister@b.example", Message("s", "t"))
    assert len(box.recipients) == 1


# --- text messages ---------------------------------------------------------------------------------------


@dataclass
class SmsGateway:
    url: str
    status: int = 202
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def sms() -> Iterator[SmsGateway]:
    gateway = SmsGateway("")

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            gateway.asked.append((self.headers.get("Authorization", ""), body))
            self.send_response(gateway.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    gateway.url = f"http://t0ken@127.0.0.1:{server.server_port}/messages?from=MUSTER&region=ma"
    yield gateway
    server.shutdown()
    server.server_close()


def test_a_text_message_goes_to_the_number_in_its_international_form(sms: SmsGateway) -> None:
    work = _work(SMS, sms.url, phone="0612 345678")
    asked = _otp().dispatch(work)
    ((authorization, body),) = sms.asked
    assert (authorization, body["to"], body["from"]) == ("Bearer t0ken", "+212612345678", "MUSTER")
    assert "•••78" in str(asked)
    code = re.search(r"\d{6}", body["text"])
    assert code is not None
    done = _otp().submit(_next(work, asked), {"code": code[0]})
    assert isinstance(done, Done)
    assert done.identifiers == (Identifier("PHONE", "+212612345678"),)


@pytest.mark.parametrize("number", ["", "12", "not a number", "+999999999999999999"])
def test_what_is_no_phone_number_is_told(sms: SmsGateway, number: str) -> None:
    work = _work(SMS, sms.url)
    assert _code(_otp().submit(_next(work, _otp().dispatch(work)), {"address": number})) == "ADDRESS_NOT_PHONE"
    assert sms.asked == []


@pytest.mark.parametrize(
    ("status", "error"), [(401, KeyUnavailable), (503, NetworkUnavailable), (429, NetworkUnavailable)]
)
def test_a_gateway_that_cannot_send_leaves_everything_as_it_was(
    sms: SmsGateway, status: int, error: type[Exception]
) -> None:
    sms.status = status
    with pytest.raises(error):
        _otp().dispatch(_work(SMS, sms.url, phone="0612345678"))


def test_a_gateway_that_refuses_the_number_is_a_step_to_be_tried_otherwise(sms: SmsGateway) -> None:
    sms.status = 400
    assert _code(_otp().dispatch(_work(SMS, sms.url, phone="0612345678"))) == "MESSAGE_REFUSED"


# --- authenticators --------------------------------------------------------------------------------------

SECRET = pyotp.random_base32()


def _shown(later: float = 0.0) -> str:
    """What an authenticator that holds the secret shows."""
    return pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=later))


@pytest.mark.parametrize("later", [-30, 0, 30])
def test_the_code_an_authenticator_shows_or_showed_just_now_counts(later: float) -> None:
    work = _work(APP, totpSecret=SECRET)
    done = _otp().submit(_next(work, _otp().dispatch(work)), {"code": _shown(later)})
    assert isinstance(done, Done)


@pytest.mark.parametrize(
    "written",
    [
        "JBSWY3DPEHPK3PXPJBSWY3DPEE======",
        "JBSWY3DPEHPK3PXPJBSWY3DPEE",
        "jbsw y3dp ehpk 3pxp jbsw y3dp ee",
        "JBSW-Y3DP-EHPK-3PXP-JBSW-Y3DP-EE",
    ],
)
def test_a_secret_counts_with_its_padding_or_without_in_groups_or_in_one(written: str) -> None:
    work = _work(APP, totpSecret=written)
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEE======").at(NOON)
    assert isinstance(_otp().submit(_next(work, _otp().dispatch(work)), {"code": code}), Done)


def test_a_code_that_was_given_before_is_a_wrong_one_and_the_secret_is_told_to_nobody() -> None:
    given: list[tuple[str, int]] = []

    def is_new(digest: str, step: int) -> bool:
        given.append((digest, step))
        return len(given) == 1

    work = _work(APP, totpSecret=SECRET)
    asked = _otp().dispatch(work)
    assert isinstance(_otp(is_new).submit(_next(work, asked), {"code": _shown()}), Done)
    assert "That was not it" in str(_otp(is_new).submit(_next(work, asked), {"code": _shown()}))
    assert given == [(given[0][0], int(NOON.timestamp()) // 30)] * 2
    assert not {SECRET.lower(), base64.b32decode(SECRET).hex()} & {given[0][0].lower()}


def test_an_authenticator_has_as_many_tries_as_a_message() -> None:
    work = _work(APP, totpSecret=SECRET)
    asked = _otp().dispatch(work)
    for _ in range(2):
        asked = _otp().submit(_next(work, asked), {"code": _other(_shown())})
    assert _code(_otp().submit(_next(work, asked), {"code": _other(_shown())})) == "OTP_WRONG_TOO_OFTEN"


@pytest.mark.parametrize("secret", ["", " - ", "====", "A", "not base32!", "JBSWY3DPEHPK3PXP"])
def test_a_person_whose_authenticator_is_not_known_takes_another_way(secret: str) -> None:
    work = _work(APP, totpSecret=secret)
    assert _code(_otp().dispatch(work)) == "OTP_SECRET_UNBOUND"
    assert _code(_otp().submit(work, {"code": "123456"})) == "OTP_SECRET_UNBOUND"
