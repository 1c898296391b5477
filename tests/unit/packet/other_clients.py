"""A second writer of packets that shares no line with the product: what other clients send.

Written from MOSIP's layouts with a cryptographic library, ``zipfile`` and ``hashlib`` alone, in the dialects of
section 9 of the packet notes: 1.1.5, Android, and 1.2 as the Java client writes it. Zips are written as Java does,
as streams, with the sizes behind the data.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Files = dict[str, bytes]

RID = "10001100020000120260102030000"
REF_ID = "10001_10002"
PACKET_ID = f"{RID}-{REF_ID}-20260102031000"
INDEX = "5b0c2b1e-7a55-4f0e-9a8c-0f6d6f3c1a11"
RECORD = b"FIR\x00020\x00 not a picture"
# An empty "others" or SB is not what 1.1.5 writes: it writes none.
_OLD_BIR = """<BIR><BIRInfo><Integrity>false</Integrity></BIRInfo><BDBInfo><Index>{index}</Index><Format>
<Organization>Mosip</Organization><Type>7</Type></Format><CreationDate>2026-01-02T03:04:05.678Z</CreationDate>
<Type>Finger</Type><Subtype>Left IndexFinger</Subtype><Level>Raw</Level><Purpose>Enroll</Purpose><Quality>
<Algorithm><Organization>HMAC</Organization><Type>SHA-256</Type></Algorithm><Score>85</Score></Quality></BDBInfo>
<BDB>{record}</BDB>{rest}</BIR>"""
_NEW_REST = """<SB>{sb}</SB><others><entry key="EXCEPTION">false</entry><entry key="RETRIES">1</entry>
<entry key="PAYLOAD">{payload}</entry></others>"""
_EXCEPTION = """<BIR><BIRInfo><Integrity>false</Integrity></BIRInfo><BDBInfo><Format>
<Organization>Mosip</Organization><Type>7</Type></Format><Type>Finger</Type>
<Subtype>Left LittleFinger</Subtype></BDBInfo><BDB></BDB><SB></SB>
<others><entry key="EXCEPTION">true</entry></others></BIR>"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between clients. ``attempts``, ``forced`` and ``index`` are keys of the description."""

    version: str
    owner: str
    attempts: str = "numRetry"
    forced: str = "forceCaptured"
    index: str = "birindex"
    id_first: bool = False
    reference: bool = True
    ref_id: bool = True
    others: bool = True
    labels_turned: bool = False

    def packet_id(self) -> str:
        return PACKET_ID if self.ref_id else RID


V1_2 = Dialect("1.2.0.2", "individualBiometrics")
V1_1_5 = Dialect(
    "1.1.5.5", "applicant", id_first=True, reference=False, ref_id=False, others=False,
)  # fmt: skip
ANDROID = Dialect(
    "1.2.1", "individualBiometrics", "numOfRetries", "isForceCaptured", "index", reference=False,
    labels_turned=True,
)  # fmt: skip


def java_zip(files: Mapping[str, bytes]) -> bytes:
    stream = _Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.content


class _Stream(io.RawIOBase):
    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        self.content += bytes(octets)
        return len(octets)


def seal(certificate_pem: bytes, plaintext: bytes, *, thumbprint: bool = True) -> bytes:
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    public_key = certificate.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    nonce, aad, session_key = os.urandom(12), os.urandom(32), os.urandom(32)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    der = certificate.public_bytes(serialization.Encoding.DER)
    named = hashlib.sha256(der).digest() if thumbprint else b""
    sealed = AESGCM(session_key).encrypt(nonce, plaintext, aad)
    return nonce + aad + named + public_key.encrypt(session_key, oaep) + b"#KEY_SPLITTER#" + sealed


