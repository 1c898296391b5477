"""What a wallet is asked to show: a query in DCQL (OpenID4VP 1.0, section 6), and what came back held to it.

A configuration may have the query written out. Else it follows from the kinds of credentials and the mappings:
every attribute that is mapped is asked for, and nothing else. Whatever is asked for is needed; a wallet that shows
more than that is refused, and so is a query with more than this station could hold an answer to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from muster.crypto.presentation import Presentation
from muster.errors import BadInput, Code, NotAuthentic
from muster.methods.claims import SUBJECT_ID
from muster.proofing.definitions import AttributeMapping, WalletMethodDefinition

WALLET_QUERY_WRONG = Code(
    "WALLET_QUERY_WRONG", "The proofing configuration asks wallets for something in a way that cannot be used."
)
WALLET_FORMAT_UNKNOWN = Code(
    "WALLET_FORMAT_UNKNOWN",
    "The proofing configuration asks wallets for a kind of credential that this program does not read.",
)
WALLET_CLAIM_MISSING = Code(
    "WALLET_CLAIM_MISSING", "The wallet did not show something about the person that is needed here."
)
WALLET_SHOWED_MORE = Code(
    "WALLET_SHOWED_MORE", "The wallet showed more about the person than it was asked for, so nothing was kept."
)

SD_JWT_VC = "dc+sd-jwt"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ONE = "credential"
# The same credential by its name in mdoc, which sources written before SD-JWT VC have.
_NAMES: Mapping[str, str] = MappingProxyType({"eu.europa.ec.eudi.pid.1": "urn:eudi:pid:1"})
_DEFAULT_TYPES = ("urn:eudi:pid:1",)
_DEFAULT_CLAIMS = ("given_name", "family_name", "birthdate")  # as OpenID and the EUDI PID both name them


@dataclass(frozen=True, slots=True)
class AskedClaim:
    """``values`` are those that are accepted; none: any."""

    path: tuple[str, ...]
    values: tuple[str | int | bool, ...] = ()

    def is_met_by(self, value: object) -> bool:
        """Yes and 1 are not alike here."""
        return not self.values or any(type(value) is type(each) and value == each for each in self.values)


@dataclass(frozen=True, slots=True)
class AskedCredential:
    id: str
    types: tuple[str, ...]
    claims: tuple[AskedClaim, ...]

    def taken(self, shown: Presentation) -> dict[str, Any]:
        """What was asked for, by dotted names. Raises ``NotAuthentic``, with less or more than that."""
        taken: dict[str, Any] = {}
        for claim in self.claims:
            value = _at(shown.claims, claim.path)
            if value is None or not claim.is_met_by(value):
                raise NotAuthentic(WALLET_CLAIM_MISSING)
            taken[".".join(claim.path)] = _alone(value)
        if not all(self._is_asked(path) for path in shown.disclosed):
            raise NotAuthentic(WALLET_SHOWED_MORE)
        return taken

    def _is_asked(self, path: tuple[str | int, ...]) -> bool:
        """On the way to something that was asked for, or inside it."""
        asked = [claim.path for claim in self.claims]
        return any(path == each[: len(path)] or each == path[: len(each)] for each in asked)

    def as_dcql(self) -> dict[str, Any]:
        claims = [
            {"path": list(each.path), **({"values": list(each.values)} if each.values else {})}
            for each in self.claims
        ]
        return {"id": self.id, "format": SD_JWT_VC, "meta": {"vct_values": list(self.types)}, "claims": claims}


@dataclass(frozen=True, slots=True)
class Question:
    credentials: tuple[AskedCredential, ...]

    def as_dcql(self) -> dict[str, Any]:
        return {"credentials": [each.as_dcql() for each in self.credentials]}


def question_of(definition: WalletMethodDefinition) -> Question:
    """Raises ``BadInput(WALLET_QUERY_WRONG | WALLET_FORMAT_UNKNOWN)``."""
    if definition.dcql_query is not None:
        return _written_out(definition.dcql_query)
    types = tuple(_NAMES.get(each, each) for each in definition.credential_types or _DEFAULT_TYPES)
    if not all(":" in each for each in types):  # an mdoc's type is no URI
        raise BadInput(WALLET_FORMAT_UNKNOWN)
    sources = [each.source_attribute for each in definition.attribute_mappings] or list(_DEFAULT_CLAIMS)
    claims = tuple(AskedClaim(tuple(each.split("."))) for each in dict.fromkeys(sources))
    return Question((AskedCredential(_ONE, types, claims),))


def mappings_of(definition: WalletMethodDefinition, question: Question) -> tuple[AttributeMapping, ...]:
    """Without any of the configuration's, attributes are named as they are asked for."""
    names = [".".join(claim.path) for each in question.credentials for claim in each.claims]
    return definition.attribute_mappings or tuple(
        AttributeMapping.model_validate(
            {"sourceAttribute": name, "targetAttribute": name, "identifierType": _type_of(name)}
        )
        for name in dict.fromkeys(names)
    )


def _type_of(name: str) -> str | None:
    return SUBJECT_ID if name == "sub" else None


# --- a query that is written out ---------------------------------------------------------------------------


def _written_out(query: Mapping[str, Any] | str) -> Question:
    try:
        content = json.loads(query) if isinstance(query, str) else query
        listed = _part(content, {"credentials"})["credentials"]
        credentials = tuple(_credential(each) for each in _list(listed))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(WALLET_QUERY_WRONG) from error
    if len({each.id for each in credentials}) != len(credentials):
        raise BadInput(WALLET_QUERY_WRONG)
    return Question(credentials)


def _credential(content: object) -> AskedCredential:
    if isinstance(content, dict) and content.get("format") != SD_JWT_VC:
        raise BadInput(WALLET_FORMAT_UNKNOWN)
    part = _part(content, {"id", "format", "meta", "claims"})
    types = _list(_part(part["meta"], {"vct_values"})["vct_values"])
    if not _ID.fullmatch(part["id"]):
        raise ValueError("an id of other letters")
    return AskedCredential(
        part["id"], tuple(_text(each) for each in types), tuple(_claim(each) for each in _list(part["claims"]))
    )


def _claim(content: object) -> AskedClaim:
    part = _part(content, {"id", "path", "values"})
    values = _list(part["values"]) if "values" in part else []
    if not all(isinstance(each, str | int) for each in values):
        raise ValueError("values of another kind")
    return AskedClaim(tuple(_text(each) for each in _list(part["path"])), tuple(values))


def _part(content: object, known: set[str]) -> dict[str, Any]:
    """What is not known would be asked for and never be looked at."""
    if not isinstance(content, dict) or not set(content) <= known:
        raise ValueError("no object of these keys")
    return content


def _list(content: object) -> list[Any]:
    if not isinstance(content, list) or not content:
        raise ValueError("no list")
    return content


def _text(content: object) -> str:
    if not isinstance(content, str) or not content:
        raise ValueError("no text")
    return content


# --- what came back ----------------------------------------------------------------------------------------


def _at(claims: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """Nothing where there is none; nobody asks for what is null."""
    there: Any = claims
    for name in path:
        if not isinstance(there, dict) or name not in there:
            return None
        there = there[name]
    return there


def _alone(value: Any) -> Any:
    """A list of one (``nationalities``) is that one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
