"""CBEFF XML as MOSIP writes and reads it: one file per biometric field, one BIR per sample.

Section 5 of the packet notes; the schema is ``mosip-cbeff.xsd`` (namespace below). What the schema knows is read
and written back the same, whoever wrote it. Strict in what is written: nothing that departs from the schema
leaves ``encode``. Lenient in what is read: unknown children are left alone, what is absent is empty.

XML from outside is parsed without DTDs, entities and network, and with libxml2's size limits.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from muster import base64url
from muster.errors import BadInput, Code, MalformedData
from muster.formats.cbeff_details import BirDetails, BirInfo, ManyOthers, RegistryId, Version
from muster.formats.cbeff_schema import (
    NAMESPACE,
    NIL,
    XSI,
    read_flag,
    read_score,
    read_unsigned,
    schema_problems,
    tag,
)

CBEFF_UNREADABLE = Code("CBEFF_UNREADABLE", "The biometric file is not readable XML.")
CBEFF_INCOMPLETE = Code("CBEFF_INCOMPLETE", "The biometric file lacks a part that every record must have.")
CBEFF_TOO_DEEP = Code("CBEFF_TOO_DEEP", "The biometric file has samples inside samples, too deep to be followed.")
CBEFF_CHARACTER_WRONG = Code(
    "CBEFF_CHARACTER_WRONG",
    "A text of a sample has a character that biometric files cannot hold. Capture the sample again.",
)
CBEFF_FORMAT_UNKNOWN = Code(
    "CBEFF_FORMAT_UNKNOWN", "There is no agreed format for what was captured, so it cannot be written."
)

BIO_VALUE_MARK = "<bioValue>"

EXCEPTION = "EXCEPTION"
RETRIES = "RETRIES"
SDK_SCORE = "SDK_SCORE"
FORCE_CAPTURED = "FORCE_CAPTURED"
PAYLOAD = "PAYLOAD"
SPEC_VERSION = "SPEC_VERSION"
CONFIGURED = "CONFIGURED"

# BIRs inside BIRs; MOSIP has samples inside a root and nothing below.
DEEPEST = 32

_EMPTY_BDB = b"<BDB/>"
_CHUNK = 3 * 64 * 1024  # no padding in between

# BDBInfo Format/Type by BIR Type.
FORMAT_TYPES = {"Finger": "7", "Iris": "9", "Face": "8", "ExceptionPhoto": "8"}


@dataclass(frozen=True, slots=True)
class Bir:
    """One sample. ``type`` and ``subtype`` are the schema's words (``Finger``, ``Left IndexFinger``;
    empty subtype for a face), ``quality`` is 0 where there is no score, ``bdb`` is the ISO record, ``sb`` the
    text ``header..signature`` (octets that are no UTF-8 as surrogates). ``details`` are the rest; nothing where
    it is what MOSIP's client writes with such a sample. ``birs`` stand inside this one."""

    type: str
    subtype: str
    index: str
    created: str
    quality: int
    bdb: bytes
    sb: str
    others: Mapping[str, str] = field(default_factory=dict)
    details: BirDetails | None = None
    birs: tuple[Bir, ...] = ()

    @property
    def is_exception(self) -> bool:
        return self.others.get(EXCEPTION, "").lower() == "true"

    def rebuild_jws(self) -> str:
        """The device's compact JWS: the payload with the record put back, between SB's two dots.

        Raises ``MalformedData`` when the record carries no signature or payload.
        """
        header, _, signature = self.sb.partition("..")
        payload = self.others.get(PAYLOAD, "")
        if not (header and signature and payload):
            raise MalformedData(CBEFF_INCOMPLETE)
        return rebuild_jws(header, payload, signature, self.bdb)


def rebuild_jws(header: str, payload: str, signature: str, record: bytes) -> str:
    """The compact JWS a device made: ``payload`` is its text with the mark in place of the record."""
    whole = payload.replace(BIO_VALUE_MARK, base64url.encode(record), 1)
    return f"{header}.{base64url.encode(whole.encode())}.{signature}"


