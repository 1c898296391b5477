"""Bringing a code to a person: by e-mail, or by text message through a gateway.

Where to is one secret of the deployment, a URL, since it holds the password as well:

- ``smtps://user:password@mail.example.org?from=muster@example.org``: TLS from the first octet; ``smtp://`` begins
  it with STARTTLS (RFC 3207) and goes no further without, unless the other side is this machine.
- ``https://token@sms.example.org/messages?from=MUSTER&region=MA``: a POST of ``{"to", "text", "from"}`` with the
  number as E.164 has it; a token goes as ``Bearer``, a user with a password as ``Basic``. ``region`` is where
  numbers are from that have no country code.

Nothing of an address or a code reaches a log or an exception's text.
"""

from __future__ import annotations

import base64
import json
import smtplib
import ssl
from contextlib import ExitStack, closing
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from muster.errors import BadInput, Code, KeyUnavailable, NetworkUnavailable
from muster.formats.web_address import is_loopback
from muster.methods.web import PROVIDER_UNREACHABLE, ask

Channel = Literal["email", "sms"]

ADDRESS_NOT_EMAIL = Code("ADDRESS_NOT_EMAIL", "This is not an e-mail address. Correct it.")
ADDRESS_NOT_PHONE = Code(
    "ADDRESS_NOT_PHONE", "This is not a phone number. Begin with + and the country, as in +212 600 000000."
)
MESSAGE_REFUSED = Code(
    "MESSAGE_REFUSED", "The message with the code was not taken. Check the address, or take another way."
)
GATEWAY_SETTINGS_WRONG = Code(
    "GATEWAY_SETTINGS_WRONG",
    "What this station knows about sending messages cannot be used. Tell your administrator.",
)
GATEWAY_NOT_SECURE = Code(
    "GATEWAY_NOT_SECURE",
    "The mail server offers no secure connection, so no code was sent. Tell your administrator.",
)

_TIMEOUT_S = 15.0
_PORTS = {"smtp": 587, "smtps": 465}
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3


@dataclass(frozen=True, slots=True)
class Message:
    """``subject`` is for mail only."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Gateway:
    """One way out, as its URL says. Never shown: it holds a password."""

    channel: Channel
    url: SplitResult

    @classmethod
    def of(cls, channel: Channel, text: str) -> Gateway:
        """Raises ``KeyUnavailable(GATEWAY_SETTINGS_WRONG)``."""
        try:
            url = urlsplit(text.strip())
            host, _ = url.hostname, url.port
        except ValueError:
            raise KeyUnavailable(GATEWAY_SETTINGS_WRONG) from None
        schemes = {"email": ("smtp", "smtps"), "sms": ("https", "http")}[channel]
        if url.scheme not in schemes or not host or (channel == "email" and not cls(channel, url)._said("from")):
            raise KeyUnavailable(GATEWAY_SETTINGS_WRONG)
        return cls(channel, url)

    def read(self, address: str) -> str:
        """``address`` in its one form. Raises ``BadInput(ADDRESS_NOT_EMAIL | ADDRESS_NOT_PHONE)``."""
        return _email(address) if self.channel == "email" else _phone(address, self._said("region"))

    def send(self, address: str, message: Message) -> None:
        """Raises ``NetworkUnavailable``, ``KeyUnavailable`` (the settings), ``BadInput`` (refused)."""
        if self.channel == "email":
            self._mail(address, message)
        else:
            self._text(address, message)

    def _mail(self, address: str, message: Message) -> None:
        mail = EmailMessage()
        try:
            mail["From"], mail["To"] = self._said("from"), address
        except (MessageError, ValueError):
            raise KeyUnavailable(GATEWAY_SETTINGS_WRONG) from None
        mail["Subject"] = message.subject
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers
        mail.set_content(message.text)
        try:
            with closing(self._connected()) as server:
                if self.url.username:
                    server.login(unquote(self.url.username), unquote(self.url.password or ""))
                server.send_message(mail, to_addrs=[address])
        except smtplib.SMTPAuthenticationError:
            raise KeyUnavailable(GATEWAY_SETTINGS_WRONG) from None
        except smtplib.SMTPNotSupportedError:
            raise KeyUnavailable(GATEWAY_NOT_SECURE) from None
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused):
            raise BadInput(MESSAGE_REFUSED) from None  # the server's own words quote the address
        except ssl.SSLError:
            raise KeyUnavailable(GATEWAY_NOT_SECURE) from None
        except (OSError, smtplib.SMTPException):
            raise NetworkUnavailable(PROVIDER_UNREACHABLE) from None

    def _connected(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "", self.url.port or _PORTS[self.url.scheme]
        if self.url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
        if not is_loopback(self.url.geturl()):
            with ExitStack() as stack:
                stack.callback(server.close)
                server.starttls(context=ssl.create_default_context())
                stack.pop_all()
        return server

    def _text(self, number: str, message: Message) -> None:
        url = self.url._replace(netloc=self.url.netloc.rpartition("@")[2], query="").geturl()
        body = {"to": number, "text": message.text, "from": self._said("from")}
        headers = {"Content-Type": "application/json", **self._authorization()}
        try:
            status = ask("POST", url, headers=headers, body=json.dumps(body).encode()).status
        except BadInput:
            raise KeyUnavailable(GATEWAY_SETTINGS_WRONG) from None
        if status in (401, 403, 404, 405):
            raise KeyUnavailable(GATEWAY_SETTINGS_WRONG)
        if status >= 500 or status == 429:
            raise NetworkUnavailable(PROVIDER_UNREACHABLE)
        if not 200 <= status < 300:
            raise BadInput(MESSAGE_REFUSED)

    def _authorization(self) -> dict[str, str]:
        user, password = unquote(self.url.username or ""), self.url.password
        if password is not None:
            pair = base64.b64encode(f"{user}:{unquote(password)}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {"Authorization": f"Bearer {user}"} if user else {}

    def _said(self, name: str) -> str:
        return parse_qs(self.url.query).get(name, [""])[0]


def masked(channel: Channel, address: str) -> str:
    """As much as its owner needs to know it by."""
    if channel == "sms":
        return f"•••{address[-2:]}"
    name, _, host = address.rpartition("@")
    return f"{name[:1]}•••@{host}"


def _email(text: str) -> str:
    text = text.strip()
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):  # IndexError: the parser's own, of a text that ends too soon
        raise BadInput(ADDRESS_NOT_EMAIL) from None
    whole = address.username and address.domain and text.isascii() and text.isprintable()
    # Without its quotes and comments an address may be two: "a@b.example,c"@d.example.
    is_plain = f"{address.username}@{address.domain}" == text
    if not (whole and is_plain) or len(text) > _LONGEST_ADDRESS or "." not in address.domain.strip("."):
        raise BadInput(ADDRESS_NOT_EMAIL)
    return f"{address.username}@{address.domain.lower()}"


def _phone(text: str, region: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        raise BadInput(ADDRESS_NOT_PHONE) from None
    if not phonenumbers.is_possible_number(number):
        raise BadInput(ADDRESS_NOT_PHONE)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
