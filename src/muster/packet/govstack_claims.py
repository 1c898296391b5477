"""The evidence ledger in GovStack's words: claims about a person, for one partner.

``sub`` is that partner's own: nobody who has two partners' subjects can tell that they are one person.
Only what is verified is told. A picture would be an address, which a station has none of (K17).
"""

from __future__ import annotations

from typing import Any

from muster.domain.evidence import Evaluation, EvidenceKind
from muster.formats.countries import alpha2
from muster.formats.govstack_claims import context_class
from muster.formats.json_part import without_empty


def person_claims(evaluation: Evaluation, subject: str) -> dict[str, Any]:
    """What is verified, and by what class the person showed who they are: of the body only from a device that is
    certified L1 (K21)."""
    told: dict[str, Any] = {"sub": subject}
    drawn = next((each for each in evaluation.evidence if each.submission.kind is EvidenceKind.ATTRIBUTES), None)
    attributes = drawn.submission.attributes if drawn is not None else None
    if attributes is not None:
        given = " ".join(attributes.given_names)
        told |= without_empty(
            {
                "name": attributes.full_name or " ".join(each for each in (given, attributes.surname) if each),
                "given_name": given,
                "family_name": attributes.surname,
                "gender": attributes.gender,
                "birthdate": attributes.birthdate,
            }
        )
    places = [
        each.submission.address
        for each in evaluation.evidence
        if each.submission.kind is EvidenceKind.ADDRESS and each.is_verified
    ]
    if places and places[0] is not None:
        place = places[0]
        told["address"] = without_empty(
            {
                "street_address": "\n".join(place.lines),
                "locality": place.locality,
                "region": place.region,
                "postal_code": place.postcode,
                "country": alpha2(place.country) if place.country else None,
            }
        )
    acr = context_class(evaluation.amr, evaluation.level_one_amr)
    return {**told, "acr": acr.value} if acr is not None else told