def mosip_details(kind: str) -> BirDetails | None:
    """What MOSIP's client writes with a sample of the BIR Type ``kind``; nothing for what it does not capture."""
    if kind not in FORMAT_TYPES:
        return None
    return BirDetails(
        version=(1, 1),
        cbeff_version=(1, 1),
        format=RegistryId("Mosip", FORMAT_TYPES[kind]),
        level="Raw",
        purpose="Enroll",
        quality_algorithm=RegistryId("HMAC", "SHA-256"),
        left_out=frozenset({"SBInfo"}),
    )


def _mosip_root(configured: Sequence[str]) -> Bir:
    others = {CONFIGURED: ",".join(configured)} if configured else {}
    details = BirDetails(left_out=frozenset({"BDBInfo", "Type", "Subtype", "SBInfo", "BDB", "SB"}))
    return Bir("", "", "", "", 0, b"", "", others, details)


@dataclass(frozen=True, slots=True)
class CbeffFile:
    """A root BIR and its children. ``configured`` are the bio attributes the form asked for. ``root`` is the
    root itself without its children; nothing where it is what MOSIP's client writes."""

    birs: tuple[Bir, ...]
    configured: tuple[str, ...] = ()
    root: Bir | None = None

    def __post_init__(self) -> None:
        if self.root is not None and (self.root.birs or self.configured != _configured(self.root)):
            raise ValueError("the root says what is configured, and the file what stands inside the root")

    def encode(self) -> bytes:
        """UTF-8 XML that is valid against MOSIP's schema. Raises ``BadInput`` when that is not possible."""
        root = etree.Element(tag("BIR"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]
        records: list[bytes] = []
        _encode_bir(root, replace(self.root or _mosip_root(self.configured), birs=self.birs), records)
        for problem in schema_problems(root):
            raise BadInput(problem.code)
        text = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        return _with_records(text, records)

    @classmethod
    def parse(cls, content: bytes) -> CbeffFile:
        """Takes at most 200 times the file's length, for nothing but empty BIRs. Raises ``MalformedData``."""
        whole = _parse_bir(read_root(content), 0)
        if not all(each.type for each in whole.birs):
            raise MalformedData(CBEFF_INCOMPLETE)
        root, configured = replace(whole, birs=()), _configured(whole)
        return cls(whole.birs, configured, None if root == _mosip_root(configured) else root)


def _configured(root: Bir) -> tuple[str, ...]:
    return tuple(name for name in root.others.get(CONFIGURED, "").split(",") if name)


def read_root(content: bytes) -> etree._Element:
    """The root BIR as a tree without comments, for who looks closer (``cbeff_rules``).

    Raises ``MalformedData``: no XML, not without a DTD, or another root.
    """
    root = _parse(content)
    if root.tag != tag("BIR"):
        raise MalformedData(CBEFF_INCOMPLETE)
    return root


def read_children(root: etree._Element) -> Iterator[etree._Element]:
    """The BIRs of the samples, one level below the root."""
    return root.iterchildren(tag("BIR"))


# Writing. The order of the lines is the schema's.


def _encode_bir(element: etree._Element, bir: Bir, records: list[bytes], depth: int = 0) -> None:
    """Everything but the records, which are put into ``records`` in the order of their places."""
    details = bir.details or mosip_details(bir.type)
    if details is None:
        raise BadInput(CBEFF_FORMAT_UNKNOWN)
    if depth > DEEPEST:
        raise BadInput(CBEFF_TOO_DEEP)
    _add_version(element, "Version", details.version)
    _add_version(element, "CBEFFVersion", details.cbeff_version)
    _encode_info(_add(element, "BIRInfo"), details.info)
    bdb_info = _add(element, "BDBInfo")
    _encode_bdb_info(bdb_info, bir, details)
    sb_info = _add(element, "SBInfo")
    _add_registry(sb_info, "Format", details.sb_format)
    for info in (bdb_info, sb_info):
        if not len(info) and etree.QName(info).localname in details.left_out:
            element.remove(info)
    for each in bir.birs:
        _encode_bir(_add(element, "BIR"), each, records, depth + 1)
    if bir.bdb or "BDB" not in details.left_out:
        _add(element, "BDB")
        records.append(bir.bdb)
    if bir.sb or "SB" not in details.left_out:
        _add(element, "SB", base64.b64encode(_signature_octets(bir.sb)).decode())
    _encode_others(element, bir.others, details)


def _encode_info(element: etree._Element, info: BirInfo) -> None:
    _add_text(element, "Creator", info.creator)
    _add_text(element, "Index", info.index or None)
    _add_octets(element, "Payload", info.payload)
    _add(element, "Integrity", _flag(info.integrity))
    _add_text(element, "CreationDate", info.created or None)
    _add_text(element, "NotValidBefore", info.not_valid_before or None)
    _add_text(element, "NotValidAfter", info.not_valid_after or None)


def _encode_bdb_info(element: etree._Element, bir: Bir, details: BirDetails) -> None:
    _add_octets(element, "ChallengeResponse", details.challenge_response)
    _add_text(element, "Index", bir.index or None)
    _add_registry(element, "Format", details.format)
    _add_text(element, "Encryption", None if details.encryption is None else _flag(details.encryption))
    _add_text(element, "CreationDate", bir.created or None)
    _add_text(element, "NotValidBefore", details.not_valid_before or None)
    _add_text(element, "NotValidAfter", details.not_valid_after or None)
    for name, words in (("Type", bir.type), ("Subtype", bir.subtype)):
        _add_text(element, name, words if words or name not in details.left_out else None)
    _add_text(element, "Level", details.level or None)
    _add_registry(element, "Product", details.product)
    _add_registry(element, "CaptureDevice", details.capture_device)
    _add_registry(element, "FeatureExtractionAlgorithm", details.feature_extraction)
    _add_registry(element, "ComparisonAlgorithm", details.comparison)
    _add_registry(element, "CompressionAlgorithm", details.compression)
    _add_text(element, "Purpose", details.purpose or None)
    _encode_quality(element, bir, details)


def _encode_quality(parent: etree._Element, bir: Bir, details: BirDetails) -> None:
    if details.quality_algorithm is None and details.quality_failed is None and not bir.quality:
        return
    quality = _add(parent, "Quality")
    _add_registry(quality, "Algorithm", details.quality_algorithm)
    if details.quality_failed is None or bir.quality:
        _add(quality, "Score", str(bir.quality))
    else:
        _add(quality, "QualityCalculationFailed", details.quality_failed)


def _encode_others(parent: etree._Element, others: Mapping[str, str], details: BirDetails) -> None:
    if isinstance(others, ManyOthers):
        lists = others.lists
    elif others or "others" not in details.left_out:
        lists = (tuple(others.items()),)
    else:
        lists = ()
    for entries in lists:
        element = _add_nillable(parent, "others", is_nil=entries is None)
        for key, value in entries or ():
            entry = _add_nillable(element, "entry", is_nil=value is None)
            _fill(entry, value, key)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, tag(name))
    _fill(child, text)
    return child


