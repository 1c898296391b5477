"""A second reader of sealed packets that shares no line with the product: what a server sees.

Written from MOSIP's layouts with a cryptographic library, ``zipfile`` and ``hashlib`` alone, so that an
error made twice alike, in writing and in reading, does not cancel out.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

OVERHEAD = 12 + 32 + 32 + 256 + 14 + 16


@dataclass(frozen=True, slots=True)
class Envelope:
    """The six parts of an encrypted blob, cut at MOSIP's offsets."""

    nonce: bytes
    aad: bytes
    thumbprint: bytes
    key_block: bytes
    splitter: bytes
    ciphertext: bytes
    tag: bytes

    @classmethod
    def cut(cls, blob: bytes) -> Envelope:
        return cls(blob[:12], blob[12:44], blob[44:76], blob[76:332], blob[332:346], blob[346:-16], blob[-16:])

    def session_key(self, private_pem: bytes, mgf: hashes.HashAlgorithm | None = None) -> bytes:
        # The key is ours and was made a moment ago; checking it again costs more than using it.
        key = serialization.load_pem_private_key(private_pem, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, rsa.RSAPrivateKey)
        scheme = padding.OAEP(padding.MGF1(mgf or hashes.SHA256()), hashes.SHA256(), None)
        return key.decrypt(self.key_block, scheme)

    def open(self, private_pem: bytes, aad: bytes | None = None) -> bytes:
        mode = modes.GCM(self.nonce, self.tag)
        opener = Cipher(algorithms.AES(self.session_key(private_pem)), mode).decryptor()
        opener.authenticate_additional_data(self.aad if aad is None else aad)
        return opener.update(self.ciphertext) + opener.finalize()


def unzip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def thumbprint(certificate_pem: bytes) -> bytes:
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()


def b64u(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def unb64u(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed_by(public_key: rsa.RSAPublicKey, content: bytes, signature: bytes) -> None:
    """Raises ``InvalidSignature``."""
    public_key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())


def verify_jws(token: str) -> tuple[dict[str, Any], bytes]:
    """Payload and the signer's certificate (DER) of an RS256 JWS; raises ``InvalidSignature``."""
    header, payload, signature = token.split(".")
    fields = json.loads(unb64u(header))
    assert fields["alg"] == "RS256"
    der = base64.b64decode(fields["x5c"][0], validate=True)
    public_key = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    signed_by(public_key, f"{header}.{payload}".encode("ascii"), unb64u(signature))
    return json.loads(unb64u(payload)), der


@dataclass(frozen=True, slots=True)
class Subpacket:
    """One part: its encrypted bytes, its sidecar, the inner zip and that zip's files."""

    encrypted: bytes
    sidecar: Mapping[str, Any]
    inner: bytes
    files: Mapping[str, bytes]

    @property
    def identity(self) -> dict[str, Any]:
        return dict(json.loads(self.files["ID.json"])["identity"])

    @property
    def meta(self) -> dict[str, Any]:
        return dict(json.loads(self.files["packet_meta_info.json"])["identity"])

    def named(self, name: str) -> bytes:
        """The file a hash sequence calls ``name`` (no extension, any case)."""
        found = [each for each in self.files if each.rpartition(".")[0].lower() == name.lower()]
        assert len(found) == 1, found
        return self.files[found[0]]

    def sequence(self, key: str) -> list[str]:
        return [name for group in self.meta[key] for name in group["value"]]


def read_packet(content: bytes, private_pem: bytes, rid: str, process: str = "NEW") -> dict[str, Subpacket]:
    outer = unzip(Envelope.cut(content).open(private_pem))
    packet = {}
    for part in ("id", "evidence", "optional"):
        encrypted = outer[f"REGISTRATION_CLIENT/{process}/{rid}_{part}.zip"]
        inner = Envelope.cut(encrypted).open(private_pem)
        sidecar = json.loads(outer[f"REGISTRATION_CLIENT/{process}/{rid}_{part}.json"])
        packet[part] = Subpacket(encrypted, sidecar, inner, unzip(inner))
    return packet


def labelled(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    assert all(set(each) == {"label", "value"} for each in pairs)
    return {each["label"]: each["value"] for each in pairs}
