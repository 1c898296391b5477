"""What a service's error numbers mean, and what its answers may get wrong: a sentence each.

The numbers are those of SBI 0.9.5 (section "Error Codes") and those that MOSIP's mock service spread among
vendors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from muster.devices.api import DEVICE_ABSENT, DEVICE_BUSY, DeviceKind
from muster.errors import Code, DeviceUnavailable
from muster.formats.sbi import SbiError

# --- what a service says of itself ---
SBI_NOTHING_SEEN = Code("SBI_NOTHING_SEEN", "The {kind} saw nothing. Place it again and keep still.")
SBI_NOT_USABLE = Code("SBI_NOT_USABLE", "The {kind} could not use what it saw. Clean it and try again.")
SBI_WRONG_WAY_ROUND = Code("SBI_WRONG_WAY_ROUND", "What the {kind} sees is the wrong way round. Place it again.")
SBI_TAMPERED = Code(
    "SBI_TAMPERED", "The {kind} says that somebody has tampered with it. Do not use it and tell your supervisor."
)
SBI_NOT_REGISTERED = Code(
    "SBI_NOT_REGISTERED",
    "The {kind} has no valid certificate of its maker. Connect it to its maker's server, or use another device.",
)
SBI_NOT_READY = Code("SBI_NOT_READY", "The {kind} is not ready yet. Wait a moment and try again.")
SBI_NOT_OFFERED = Code("SBI_NOT_OFFERED", "The {kind} cannot capture what is needed here. Use another device.")
SBI_MAKER_UNREACHABLE = Code(
    "SBI_MAKER_UNREACHABLE", "The {kind} cannot reach its maker's server. Connect this computer to the network."
)
SBI_ORDER_REFUSED = Code(
    "SBI_ORDER_REFUSED", "The {kind} did not understand the order (error {number}). Tell support."
)
SBI_FAULT = Code("SBI_FAULT", "The {kind} reported error {number}. Try again; tell support if it stays.")
SBI_FOR_SIGN_IN_ONLY = Code(
    "SBI_FOR_SIGN_IN_ONLY", "This {kind} is made for authentication and cannot register people. Use another one."
)

# --- what is wrong with its answers ---
SBI_UNSIGNED = Code("SBI_UNSIGNED", "The {kind} did not sign what it answered. Do not use it and tell support.")
SBI_SIGNATURE_WRONG = Code(
    "SBI_SIGNATURE_WRONG", "The signature of the {kind} is wrong. Do not use it and tell your supervisor."
)
SBI_NOT_TRUSTED = Code(
    "SBI_NOT_TRUSTED",
    "Nobody this station believes in vouches for the {kind}. Synchronize with the server, or use another device.",
)
SBI_CHIP_NOT_TRUSTED = Code(
    "SBI_CHIP_NOT_TRUSTED",
    "The {kind} calls itself certified, but nobody this station believes in vouches for its chip. Tell support.",
)
SBI_CERTIFICATE_EXPIRED = Code(
    "SBI_CERTIFICATE_EXPIRED",
    "The certificate of the {kind} has expired. Connect it to its maker's server, or use another device.",
)
SBI_CERTIFICATE_NOT_YET = Code(
    "SBI_CERTIFICATE_NOT_YET",
    "The certificate of the {kind} is not valid yet. Check the date and time of this computer.",
)
SBI_WITHDRAWN = Code("SBI_WITHDRAWN", "The {kind} was withdrawn from use. Put it away and tell your supervisor.")
SBI_CLOCK_OFF = Code(
    "SBI_CLOCK_OFF", "The clock of the {kind} is {minutes} minutes off. Set it, or this computer's, and try again."
)
SBI_ANSWER_INCOMPLETE = Code(
    "SBI_ANSWER_INCOMPLETE", "The answer of the {kind} lacks what is needed ({part}). Tell support."
)
SBI_ANOTHER_DEVICE = Code(
    "SBI_ANOTHER_DEVICE", "Another device answered than the {kind} that was chosen. Look at what is connected."
)
SBI_ANOTHER_CAPTURE = Code(
    "SBI_ANOTHER_CAPTURE", "The {kind} answered with another capture than the one asked for. Try again."
)
SBI_SEEN_BEFORE = Code(
    "SBI_SEEN_BEFORE",
    "The {kind} handed out a picture that it has handed out before. Tell your supervisor if it happens again.",
)
SBI_ANOTHER_PURPOSE = Code("SBI_ANOTHER_PURPOSE", "The {kind} captured for another purpose than registration.")
SBI_ANOTHER_ENVIRONMENT = Code(
    "SBI_ANOTHER_ENVIRONMENT", "The {kind} is set up for another environment than this station. Tell support."
)
SBI_ANOTHER_VERSION = Code(
    "SBI_ANOTHER_VERSION", "The {kind} answered in another version of the interface than it was asked in."
)
SBI_ANOTHER_KIND = Code("SBI_ANOTHER_KIND", "The {kind} handed out something else than it is made for.")
SBI_NAMELESS = Code("SBI_NAMELESS", "The {kind} does not say which finger or eye it captured. Use another device.")
SBI_TWICE = Code("SBI_TWICE", "The {kind} handed out the same finger or eye twice. Try again.")
SBI_CHAIN_BROKEN = Code(
    "SBI_CHAIN_BROKEN",
    "The captures of the {kind} do not follow each other without a gap. Begin with this device again.",
)
SBI_RECORD_UNREADABLE = Code("SBI_RECORD_UNREADABLE", "The picture of the {kind} cannot be read. Try again.")
SBI_RECORD_OF_ANOTHER = Code(
    "SBI_RECORD_OF_ANOTHER", "The {kind} calls a picture another finger or eye than its record does. Tell support."
)
SBI_SENDS_ELSEWHERE = Code(
    "SBI_SENDS_ELSEWHERE",
    "The {kind} wants its captures sent out of this computer. Do not use it and tell your supervisor.",
)
SBI_CLAIMED_TWICE = Code(
    "SBI_CLAIMED_TWICE",
    "Two services say that they are the {kind} {serial} (ports {first} and {second}). Stop one of them.",
)

# --- what is noticed, and nothing is refused for ---
SBI_TRUST_NOT_ASKED = Code("SBI_TRUST_NOT_ASKED", "This station does not ask who vouches for its devices.")
SBI_CERTIFICATE_ENDS_SOON = Code(
    "SBI_CERTIFICATE_ENDS_SOON", "The certificate of the {kind} ends in {days} days. Have it renewed before."
)
SBI_OLDER_CHAIN = Code("SBI_OLDER_CHAIN", "The {kind} chains its captures in an older way than specified.")
SBI_EXCEPTED_LEFT_OUT = Code(
    "SBI_EXCEPTED_LEFT_OUT", "The {kind} handed out a finger or eye that is an exception; it was not kept."
)
SBI_KEY_CHANGED = Code("SBI_KEY_CHANGED", "The {kind} has a new key since it was found; its maker vouches for it.")
SBI_RECORD_UNFIT = Code(
    "SBI_RECORD_UNFIT", "The record of the {kind} breaks a rule of MOSIP ({rule}); a server may refuse it."
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error number says to the officer, and whether asking again after a moment may help: a device that
    waited its whole time for a finger is not asked again, the officer is."""

    code: Code
    may_ask_again: bool = False