def b64u(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@dataclass(frozen=True, slots=True)
class Written:
    """A packet before it is sealed: plaintext files by part, then what its sidecars shall say differently, by
    part, what else lies in the outer zip, and whether envelopes name the certificate. ``encode`` is the base64 of
    hashes and signatures, where it is not the dialect's."""

    dialect: Dialect
    parts: Mapping[str, Files]
    sidecars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    thumbprint: bool = True
    encode: Callable[[bytes], str] | None = None

    def with_file(self, part: str, name: str, content: bytes | None) -> Written:
        """One file replaced, added or (None) left out, everything else as it was."""
        files = dict(self.parts[part])
        if content is None:
            del files[name]
        else:
            files[name] = content
        return replace(self, parts={**self.parts, part: files})

    def with_sidecar(self, part: str, **changes: Any) -> Written:
        """A value of None leaves the key out."""
        return replace(self, sidecars={**self.sidecars, part: {**self.sidecars.get(part, {}), **changes}})

    def sealed(self, certificate_pem: bytes, machine_pem: bytes) -> bytes:
        outer = dict(self.beside)
        for part, files in self.parts.items():
            plaintext = java_zip(files)
            encrypted = seal(certificate_pem, plaintext, thumbprint=self.thumbprint)
            sidecar = self._sidecar(part, encrypted, _sign(machine_pem, plaintext))
            sidecar |= self.sidecars.get(part, {})
            outer[f"REGISTRATION_CLIENT/NEW/{RID}_{part}.zip"] = encrypted
            kept = {key: value for key, value in sidecar.items() if value is not None}
            outer[f"REGISTRATION_CLIENT/NEW/{RID}_{part}.json"] = json.dumps(kept).encode()
        return seal(certificate_pem, java_zip(outer), thumbprint=self.thumbprint)

    def _sidecar(self, part: str, encrypted: bytes, signature: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(encrypted).digest()
        old = not self.dialect.ref_id
        encode = self.encode or (b64 if old else b64u)
        # What 1.1.5 signed went through a text and back, and the value is encoded twice.
        written = b64(signature[::-1]).encode() if old else signature
        return {
            "creationdate": "2026-01-02T03:10:00.123Z",
            "encryptedhash": encode(digest),
            "signature": encode(written),
            "id": self.dialect.packet_id(),
            "packetname": f"{RID}_{part}",
            "source": "REGISTRATION_CLIENT",
            "process": "NEW",
            "schemaversion": 0.1 if old else "0.1",
            "refid": None if old else REF_ID,
            "providername": "PacketWriterImpl",
            "providerversion": "v1.0",
        }


def _sign(machine_pem: bytes, plaintext: bytes) -> bytes:
    key = serialization.load_pem_private_key(machine_pem, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(plaintext, padding.PKCS1v15(), hashes.SHA256())


def write(dialect: Dialect) -> Written:
    """Erika Mustermann: a name, a document, a finger, and an introducer's finger where the dialect has one."""
    document = b"%PDF-1.4 identity card"
    reference = {"refNumber": "T22000129"} if dialect.reference else {}
    identity = {
        "IDSchemaVersion": 0.1,
        "fullName": [{"language": "eng", "value": "Erika Mustermann"}],
        "proofOfIdentity": {"value": "proofOfIdentity", "type": "DOC001", "format": "pdf", **reference},
        "individualBiometrics": {"format": "cbeff", "version": 1.0, "value": "individualBiometrics_bio_CBEFF"},
    }
    operations = {"audit.json": b'[{"eventId":"REG-EVT-001"}]'}
    return Written(
        dialect,
        {
            "id": _part(
                dialect,
                identity,
                {"individualBiometrics_bio_CBEFF.xml": cbeff(dialect)},
                {"proofOfIdentity.pdf": document},
                operations,
            ),
            "evidence": _part(dialect, {"IDSchemaVersion": 0.1}, {}, {}, {}),
            "optional": _part(dialect, {"IDSchemaVersion": 0.1, "email": "erika@mustermann.example"}, {}, {}, {}),
        },
    )


def cbeff(dialect: Dialect) -> bytes:
    signature, payload = signed_capture()
    rest = _NEW_REST.format(sb=b64(signature), payload=escape(payload)) if dialect.others else ""
    bir = _OLD_BIR.format(index=INDEX, record=b64(RECORD), rest=rest)
    root = "<BIRInfo><Integrity>false</Integrity></BIRInfo>"
    # Before 1.2 an exception stood in the description alone.
    missing = _EXCEPTION if dialect.others else ""
    return f'<BIR xmlns="http://standards.iso.org/iso-iec/19785/-3/ed-2/">{root}{bir}{missing}</BIR>'.encode()


@functools.cache
def signed_capture() -> tuple[bytes, str]:
    """``header..signature`` and the payload of a device that signed ``RECORD`` six minutes before the packet."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A device")])
    valid_from, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, valid_from, until)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    header = b64u(json.dumps({"x5c": [b64(der)], "alg": "RS256"}).encode())

    def sign(payload: str) -> str:
        signed = f"{header}.{b64u(payload.encode())}"
        return b64u(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))

    identity = '{"serialNo":"F-1","make":"Erika Optics","dateTime":"2026-01-02T03:04:05Z"}'
    token = f"{header}.{b64u(identity.encode())}.{sign(identity)}"
    payload = json.dumps({"digitalId": token, "bioValue": "<bioValue>", "timestamp": "2026-01-02T03:04:05Z"})
    return f"{header}..{sign(payload.replace('<bioValue>', b64u(RECORD)))}".encode(), payload


def _part(
    dialect: Dialect, identity: Mapping[str, Any], biometrics: Files, documents: Files, operations: Files
) -> Files:
    id_file = {"ID.json": json.dumps({"identity": identity}, indent=2).encode()}
    demographic = {**id_file, **documents} if dialect.id_first else {**documents, **id_file}
    sequences = [
        {"label": "biometricSequence", "value": _stems(biometrics)},
        {"label": "demographicSequence", "value": _stems(demographic)},
    ]
    meta = {
        **_meta(dialect),
        "hashSequence1": [each for each in sequences if each["value"]],
        # The reference writer keeps one map for all parts: this leaks into those without the file (3.3).
        "hashSequence2": [{"label": "otherFiles", "value": ["audit"]}],
        "proofOfIdentity": "DOC001",
    }
    hashed = {"packet_data_hash.txt": _hash([*biometrics.values(), *demographic.values()])}
    if operations:
        hashed["packet_operations_hash.txt"] = _hash(operations.values())
    files = {**demographic, **biometrics, **operations, **hashed}
    return {**files, "packet_meta_info.json": json.dumps({"identity": meta}).encode()}


def _stems(files: Files) -> list[str]:
    return [name.rpartition(".")[0] for name in files]


def _hash(contents: Iterable[bytes]) -> bytes:
    return hashlib.sha256(b"".join(contents)).hexdigest().upper().encode()


def _meta(dialect: Dialect) -> dict[str, Any]:
    finger = {dialect.attempts: 2, dialect.forced: True, dialect.index: INDEX}
    biometrics: dict[str, Any] = {dialect.owner: {"leftIndex": finger}}
    if dialect.owner == "applicant":
        biometrics["introducer"] = {"rightIndex": {dialect.attempts: 1, dialect.forced: False, dialect.index: "-"}}
        biometrics["applicant-auth"] = None
    missing = {
        "type": "Finger",
        "missingBiometric": "leftLittle",
        "reason": "Amputation",
        "exceptionType": "Permanent",
        "individualType": "applicant",
    }
    labels = {
        "registrationId": RID,
        "creationDate": "20260102031000",
        "Registration Client Version Number": dialect.version,
        "preRegistrationId": None,
        "centerId": "10001",
        "machineId": "10002",
        "registrationType": "NEW",
    }
    document = {
        "documentType": "DOC001",
        "documentCategory": "proofOfIdentity",
        "documentOwner": "applicant",
        "documentName": "proofOfIdentity",
        **({"refNumber": "T22000129"} if dialect.reference else {}),
    }
    entries = [{"label": label, "value": value} for label, value in labels.items()]
    if dialect.labels_turned:
        entries = [{"value": each["value"], "label": each["label"]} for each in reversed(entries)]
    return {
        "metaData": entries,
        "operationsData": [
            {"label": "officerId", "value": "officer-1"},
            {"label": "officerPassword", "value": "true"},
        ],
        "biometrics": biometrics,
        "exceptionBiometrics": {dialect.owner: {"leftLittle": missing}},
        "documents": [document],
        "checkSum": {},
        "registrationId": RID,
        "creationDate": "2026-01-02T03:10:00.123Z",
        "printingNameOfSomeCountry": {"whatever": ["another", "client", "writes"]},
    }
