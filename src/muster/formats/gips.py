"""What IDEMIA's ID&V answers ("Trusted Identity Claim Verification").

Times are written without a zone and with seven digits behind the second; they are read as UTC. One spelling of the
source (``idpAutorizeEndpoint``) occurs in its text alone, and is read. Values of a person are part of no error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart, required_object, required_text

GIPS_UNREADABLE = Code(
    "GIPS_UNREADABLE",
    "The identity-proofing service answered with something that cannot be read. Try again later, or tell support.",
)

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?")
_INDICATOR = re.compile(r"[A-Z0-9]+(?:_[A-Z0-9]+)*_(?:OK|WARNING|UNVERIFIED|KO)")
_LISTS = ("positiveIndicators", "negativeIndicators", "warningIndicators", "unverifiedIndicators")
_MOST = 200


@dataclass(frozen=True, slots=True)
class GlobalStatus:
    """``status`` and ``level`` in the service's words (``EXPECTING_INPUT``, ``LOA1``)."""

    id: str
    status: str
    level: str
    evaluated_at: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceStatusTold:
    """``indicators`` in the order of the service's lists, the good ones first."""

    status: str
    strength: str
    score: str
    errors: tuple[tuple[str, str], ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EvidenceTold:
    """``claims`` by the names of OpenID Connect (``given_name``, ``address.locality``, ``document.number``);
    ``verified`` names those of them that the service calls verified."""

    id: str
    type: str
    status: EvidenceStatusTold
    claims: Mapping[str, str]
    verified: frozenset[str]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimRequested:
    """``authorize_at`` is where the person signs in."""

    evidence_id: str
    authorize_at: str


@dataclass(frozen=True, slots=True)
class IdentityTold:
    status: GlobalStatus
    trusted_claim: EvidenceTold | None
    documents: tuple[EvidenceTold, ...] = ()
    attributes: tuple[EvidenceTold, ...] = ()
    addresses: tuple[EvidenceTold, ...] = ()


def created(body: bytes) -> GlobalStatus:
    """Raises ``MalformedData``."""
    return _global(JsonPart.of(body, GIPS_UNREADABLE).values)


def claim_requested(body: bytes) -> ClaimRequested:
    """Raises ``MalformedData``."""
    values = JsonPart.of(body, GIPS_UNREADABLE).values
    name = "idpAuthorizeEndpoint" if "idpAuthorizeEndpoint" in values else "idpAutorizeEndpoint"
    return ClaimRequested(
        required_text(values, "id", GIPS_UNREADABLE), required_text(values, name, GIPS_UNREADABLE)
    )


def document_submitted(body: bytes) -> str:
    """The evidence's id. Raises ``MalformedData``."""
    return required_text(JsonPart.of(body, GIPS_UNREADABLE).values, "id", GIPS_UNREADABLE)


def identity_told(body: bytes) -> IdentityTold:
    """Of an identity, or of its trusted claims alone. Raises ``MalformedData``."""
    values = JsonPart.of(body, GIPS_UNREADABLE).values
    claim = values.get("trustedIdClaim")
    return IdentityTold(
        _global(required_object(values, "globalStatus", GIPS_UNREADABLE)),
        _evidence(required_object(values, "trustedIdClaim", GIPS_UNREADABLE), "trustedIdClaimData")
        if claim is not None
        else None,
        _all(values, "idDocuments", "idDocumentData"),
        _all(values, "attributes", "attributesData"),
        _all(values, "addresses", "addressData"),
    )


def is_indicator(text: str) -> bool:
    """``<CHECK>_OK``, ``_WARNING`` or ``_UNVERIFIED``; ``_KO`` is ours, of a check that failed."""
    return _INDICATOR.fullmatch(text) is not None


def moment(text: object) -> datetime | None:
    """None where it is no time."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    seconds, fraction, zone = match.groups()
    try:
        at = datetime.fromisoformat(seconds + ("+00:00" if zone in (None, "Z") else zone))
    except ValueError:
        return None
    return at.replace(microsecond=int((fraction or "0").ljust(6, "0")[:6])).astimezone(UTC)


def _global(values: Mapping[str, Any]) -> GlobalStatus:
    return GlobalStatus(
        required_text(values, "id", GIPS_UNREADABLE),
        required_text(values, "status", GIPS_UNREADABLE),
        required_text(values, "levelOfAssurance", GIPS_UNREADABLE),
        moment(values.get("evaluationDateTime")),
    )


def _all(values: Mapping[str, Any], name: str, data: str) -> tuple[EvidenceTold, ...]:
    entries = values.get(name, [])
    if (
        not isinstance(entries, list)
        or len(entries) > _MOST
        or not all(isinstance(each, dict) for each in entries)
    ):
        raise MalformedData(GIPS_UNREADABLE, part=name)
    return tuple(_evidence(each, data) for each in entries)


def _evidence(values: Mapping[str, Any], data: str) -> EvidenceTold:
    status = required_object(values, "evidenceStatus", GIPS_UNREADABLE)
    told = values.get(data)
    claims: dict[str, str] = {}
    verified: set[str] = set()
    for name, value, is_verified in _claims(told) if isinstance(told, dict) else ():
        claims[name] = value
        if is_verified:
            verified.add(name)
    references = values.get("referenceIds", [])
    return EvidenceTold(
        required_text(values, "evidenceId", GIPS_UNREADABLE),
        required_text(values, "type", GIPS_UNREADABLE),
        EvidenceStatusTold(
            required_text(status, "status", GIPS_UNREADABLE),
            required_text(status, "strength", GIPS_UNREADABLE),
            required_text(status, "score", GIPS_UNREADABLE),
            tuple(_errors(status.get("errors"))),
            tuple(_indicators(status)),
        ),
        claims,
        frozenset(verified),
        tuple(each for each in references if isinstance(each, str)) if isinstance(references, list) else (),
    )


def _errors(value: object) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield str(each.get("code", "")), str(each.get("message", ""))


def _indicators(status: Mapping[str, Any]) -> Iterator[str]:
    for name in _LISTS:
        for each in status.get(name) or ():
            if isinstance(each, str) and is_indicator(each):
                yield each


# --- what is said of the person ---------------------------------------------------------------------------

_PERSONAL = {
    "surname": "family_name",
    "fullname": "name",
    "dateOfBirth": "birthdate",
    "gender": "gender",
    "nationality": "nationality",
}
_DOCUMENT = {
    "idDocumentType": "document.type",
    "idDocumentNumber": "document.number",
    "issuingCountry": "document.issuing_country",
    "issuingState": "document.issuing_state",
    "issuingDate": "document.date_of_issue",
    "expiryDate": "document.date_of_expiry",
}
_ADDRESS = {"postcode": "postal_code", "city": "locality", "state": "region", "country": "country"}
_GENDERS = {"M": "male", "F": "female"}


def _claims(data: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for name, claim in _DOCUMENT.items():
        if isinstance(data.get(name), str):
            yield claim, data[name], False
    personal = data.get("personalAttributes", data)
    if isinstance(personal, dict):
        yield from _personal(personal)
    address = data.get("address", data)
    if isinstance(address, dict):
        yield from _address(address)


def _personal(told: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    given = told.get("givenNames")
    if isinstance(given, list):
        names = [each for each in given if isinstance(each, dict) and isinstance(each.get("value"), str)]
        if names:
            verified = all(each.get("verified") is True for each in names)
            yield "given_name", " ".join(each["value"] for each in names), verified
    for name, value in told.items():
        if name == "givenNames" or not isinstance(value, dict) or not isinstance(value.get("value"), str):
            continue
        text = str(value["value"])
        if name == "gender":
            text = _GENDERS.get(text, text)
        yield _PERSONAL.get(name, name), text, value.get("verified") is True


def _address(told: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    verified = told.get("verified") is True
    street = told.get("streetDetails")
    lines = street.get("streetLines") if isinstance(street, dict) else None
    if isinstance(lines, list) and lines:
        yield "address.street_address", "\n".join(str(each) for each in lines), verified
    for name, claim in _ADDRESS.items():
        if isinstance(told.get(name), str):
            yield f"address.{claim}", told[name], verified
