"""CBEFF XML as MOSIP writes and reads it: one file per biometric field, one BIR per sample.

Section 5 of the packet notes; the schema is ``mosip-cbeff.xsd`` (namespace below). Strict in what is
written: children in schema order, one ``Type`` and one ``Subtype`` each, nested BIRs before the BDB.
Lenient in what is read: unknown children and ``others`` keys are left alone.

XML from outside is parsed without DTDs, entities and network, and with libxml2's size limits.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from muster import base64url
from muster.errors import Code, MalformedData

CBEFF_UNREADABLE = Code("CBEFF_UNREADABLE", "The biometric file is not readable XML.")
CBEFF_INCOMPLETE = Code("CBEFF_INCOMPLETE", "The biometric file lacks a part that every record must have.")

NAMESPACE = "http://standards.iso.org/iso-iec/19785/-3/ed-2/"
BIO_VALUE_MARK = "<bioValue>"

EXCEPTION = "EXCEPTION"
RETRIES = "RETRIES"
SDK_SCORE = "SDK_SCORE"
FORCE_CAPTURED = "FORCE_CAPTURED"
PAYLOAD = "PAYLOAD"
SPEC_VERSION = "SPEC_VERSION"
CONFIGURED = "CONFIGURED"

_EMPTY_BDB = b"<BDB/>"
_CHUNK = 3 * 64 * 1024  # no padding in between
_SCORE = re.compile(r"[0-9]{1,3}")

# BDBInfo Format/Type by BIR Type.
FORMAT_TYPES = {"Finger": "7", "Iris": "9", "Face": "8", "ExceptionPhoto": "8"}


@dataclass(frozen=True, slots=True)
class Bir:
    """One sample. ``type`` and ``subtype`` are the schema's words (``Finger``, ``Left IndexFinger``;
    empty subtype for a face); ``bdb`` is the ISO record, ``sb`` the text ``header..signature``."""

    type: str
    subtype: str
    index: str
    created: str
    quality: int
    bdb: bytes
    sb: str
    others: Mapping[str, str] = field(default_factory=dict)

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


@dataclass(frozen=True, slots=True)
class CbeffFile:
    """A root BIR and its children. ``configured`` are the bio attributes the form asked for."""

    birs: tuple[Bir, ...]
    configured: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """UTF-8 XML that is valid against MOSIP's schema."""
        root = etree.Element(_tag("BIR"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]
        _integrity(root)
        for bir in self.birs:
            _encode_bir(root, bir)
        _encode_others(root, {CONFIGURED: ",".join(self.configured)} if self.configured else {})
        text = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        return _with_records(text, [bir.bdb for bir in self.birs])

    @classmethod
    def parse(cls, content: bytes) -> CbeffFile:
        """Raises ``MalformedData``."""
        root = read_root(content)
        configured = _others(root).get(CONFIGURED, "")
        return cls(
            birs=tuple(_parse_bir(child) for child in read_children(root)),
            configured=tuple(name for name in configured.split(",") if name),
        )


def read_root(content: bytes) -> etree._Element:
    """The root BIR as a tree without comments, for who looks closer (``cbeff_rules``).

    Raises ``MalformedData``: no XML, not without a DTD, or another root.
    """
    root = _parse(content)
    if root.tag != _tag("BIR"):
        raise MalformedData(CBEFF_INCOMPLETE)
    return root


def read_children(root: etree._Element) -> Iterator[etree._Element]:
    """The BIRs of the samples, one level below the root."""
    return root.iterchildren(_tag("BIR"))


def read_bir(element: etree._Element) -> Bir:
    """One sample, leniently: what is absent is empty. Raises ``MalformedData``: not base64."""
    return Bir(
        type=_text(element, "BDBInfo/Type"),
        subtype=_text(element, "BDBInfo/Subtype"),
        index=_text(element, "BDBInfo/Index"),
        created=_text(element, "BDBInfo/CreationDate"),
        quality=_score(_text(element, "BDBInfo/Quality/Score")),
        bdb=_octets(_text(element, "BDB")),
        sb=_octets(_text(element, "SB")).decode("utf-8", "replace"),
        others=_others(element),
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, _tag(name))
    child.text = text
    return child


def _integrity(parent: etree._Element) -> None:
    _add(_add(parent, "BIRInfo"), "Integrity", "false")


def _version(parent: etree._Element, name: str) -> None:
    version = _add(parent, name)
    _add(version, "Major", "1")
    _add(version, "Minor", "1")


def _encode_bir(root: etree._Element, bir: Bir) -> None:
    element = _add(root, "BIR")
    _version(element, "Version")
    _version(element, "CBEFFVersion")
    _integrity(element)
    _encode_bdb_info(element, bir)
    _add(element, "BDB")
    # The text, not the octets it encodes: MOSIP encodes "header..signature" once more (trap 13).
    _add(element, "SB", base64.b64encode(bir.sb.encode()).decode())
    _encode_others(element, bir.others)


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


def _encode_bdb_info(parent: etree._Element, bir: Bir) -> None:
    info = _add(parent, "BDBInfo")
    _add(info, "Index", bir.index)
    form = _add(info, "Format")
    _add(form, "Organization", "Mosip")
    _add(form, "Type", FORMAT_TYPES[bir.type])
    _add(info, "CreationDate", bir.created)
    _add(info, "Type", bir.type)
    _add(info, "Subtype", bir.subtype)
    _add(info, "Level", "Raw")
    _add(info, "Purpose", "Enroll")
    quality = _add(info, "Quality")
    algorithm = _add(quality, "Algorithm")
    _add(algorithm, "Organization", "HMAC")
    _add(algorithm, "Type", "SHA-256")
    _add(quality, "Score", str(bir.quality))


def _encode_others(parent: etree._Element, others: Mapping[str, str]) -> None:
    element = _add(parent, "others")
    for key, value in others.items():
        entry = _add(element, "entry", value)
        entry.set("key", key)


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
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedData(CBEFF_UNREADABLE) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise MalformedData(CBEFF_UNREADABLE)
    return root


def _parse_bir(element: etree._Element) -> Bir:
    if not _text(element, "BDBInfo/Type"):
        raise MalformedData(CBEFF_INCOMPLETE)
    return read_bir(element)


def _score(text: str) -> int:
    """0 to 100 as the schema has it; 0 for whatever else stands there."""
    return int(text) if _SCORE.fullmatch(text) else 0


def _text(element: etree._Element, path: str) -> str:
    found = element.find("/".join(_tag(part) for part in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedData(CBEFF_UNREADABLE) from error


def _others(element: etree._Element) -> dict[str, str]:
    entries: Sequence[etree._Element] = element.findall(f"{_tag('others')}/{_tag('entry')}")
    return {entry.get("key", ""): entry.text or "" for entry in entries}
