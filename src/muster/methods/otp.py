"""A code that only the owner of an address or of an authenticator can know.

By e-mail or text message:

1. The address is what the configuration binds to the node (``email`` or ``phone``), else the person is asked.
2. A code is drawn anew for each message; kept of it is a keyed hash that counts for this attempt of this node.
3. It can be sent again some times, not at once; the code of the message before counts no more.
4. After ``maxAttempts`` wrong codes it counts no more. Whether there is another attempt, the policy says.
5. Address and hash are sealed in what the station remembers; who may look into an execution sees neither.

By an authenticator (TOTP, RFC 6238): the secret is bound to the node (``totpSecret``, base32); nothing is sent. A
code counts once at this station, in whatever execution (section 5.2); the same code once more is a wrong one.

The officer reads nothing of it: the person reads the message and types, or says the code.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from muster.crypto.authenticator import step_of
from muster.domain.proofing import (
    Aal,
    Assurance,
    Eidas,
    FieldType,
    Ial,
    Identifier,
    InputField,
    MethodEvidence,
    Strength,
    UserInputAction,
)
from muster.errors import BadInput, Code, NotAuthentic
from muster.methods.answers import is_yes
from muster.methods.otp_channels import Channel, Gateway, Message, masked
from muster.methods.tools import MethodTools
from muster.proofing.definitions import LANGUAGE, OTP_INPUTS, TOTP_SECRET, OtpMethodDefinition
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work

OTP_WRONG_TOO_OFTEN = Code(
    "OTP_WRONG_TOO_OFTEN", "The code was wrong too often and counts no more. Have another one sent."
)
OTP_EXPIRED = Code("OTP_EXPIRED", "The code was typed too late. Have another one sent.")
OTP_SENT_TOO_OFTEN = Code("OTP_SENT_TOO_OFTEN", "The code was sent as often as is allowed. Take another way.")
OTP_SECRET_UNBOUND = Code(
    "OTP_SECRET_UNBOUND", "This station does not know the person's authenticator. Take another way."
)
OTP_FORGOTTEN = Code("OTP_FORGOTTEN", "What was remembered of the code cannot be read. Have another one sent.")
OTP_NOT_AWAITED = Code("OTP_NOT_AWAITED", "This step waits for a code and for nothing else.")

_GIVES = Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR)
_ADDRESS, _CODE, _AGAIN = "address", "code", "again"
_TYPES: Mapping[Channel, str] = MappingProxyType({"email": "EMAIL", "sms": "PHONE"})
_ASKED: Mapping[Channel, InputField] = MappingProxyType(
    {"email": InputField(_ADDRESS, "E-mail address"), "sms": InputField(_ADDRESS, "Phone number")}
)
_SHORTEST_SECRET = 16  # octets: RFC 4226, section 4, R6
_MOST_SENT = 3
_NOT_BEFORE = timedelta(seconds=30)
# What is said in a message, by the language the configuration binds to the node (``language``, ISO 639-2).
_MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "eng": (
            "Your code",
            "Your code for the registration is {code}. It counts for {minutes} minutes.\n"
            "Type it at the registration desk. Nobody else needs it.",
        ),
        "fra": (
            "Votre code",
            "Votre code pour l'enregistrement est {code}. Il est valable {minutes} minutes.\n"
            "Saisissez-le au guichet d'enregistrement. Personne d'autre n'en a besoin.",
        ),
        "ara": (
            "رمزك",
            "رمزك للتسجيل هو {code}، وهو صالح لمدة {minutes} دقائق.\n"
            "أدخله عند مكتب التسجيل. لا يحتاج إليه أحد غيرك.",
        ),
        "hin": (
            "आपका कोड",
            "पंजीकरण के लिए आपका कोड {code} है। यह {minutes} मिनट तक मान्य है।\n"
            "इसे पंजीकरण डेस्क पर टाइप करें। किसी और को इसकी ज़रूरत नहीं है।",
        ),
        "amh": (
            "ኮድዎ",
            "የምዝገባ ኮድዎ {code} ነው። ለ{minutes} ደቂቃ ያገለግላል።\nበምዝገባ ጠረጴዛው ላይ ይተይቡት። ለሌላ ሰው አያስፈልግም።",
        ),
    }
)


class OneTimeCode:
    type = "otp"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``, ``KeyUnavailable``: nothing was sent, and it can be asked again."""
        channel = _definition(work).channel
        if channel == "authenticator_app":
            return Pending(_asks_for_code("", wrong=0)) if _bound_secret(work) else _NO_SECRET
        address = next((str(work.inputs[name]) for name in OTP_INPUTS[channel] if work.inputs.get(name)), "")
        if not address:
            return Pending(UserInputAction((_ASKED[channel],)))
        return self._sent(work, channel, address, 1)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        channel = _definition(work).channel
        if channel == "authenticator_app":
            return self._of_authenticator(work, fields.get(_CODE, ""))
        if _ADDRESS in fields:
            return self._sent(work, channel, fields[_ADDRESS], 1)
        try:
            kept = json.loads(self._tools.unseal(work.state["kept"]))
        except (NotAuthentic, KeyError, ValueError):  # another station's, or none
            return NotDone(OTP_FORGOTTEN, retryable=True)
        if is_yes(fields.get(_AGAIN)):
            return self._again(work, channel, kept)
        return self._judged(work, channel, kept, fields.get(_CODE, ""))

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        return NotDone(OTP_NOT_AWAITED)

    def poll(self, work: Work) -> Outcome:
        return NotDone(OTP_NOT_AWAITED)

    def cancel(self, work: Work) -> None:
        """A message cannot be taken back."""

    def _sent(self, work: Work, channel: Channel, address: str, count: int) -> Outcome:
        definition = _definition(work)
        reference = definition.gateway_ref.key if definition.gateway_ref else f"idv.otp.{channel}"
        gateway = Gateway.of(channel, work.secret(reference))
        code = "".join(secrets.choice("0123456789") for _ in range(definition.code_length))
        try:
            address = gateway.read(address)
            gateway.send(address, _message(work, code))
        except BadInput as error:
            return NotDone(error.code, retryable=True)
        kept: dict[str, str | int] = {
            "address": address,
            "digest": self._digest(work, code),
            "sent": work.now.isoformat(),
            "count": count,
            "wrong": 0,
        }
        return self._awaits(channel, kept)

    def _again(self, work: Work, channel: Channel, kept: dict[str, str | int]) -> Outcome:
        """The same address, another code. Too soon, what was sent is what counts."""
        if work.now < datetime.fromisoformat(str(kept["sent"])) + _NOT_BEFORE:
            return self._awaits(channel, kept)
        if int(kept["count"]) >= _MOST_SENT:
            return NotDone(OTP_SENT_TOO_OFTEN, retryable=True)
        return self._sent(work, channel, str(kept["address"]), int(kept["count"]) + 1)

    def _judged(self, work: Work, channel: Channel, kept: dict[str, str | int], code: str) -> Outcome:
        definition = _definition(work)
        sent = datetime.fromisoformat(str(kept["sent"]))
        # A clock that was put back does not make a code last longer than it could have been read.
        if abs(work.now - sent) > timedelta(seconds=definition.code_ttl_seconds):
            return NotDone(OTP_EXPIRED, retryable=True)
        if not secrets.compare_digest(self._digest(work, "".join(code.split())), str(kept["digest"])):
            wrong = int(kept["wrong"]) + 1
            if wrong >= definition.max_attempts:
                return NotDone(OTP_WRONG_TOO_OFTEN, retryable=True)
            return self._awaits(channel, {**kept, "wrong": wrong})
        identifier = Identifier(_TYPES[channel], str(kept["address"]))
        evidence = MethodEvidence("station", self.type, work.now, {"channel": channel, "sent": str(kept["count"])})
        name = OTP_INPUTS[channel][1]
        return Done(_GIVES, evidence, (identifier,), {name: identifier.value}, ("otp",))

    def _of_authenticator(self, work: Work, code: str) -> Outcome:
        secret, wrong = _bound_secret(work), int(work.state.get("wrong", "0"))
        if secret is None:
            return _NO_SECRET
        step = step_of(secret, code, work.now) if code.isascii() else None
        if step is None or not self._tools.is_new_code(self._tools.digest("authenticator", secret.hex()), step):
            if wrong + 1 >= _definition(work).max_attempts:
                return NotDone(OTP_WRONG_TOO_OFTEN, retryable=True)
            return Pending(_asks_for_code("", wrong=wrong + 1), {"wrong": str(wrong + 1)})
        evidence = MethodEvidence("station", self.type, work.now, {"channel": "authenticator_app"})
        return Done(_GIVES, evidence, amr=("otp",))

    def _awaits(self, channel: Channel, kept: Mapping[str, str | int]) -> Pending:
        action = _asks_for_code(masked(channel, str(kept["address"])), wrong=int(kept["wrong"]))
        return Pending(action, {"kept": self._tools.seal(json.dumps(kept))})

    def _digest(self, work: Work, code: str) -> str:
        """Of a code of this attempt: what was seen in another one fits nowhere else."""
        return self._tools.digest("one-time code", json.dumps([work.execution_id, work.node, work.attempt, code]))