_NOTHING = Meaning(SBI_NOTHING_SEEN)
_BUSY = Meaning(DEVICE_BUSY, may_ask_again=True)
_GONE, _CERTIFICATE, _NOT_OFFERED = Meaning(DEVICE_ABSENT), Meaning(SBI_NOT_REGISTERED), Meaning(SBI_NOT_OFFERED)
_NOT_UNDERSTOOD, _SIGN_IN = Meaning(SBI_ORDER_REFUSED), Meaning(SBI_FOR_SIGN_IN_ONLY)
_MEANINGS: Mapping[str, Meaning] = {
    "100": _CERTIFICATE,
    "101": _NOTHING,
    "102": Meaning(SBI_NOT_USABLE),
    "103": Meaning(SBI_TAMPERED),
    "104": Meaning(SBI_MAKER_UNREACHABLE),
    "105": Meaning(SBI_WRONG_WAY_ROUND),
    "106": _GONE,
    "107": _CERTIFICATE,
    "108": _CERTIFICATE,
    "109": _NOT_OFFERED,
    "110": Meaning(SBI_NOT_READY, may_ask_again=True),
    "111": _BUSY,
    "113": _NOT_OFFERED,
    "114": _NOT_OFFERED,
    "116": _NOT_OFFERED,
    "202": _GONE,
    "503": _GONE,
    "601": _SIGN_IN,
    "605": _GONE,
    "700": _NOTHING,  # our preview ended under it
    "701": _NOTHING,
    "703": _BUSY,
    "705": _GONE,
    "708": _NOTHING,
    "709": _SIGN_IN,
    **dict.fromkeys(("112", "115", "117", "118", "119", "120", "121", "122", "123"), _NOT_UNDERSTOOD),
    **dict.fromkeys(("500", "501", "502", "604", "606", "702", "704", "706", "707"), _NOT_UNDERSTOOD),
}


def meaning_of(error: SbiError) -> Meaning:
    """A number nobody knows, a vendor's own among them, is a fault that is told with its number."""
    return _MEANINGS.get(error.code.strip(), Meaning(SBI_FAULT))


def refusal(error: SbiError, kind: DeviceKind) -> DeviceUnavailable:
    """The error to raise for what a service answered. Its own words stay out: they are for support, in English or
    not, and may hold anything."""
    number = error.code if error.code.isdigit() and len(error.code) <= 4 else "?"
    return DeviceUnavailable(meaning_of(error).code, kind=kind.value, number=number)
