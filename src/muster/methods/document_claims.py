"""What the lines of a document say about its holder, in the names that identity services exchange.

``given_name``, ``birthdate``, ``document.number`` ...; each also under ``identity``, where MiTrust has them.
States have three letters, as Doc 9303 writes them, dates are ISO 8601, and what is not there is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from muster.formats.mrz import Mrz

PASSPORT, ID_CARD, VISA = "passport", "id_card", "visa"

_GENDERS = {"F": "female", "M": "male"}
_GERMANY = "D"  # Doc 9303-3, section 5: the one state whose code is shorter


def kind_of(zone: Mrz) -> str:
    """By the first letter of the lines (Doc 9303-4, -5, -7)."""
    return {"P": PASSPORT, "V": VISA}.get(zone.document_code[:1], ID_CARD)


def claims_of(zone: Mrz, today: date, details: Mapping[str, str] | None = None) -> dict[str, Any]:
    """``details`` are what a chip says besides, with names in full."""
    more = details or {}
    birth, expiry = zone.birth(today), zone.expiry(today)
    given = more.get("full_given_names") or zone.given_names
    family = more.get("full_surname") or zone.surname
    document = {
        "type": {"normalized": kind_of(zone), "raw": zone.document_code},
        "issuing_country": _state(zone.issuing_state),
        "number": zone.number,
        "date_of_issue": more.get("issue_date"),
        "date_of_expiry": expiry and expiry.isoformat(),
        "verification": {"decision": "approved"},
    }
    identity = {
        "given_name": given,
        "family_name": family,
        "name": f"{given} {family}".strip(),
        "birthdate": more.get("full_birth_date") or (birth and birth.isoformat()),
        "gender": _GENDERS.get(zone.sex),
        "nationality": _state(zone.nationality),
        "document": document,
    }
    return {**identity, "identity": identity}


def _state(code: str) -> str:
    return "DEU" if code == _GERMANY else code