_NO_SECRET = NotDone(OTP_SECRET_UNBOUND)


def _definition(work: Work) -> OtpMethodDefinition:
    assert isinstance(work.definition, OtpMethodDefinition)
    return work.definition


def _bound_secret(work: Work) -> bytes | None:
    """However it is written: authenticators show it in groups, and addresses (``otpauth``) have it without its
    padding."""
    text = re.sub(r"[\s-]", "", str(work.inputs.get(TOTP_SECRET, ""))).rstrip("=")
    try:
        secret = base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) >= _SHORTEST_SECRET else None


def _asks_for_code(where: str, *, wrong: int) -> UserInputAction:
    """``where`` the code was sent; nowhere, where an authenticator has it."""
    if not where:
        field = InputField(_CODE, "The code of the authenticator", FieldType.CODE)
        again = InputField(_CODE, "That was not it. The code of the authenticator", FieldType.CODE)
        return UserInputAction((again if wrong else field,))
    field = InputField(_CODE, "The code sent to {where}", FieldType.CODE, required=False, where=where)
    again = InputField(
        _CODE, "That was not it. The code sent to {where}", FieldType.CODE, required=False, where=where
    )
    another = InputField(_AGAIN, "Send another code", FieldType.CONSENT, required=False)
    return UserInputAction((again if wrong else field, another))


def _message(work: Work, code: str) -> Message:
    subject, text = _MESSAGES.get(str(work.inputs.get(LANGUAGE, "")), _MESSAGES["eng"])
    minutes = max(1, _definition(work).code_ttl_seconds // 60)
    return Message(subject, text.format(code=code, minutes=minutes))


def method(tools: MethodTools) -> OneTimeCode:
    return OneTimeCode(tools)
