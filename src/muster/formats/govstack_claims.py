"""GovStack's claims about a person, which scope asks for which, and what each has to look like.

Identity building block, chapter 7 ("Data Structures"): claims, scopes, authentication context classes. The source
writes ``phone`` in its table and ``phone_number`` in its text; the latter is OpenID Connect's, and is used (K16).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

SCOPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "profile": (
            "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "picture",
            "gender", "birthdate", "zoneinfo", "locale",
        ),
        "email": ("email", "email_verified"),
        "address": ("address",),
        "phone": ("phone_number", "phone_number_verified"),
    }
)  # fmt: skip
ADDRESS_MEMBERS = ("formatted", "street_address", "locality", "region", "postal_code", "country")
_LONGEST_SUBJECT = 255  # ASCII characters
_BIRTHDATE = re.compile(r"(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[0-9]{4})")  # 0000: not told
_ADDR_SPEC = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_ZONE = re.compile(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){0,2}")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


class ContextClass(Enum):
    """By what somebody showed who they are."""

    STATIC_CODE = "idbb:acr:static-code"
    GENERATED_CODE = "idbb:acr:generated-code"
    LINKED_WALLET = "idbb:acr:linked-wallet"
    BIOMETRICS = "idbb:acr:biometrics"
    BIOMETRICS_GENERATED_CODE = "idbb:acr:biometrics-generated-code"
    LINKED_WALLET_STATIC_CODE = "idbb:acr:linked-wallet-static-code"


_CODES = frozenset({"pin", "pwd"})
_GENERATED = frozenset({"otp"})
_WALLET = frozenset({"hwk", "swk"})
_BODY = frozenset({"face", "fpt", "iris"})


def context_class(amr: Iterable[str], level_one: Iterable[str]) -> ContextClass | None:
    """The strongest class that these methods (RFC 8176) earn; of the body count those alone that a device of level
    L1 was used for, ``level_one`` (K21). None where they earn none."""
    found = frozenset(amr)
    body = bool(_BODY & frozenset(level_one))
    wallet, generated = bool(found & _WALLET), bool(found & _GENERATED)
    code = bool(found & _CODES)
    if body and generated:
        return ContextClass.BIOMETRICS_GENERATED_CODE
    if wallet and code:
        return ContextClass.LINKED_WALLET_STATIC_CODE
    if wallet:
        return ContextClass.LINKED_WALLET
    if body:
        return ContextClass.BIOMETRICS
    if generated:
        return ContextClass.GENERATED_CODE
    return ContextClass.STATIC_CODE if code else None


def allowed(scopes: Iterable[str]) -> frozenset[str]:
    """The claims that scopes ask for; a scope nobody knows asks for none."""
    return frozenset(claim for scope in scopes for claim in SCOPES.get(scope, ())) | {"sub"}


def asked_for(claims: Mapping[str, Any], scopes: Iterable[str]) -> dict[str, Any]:
    """Of ``claims`` what ``scopes`` ask for."""
    wanted = allowed(scopes)
    return {name: value for name, value in claims.items() if name in wanted}


def faults_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Which claims are not as the source has them, in their order; ``address.country`` for a member."""
    return tuple(_faults(claims))


def _faults(claims: Mapping[str, Any]) -> Iterator[str]:
    if not _is_subject(claims.get("sub")):
        yield "sub"
    for name, value in claims.items():
        if name == "address":
            yield from _address(value)
        elif name != "sub" and not _CHECKS.get(name, _is_unknown)(value):
            yield name


def _address(value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "address"
        return
    for name, text in value.items():
        if name not in ADDRESS_MEMBERS or not isinstance(text, str) or not text.strip():
            yield f"address.{name}"


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= _LONGEST_SUBJECT


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _matches(pattern: re.Pattern[str]):  # type: ignore[no-untyped-def]
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_picture(value: object) -> bool:
    """An image file and no page; from an address that is secure."""
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    return parts.scheme == "https" and bool(parts.hostname) and parts.path.lower().endswith(_PICTURES)


def _is_unknown(_: object) -> bool:
    return False


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_CHECKS = MappingProxyType(
    {
        **dict.fromkeys(
            ("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "gender"),
            _is_text,
        ),
        "picture": _is_picture,
        "birthdate": _matches(_BIRTHDATE),
        "zoneinfo": _matches(_ZONE),
        "locale": _matches(_LOCALE),
        "email": _matches(_ADDR_SPEC),
        "email_verified": _is_flag,
        "phone_number": _matches(_E164),
        "phone_number_verified": _is_flag,
    }
)
