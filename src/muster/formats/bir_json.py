"""Biometric records in JSON: the same BIRs that ``cbeff`` has in XML, as MOSIP's services and GovStack say them.

Section 5 (end) and section 8 of the packet notes. The values are ``cbeff``'s, so that nothing which one form says
is lost or becomes something else on its way to the other. What JSON has no words for stays behind: that an empty
element is there, ``others`` that are more than one list, and of the whole everything but its versions,
``BIRInfo`` and ``others``.

====================  ==========================  ================================
                      ``source``                  ``govstack-yaml``
====================  ==========================  ================================
octets                one base64 text             an array that holds one
``subtype``           ``["Left Index Finger"]``   ``["Left", "IndexFinger"]``
photo of exceptions   ``EXCEPTION_PHOTO``         ``FACE``, subtype ``ExceptionPhoto``
calculation failed    yes or no                   text
the whole's version   ``{"major": 1}`` for 1.1    both numbers
====================  ==========================  ================================

The yaml has no type for the photo of what is missing, which a face device took; hence its subtype there.
Read is either, and Java's octets with signs, its times in every form, types and subtypes with any blanks.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from muster.errors import BadInput
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.cbeff import (
    CBEFF_FORMAT_UNKNOWN,
    CBEFF_TOO_DEEP,
    CONFIGURED,
    DEEPEST,
    Bir,
    CbeffFile,
    mosip_details,
)
from muster.formats.cbeff_details import BirDetails, BirInfo, RegistryId, Version
from muster.formats.govstack_profile import Profile
from muster.formats.json_part import JsonPart

TYPES = {"Face": "FACE", "Finger": "FINGER", "Iris": "IRIS", "ExceptionPhoto": "EXCEPTION_PHOTO"}
LEVELS = {each.upper(): each for each in ("Raw", "Intermediate", "Processed")}
PURPOSES = {
    each.upper(): each for each in ("Verify", "Identify", "Enroll", "EnrollVerify", "EnrollIdentify", "Audit")
}
_PHOTO = "ExceptionPhoto"
_SEGMENTS = tuple(each.segments_key for each in Profile)
_NOT_FAILED = ("", "false")


def biometrics_document(file: CbeffFile, profile: Profile) -> dict[str, Any]:
    """One biometric field. Raises ``BadInput`` for a sample that JSON has no word for."""
    root = root_of(file)
    details = root.details or BirDetails()
    return {
        **_known("version", _whole_version(details.version, profile)),
        **_known("cbeffversion", _version(details.cbeff_version)),
        "birInfo": _info(details.info, profile),
        profile.segments_key: [bir_document(each, profile) for each in file.birs],
        "others": dict(root.others),
    }


def root_of(file: CbeffFile) -> Bir:
    """The whole's own record, which says what MOSIP's client does where nobody said anything."""
    if file.root is not None:
        return file.root
    return _plain_root({CONFIGURED: ",".join(file.configured)} if file.configured else {})


def under_root(birs: Sequence[Bir], root: Bir) -> CbeffFile:
    configured = tuple(name for name in root.others.get(CONFIGURED, "").split(",") if name)
    return CbeffFile(tuple(birs), configured, root)


def _plain_root(others: Mapping[str, str]) -> Bir:
    absent = frozenset({"BDBInfo", "Type", "Subtype", "SBInfo", "BDB", "SB"})
    details = BirDetails(version=(1, 1), cbeff_version=(1, 1), left_out=absent)
    return Bir("", "", "", "", 0, b"", "", others, details)


def has_segments(part: JsonPart) -> bool:
    return any(key in part.values for key in _SEGMENTS)


def parse_biometrics(part: JsonPart) -> CbeffFile:
    """One biometric field of either dialect. Raises ``MalformedData`` with the code and path of ``part``."""
    if not has_segments(part):
        raise part.malformed("segment")
    plain = _plain_root(part.texts("others"))
    details = replace(
        plain.details or BirDetails(),
        version=_parse_version(part, "version", minor=1),
        cbeff_version=_parse_version(part, "cbeffversion"),
        info=_parse_info(part.part("birInfo")),
    )
    birs = [parse_bir(each) for key in _SEGMENTS for each in part.parts(key)]
    return under_root(birs, replace(plain, details=details))


# One sample


def bir_document(bir: Bir, profile: Profile, depth: int = 0) -> dict[str, Any]:
    """Raises ``BadInput``: a type, level or purpose that JSON has no word for, samples too deep inside others."""
    details = bir.details or mosip_details(bir.type)
    if details is None:
        raise BadInput(CBEFF_FORMAT_UNKNOWN)
    if depth > DEEPEST:
        raise BadInput(CBEFF_TOO_DEEP)
    return {
        **_known("version", _version(details.version)),
        **_known("cbeffversion", _version(details.cbeff_version)),
        "birInfo": _info(details.info, profile),
        "bdbInfo": _bdb_info(bir, details, profile),
        "bdb": _octets(bir.bdb, profile),
        "sb": _octets(bir.sb.encode("utf-8", "surrogateescape"), profile),
        "birs": [bir_document(each, profile, depth + 1) for each in bir.birs],
        **({"sbInfo": {"format": _registry(details.sb_format)}} if details.sb_format else {}),
        "others": dict(bir.others),
    }


def parse_bir(part: JsonPart, depth: int = 0) -> Bir:
    """Raises ``MalformedData`` with the code and path of ``part``."""
    if depth > DEEPEST:
        raise part.malformed_itself()
    info = part.part("bdbInfo")
    if info is None:
        raise part.malformed("bdbInfo")
    kind, subtype = _parse_type(info)
    quality = info.part("quality") or info.empty()
    details = _parse_details(part, info, quality)
    return Bir(
        type=kind,
        subtype=subtype,
        index=info.text("index"),
        created=info.time("creationDate"),
        quality=quality.number("score"),
        bdb=part.octets("bdb"),
        sb=part.octets("sb").decode("utf-8", "surrogateescape"),
        others=part.texts("others"),
        details=None if details == mosip_details(kind) else details,
        birs=tuple(parse_bir(each, depth + 1) for each in part.parts("birs")),
    )


def _bdb_info(bir: Bir, details: BirDetails, profile: Profile) -> dict[str, Any]:
    return {
        **_known("challengeResponse", _octets_or_none(details.challenge_response, profile)),
        "index": bir.index,
        **_known("format", _registry(details.format)),
        **_known("encryption", details.encryption),
        **_known("creationDate", bir.created or None),
        **_known("notValidBefore", details.not_valid_before or None),
        **_known("notValidAfter", details.not_valid_after or None),
        **_type(bir, profile),
        **_known("level", _word(details.level, LEVELS)),
        **_known("product", _registry(details.product)),
        **_known("captureDevice", _registry(details.capture_device)),
        **_known("featureExtractionAlgorithm", _registry(details.feature_extraction)),
        **_known("comparisonAlgorithm", _registry(details.comparison)),
        **_known("compressionAlgorithm", _registry(details.compression)),
        **_known("purpose", _word(details.purpose, PURPOSES)),
        **_known("quality", _quality(bir, details, profile)),
    }


def _parse_details(part: JsonPart, info: JsonPart, quality: JsonPart) -> BirDetails:
    sb_info = part.part("sbInfo") or part.empty()
    sb_format = _parse_registry(sb_info, "format")
    return BirDetails(
        version=_parse_version(part, "version"),
        cbeff_version=_parse_version(part, "cbeffversion"),
        info=_parse_info(part.part("birInfo")),
        challenge_response=_parse_octets(info, "challengeResponse"),
        format=_parse_registry(info, "format"),
        encryption=info.flag("encryption") if info.holds("encryption") else None,
        not_valid_before=info.time("notValidBefore"),
        not_valid_after=info.time("notValidAfter"),
        level=_parse_word(info, "level", LEVELS),
        product=_parse_registry(info, "product"),
        capture_device=_parse_registry(info, "captureDevice"),
        feature_extraction=_parse_registry(info, "featureExtractionAlgorithm"),
        comparison=_parse_registry(info, "comparisonAlgorithm"),
        compression=_parse_registry(info, "compressionAlgorithm"),
        purpose=_parse_word(info, "purpose", PURPOSES),
        quality_algorithm=_parse_registry(quality, "algorithm"),
        quality_failed=_parse_failed(quality),
        sb_format=sb_format,
        left_out=frozenset() if sb_format else frozenset({"SBInfo"}),
    )


# Its parts


def _type(bir: Bir, profile: Profile) -> dict[str, list[str]]:
    if bir.type not in TYPES or _key(bir.type, bir.subtype) not in _NAMES:
        raise BadInput(CBEFF_FORMAT_UNKNOWN)
    if profile is Profile.GOVSTACK_YAML:
        is_photo = bir.type == _PHOTO
        return {
            "type": [TYPES["Face" if is_photo else bir.type]],
            "subtype": [_PHOTO] if is_photo else bir.subtype.split(),
        }
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bir.subtype)
    return {"type": [TYPES[bir.type]], "subtype": [words] if words else []}


def _parse_type(info: JsonPart) -> tuple[str, str]:
    """Whatever the blanks: ``Left IndexFinger`` is written in at least three ways. A face has no subtype that
    would tell it from another."""
    types, subtype = info.words("type"), "".join(info.words("subtype"))
    if len(types) != 1:
        raise info.malformed("type")
    key = _key(types[0], subtype)
    if key == _key("Face", _PHOTO):
        return _PHOTO, ""
    if key[0] in (_key("Face", "")[0], _key(_PHOTO, "")[0]):
        key = (key[0], "")
    if key not in _NAMES:
        raise info.malformed("type")
    return _NAMES[key]


def _key(kind: str, subtype: str) -> tuple[str, str]:
    return kind.replace("_", "").upper(), subtype.replace(" ", "").lower()


_NAMES = {
    **{_key(type_of(name), subtype): (type_of(name), subtype) for name, subtype in SUBTYPES.items()},
    _key(_PHOTO, ""): (_PHOTO, ""),
}


def _quality(bir: Bir, details: BirDetails, profile: Profile) -> dict[str, Any] | None:
    """Nothing when nobody calculated any: a score of 0 is a bad one."""
    failed = details.quality_failed
    if details.quality_algorithm is None and failed is None and not bir.quality:
        return None
    said: str | bool = failed or "false"
    if profile is Profile.SOURCE and said in ("true", "false"):
        said = said == "true"
    return {
        **_known("algorithm", _registry(details.quality_algorithm)),
        "score": bir.quality,
        "qualityCalculationFailed": said,
    }


def _parse_failed(quality: JsonPart) -> str | None:
    value = quality.values.get("qualityCalculationFailed")
    if isinstance(value, bool):
        return "true" if value else None
    text = quality.text("qualityCalculationFailed")
    return None if text.lower() in _NOT_FAILED else text


def _info(info: BirInfo, profile: Profile) -> dict[str, Any]:
    return {
        **_known("creator", info.creator),
        **_known("index", info.index or None),
        **_known("payload", _octets_or_none(info.payload, profile)),
        "integrity": info.integrity,
        **_known("creationDate", info.created or None),
        **_known("notValidBefore", info.not_valid_before or None),
        **_known("notValidAfter", info.not_valid_after or None),
    }


def _parse_info(part: JsonPart | None) -> BirInfo:
    if part is None:
        return BirInfo()
    return BirInfo(
        integrity=part.flag("integrity"),
        creator=part.text("creator") if part.holds("creator") else None,
        index=part.text("index"),
        payload=_parse_octets(part, "payload"),
        created=part.time("creationDate"),
        not_valid_before=part.time("notValidBefore"),
        not_valid_after=part.time("notValidAfter"),
    )


def _known(name: str, value: object) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _version(version: Version | None) -> dict[str, int] | None:
    return None if version is None else {"major": version[0], "minor": version[1]}


def _whole_version(version: Version | None, profile: Profile) -> dict[str, int] | None:
    return {"major": 1} if profile is Profile.SOURCE and version == (1, 1) else _version(version)


def _parse_version(part: JsonPart, name: str, *, minor: int = 0) -> Version | None:
    """``minor`` is what is meant where only the other number stands."""
    version = part.part(name)
    if version is None or not version.holds("major"):
        return None
    return version.number("major"), version.number("minor") if version.holds("minor") else minor


def _registry(entry: RegistryId | None) -> dict[str, str] | None:
    return None if entry is None else {"organization": entry.organization, "type": entry.type}


def _parse_registry(part: JsonPart, name: str) -> RegistryId | None:
    entry = part.part(name)
    return None if entry is None else RegistryId(entry.scalar("organization"), entry.scalar("type"))


def _word(word: str, words: Mapping[str, str]) -> str | None:
    if word and word not in words.values():
        raise BadInput(CBEFF_FORMAT_UNKNOWN)
    return word.upper() or None


def _parse_word(part: JsonPart, name: str, words: Mapping[str, str]) -> str:
    word = part.text(name).upper()
    if word and word not in words:
        raise part.malformed(name)
    return words.get(word, "")


def _octets(content: bytes, profile: Profile) -> str | list[str]:
    text = base64.b64encode(content).decode()
    if profile is Profile.SOURCE:
        return text
    return [text] if text else []


def _octets_or_none(content: bytes | None, profile: Profile) -> str | list[str] | None:
    return None if content is None else _octets(content, profile)


def _parse_octets(part: JsonPart, name: str) -> bytes | None:
    return part.octets(name) if part.holds(name) else None