def _fill(element: etree._Element, text: str | None, key: str | None = None) -> None:
    try:
        element.text = text
        if key is not None:
            element.set("key", key)
    except ValueError as error:  # what XML 1.0 (2.2) has no place for: control characters, halves of characters
        raise BadInput(CBEFF_CHARACTER_WRONG) from error


def _add_nillable(parent: etree._Element, name: str, *, is_nil: bool) -> etree._Element:
    if not is_nil:
        return etree.SubElement(parent, tag(name))
    return etree.SubElement(parent, tag(name), {NIL: "true"}, {"xsi": XSI})


def _add_text(parent: etree._Element, name: str, text: str | None) -> None:
    if text is not None:
        _add(parent, name, text)


def _add_octets(parent: etree._Element, name: str, octets: bytes | None) -> None:
    _add_text(parent, name, None if octets is None else base64.b64encode(octets).decode())


def _add_registry(parent: etree._Element, name: str, entry: RegistryId | None) -> None:
    if entry is not None:
        element = _add(parent, name)
        _add(element, "Organization", entry.organization)
        _add(element, "Type", entry.type)


def _add_version(parent: etree._Element, name: str, version: Version | None) -> None:
    if version is not None:
        element = _add(parent, name)
        _add(element, "Major", str(version[0]))
        _add(element, "Minor", str(version[1]))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _signature_octets(text: str) -> bytes:
    """The text, not the octets it encodes: MOSIP encodes "header..signature" once more (trap 13)."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise BadInput(CBEFF_CHARACTER_WRONG) from error


def _with_records(text: bytes, records: Sequence[bytes]) -> bytes:
    """``text`` with base64 of the records in its empty BDBs, in order.

    On their way through a tree these megabytes would be copied four times, and looked through for what XML has to
    escape; base64 holds none of that. Nor can text hold ``<``, so that only the empty elements are found. The room
    is taken once: growing costs copies, and leaves holes.
    """
    pieces = text.split(_EMPTY_BDB)
    at_most = len(text) + sum(4 * len(record) // 3 + 16 for record in records)
    content = io.BytesIO(bytes(at_most))
    content.write(pieces[0])
    for record, piece in zip(records, pieces[1:], strict=True):
        content.write(b"<BDB>")
        view = memoryview(record)
        for start in range(0, len(record), _CHUNK):
            content.write(base64.b64encode(view[start : start + _CHUNK]))
        content.write(b"</BDB>")
        content.write(piece)
    content.truncate()
    return content.getvalue()


# Reading


def _parse(content: bytes) -> etree._Element:
    # huge_tree: a 5 MB packet holds one text node per picture, above libxml2's default of 10 MB only
    # for several uncompressed slaps, but the file's size is bounded by whoever hands it in.
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedData(CBEFF_UNREADABLE, offset=_offset(content, error.position)) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise MalformedData(CBEFF_UNREADABLE)
    return root


def _offset(content: bytes, position: tuple[int | None, int | None] | None) -> int:
    """Where in ``content`` a line and column are, both from 1: exact for UTF-8 and what shares its line ends."""
    line, column = position or (None, None)
    before = content.split(b"\n", line - 1)[:-1] if line and line > 1 else []
    return min(sum(len(each) + 1 for each in before) + max((column or 1) - 1, 0), len(content))


def read_bir(element: etree._Element) -> Bir:
    """One sample without what stands inside it, leniently: what is absent is empty.

    Raises ``MalformedData``: not base64.
    """
    info = _child(element, "BDBInfo")
    kind = _words(info, "Type")
    details = _details(element, info)
    return Bir(
        type=kind,
        subtype=_words(info, "Subtype"),
        index=_text(info, "Index"),
        created=_text(info, "CreationDate"),
        quality=_score(_child(info, "Quality")) or 0,
        bdb=_octets(element, "BDB") or b"",
        sb=(_octets(element, "SB") or b"").decode("utf-8", "surrogateescape"),
        others=_others(element),
        details=None if details == mosip_details(kind) else details,
    )


def _parse_bir(element: etree._Element, depth: int) -> Bir:
    if depth > DEEPEST:
        raise MalformedData(CBEFF_TOO_DEEP)
    inside = tuple(_parse_bir(child, depth + 1) for child in read_children(element))
    return replace(read_bir(element), birs=inside)


def _details(element: etree._Element, info: etree._Element | None) -> BirDetails:
    quality = _child(info, "Quality")
    absent = {name for name in ("BDBInfo", "SBInfo", "BDB", "SB", "others") if _child(element, name) is None}
    absent |= {name for name in ("Type", "Subtype") if _child(info, name) is None}
    return BirDetails(
        version=_version(element, "Version"),
        cbeff_version=_version(element, "CBEFFVersion"),
        info=_info(_child(element, "BIRInfo")),
        challenge_response=_octets(info, "ChallengeResponse"),
        format=_registry(info, "Format"),
        encryption=read_flag(_text(info, "Encryption")),
        not_valid_before=_text(info, "NotValidBefore"),
        not_valid_after=_text(info, "NotValidAfter"),
        level=_text(info, "Level"),
        product=_registry(info, "Product"),
        capture_device=_registry(info, "CaptureDevice"),
        feature_extraction=_registry(info, "FeatureExtractionAlgorithm"),
        comparison=_registry(info, "ComparisonAlgorithm"),
        compression=_registry(info, "CompressionAlgorithm"),
        purpose=_text(info, "Purpose"),
        quality_algorithm=_registry(quality, "Algorithm"),
        quality_failed=_open_text(quality, "QualityCalculationFailed") if _score(quality) is None else None,
        sb_format=_registry(_child(element, "SBInfo"), "Format"),
        left_out=frozenset(absent),
    )


def _info(info: etree._Element | None) -> BirInfo:
    return BirInfo(
        integrity=read_flag(_text(info, "Integrity")) or False,
        creator=_open_text(info, "Creator"),
        index=_text(info, "Index"),
        payload=_octets(info, "Payload"),
        created=_text(info, "CreationDate"),
        not_valid_before=_text(info, "NotValidBefore"),
        not_valid_after=_text(info, "NotValidAfter"),
    )


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else element.find(tag(name))


def _open_text(element: etree._Element | None, name: str) -> str | None:
    """Text with every blank, where the schema says nothing about it; nothing when there is no such element."""
    found = _child(element, name)
    return None if found is None else found.text or ""


def _text(element: etree._Element | None, name: str) -> str:
    return (_open_text(element, name) or "").strip()


def _words(element: etree._Element | None, name: str) -> str:
    return " ".join(_text(element, name).split())


def _octets(element: etree._Element | None, name: str) -> bytes | None:
    text = _open_text(element, name)
    if text is None:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedData(CBEFF_UNREADABLE) from error


def _registry(element: etree._Element | None, name: str) -> RegistryId | None:
    entry = _child(element, name)
    if entry is None:
        return None
    return RegistryId(_open_text(entry, "Organization") or "", _open_text(entry, "Type") or "")


def _score(quality: etree._Element | None) -> int | None:
    return read_score(_text(quality, "Score"))


def _version(element: etree._Element, name: str) -> Version | None:
    version = _child(element, name)
    major, minor = (read_unsigned(_text(version, part)) for part in ("Major", "Minor"))
    return None if major is None or minor is None else (major, minor)


def _others(element: etree._Element) -> Mapping[str, str]:
    lists = tuple(_entries(each) for each in element.iterchildren(tag("others")))
    many = ManyOthers(lists)
    entries = sum(len(each or ()) for each in lists)
    is_plain = len(lists) <= 1 and None not in lists and len(many) == entries
    has_nil = any(value is None for each in lists for _, value in each or ())
    return dict(many) if is_plain and not has_nil else many


def _entries(others: etree._Element) -> tuple[tuple[str, str | None], ...] | None:
    if _is_nil(others):
        return None
    return tuple(
        (entry.get("key", ""), None if _is_nil(entry) else entry.text or "")
        for entry in others.iterchildren(tag("entry"))
    )


def _is_nil(element: etree._Element) -> bool:
    return bool(read_flag(element.get(NIL, "")))
