"""A state that issues travel documents, made for a test: its authority, its document signer, the files of a
chip."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import (
    algos,
    cms,
    core,
    tsp,  # noqa: F401 - its names for attributes are known only where it is imported before the first is written
)
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import NameOID

from muster.formats.lds import File
from muster.formats.mrz import Holder, Mrz, MrzType, compose
from muster.formats.tlv import encode

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ERIKA = Holder("P", "UTO", "L898902C3", "MUSTERMANN", "ERIKA", "UTO", "640812", "F", "310923", "ZE184226B")

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def zone(kind: MrzType = MrzType.TD3, holder: Holder = ERIKA) -> Mrz:
    return compose(kind, holder)


@cache
def ec_key(owner: str, curve: str = "secp256r1") -> ec.EllipticCurvePrivateKey:
    """The same owner has the same key in all tests."""
    curves: dict[str, ec.EllipticCurve] = {
        "secp256r1": ec.SECP256R1(), "secp384r1": ec.SECP384R1(), "brainpoolP256r1": ec.BrainpoolP256R1(),
    }  # fmt: skip
    return ec.generate_private_key(curves[curve])


@cache
def rsa_key(owner: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def public_info(key: PrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


def certificate(
    name: str,
    key: PrivateKey,
    issuer: str,
    issuer_key: PrivateKey,
    *,
    is_authority: bool = False,
    days: tuple[int, int] = (-100, 3000),
    serial: int | None = None,
    country: str = "UT",
    signs: bool = True,
    purpose: str = "",
) -> x509.Certificate:
    """``signs`` is whether its key usage says so; ``purpose`` an extended one, dotted."""
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(name, country))
        .issuer_name(_name(issuer, country))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(is_authority=is_authority, signs=signs), critical=True)
    )
    if purpose:
        built = built.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose)]), critical=True)
    return built.sign(issuer_key, hashes.SHA256())


def _usage(*, is_authority: bool, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs and not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not signs,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def der(signed: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return signed.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Issuer:
    """An authority and its document signer. ``altered`` changes the finished CMS before it is written."""

    authority_key: PrivateKey = field(default_factory=lambda: ec_key("CSCA"))
    signer_key: PrivateKey = field(default_factory=lambda: ec_key("DS"))
    signer_days: tuple[int, int] = (-100, 3000)
    signer_is: Mapping[str, Any] = field(default_factory=dict)  # of ``certificate``'s arguments
    authority_days: tuple[int, int] = (-1000, 5000)
    digest: str = "sha256"
    files_digest: str = ""  # where the files have another than the signature
    is_pss: bool = False
    is_plain: bool = False
    content_type: str = "2.23.136.1.1.1"
    altered: Callable[[cms.SignedData], None] = lambda signed: None
    signer_octets: Callable[[bytes], bytes] = lambda octets: octets

    @property
    def authority(self) -> bytes:
        key = self.authority_key
        made = certificate("CSCA", key, "CSCA", key, is_authority=True, days=self.authority_days, serial=1)
        return der(made)

    @property
    def signer(self) -> bytes:
        key, days = self.signer_key, self.signer_days
        made = certificate("DS", key, "CSCA", self.authority_key, days=days, serial=77, **self.signer_is)
        return self.signer_octets(der(made))

    def revocations(self, *serials: int, until: float = 30, signed_by: PrivateKey | None = None) -> bytes:
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_name("CSCA"))
            .last_update(NOW - timedelta(days=1))
            .next_update(NOW + timedelta(days=until))
        )
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - timedelta(days=2))
            built = built.add_revoked_certificate(entry.build())
        return der(built.sign(signed_by or self.authority_key, hashes.SHA256()))

    def sign(self, files: Mapping[File, bytes]) -> bytes:
        """EF.SOD over these data groups."""
        content = self.security_object(files)
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": [self.content_type]},
                {"type": "message_digest", "values": [hashlib.new(self.digest, content).digest()]},
            ]
        )
        signer = asn1_x509.Certificate.load(self.signer)
        info = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    "issuer_and_serial_number",
                    {"issuer": signer.issuer, "serial_number": signer.serial_number},
                ),
                "digest_algorithm": {"algorithm": self.digest},
                "signed_attrs": attributes,
                "signature_algorithm": self._algorithm(),
                "signature": self._signature(attributes.dump()),
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": self.digest}],
                "encap_content_info": {"content_type": "2.23.136.1.1.1", "content": content},
                "certificates": [cms.CertificateChoices("certificate", signer)],
                "signer_infos": [info],
            }
        )
        self.altered(signed)
        return encode(File.SOD.tag, cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())

    def security_object(self, files: Mapping[File, bytes]) -> bytes:
        digest = self.files_digest or self.digest
        groups = sorted((each.group, content) for each, content in files.items() if each.group is not None)
        rows = [
            encode(
                0x30,
                core.Integer(group).dump() + core.OctetString(hashlib.new(digest, content).digest()).dump(),
            )
            for group, content in groups
        ]
        algorithm = algos.DigestAlgorithm({"algorithm": digest}).dump()
        return encode(0x30, core.Integer(0).dump() + algorithm + encode(0x30, b"".join(rows)))

    def _algorithm(self) -> algos.SignedDigestAlgorithm:
        if self.is_pss:
            parameters = {
                "hash_algorithm": {"algorithm": self.digest},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": self.digest}},
                "salt_length": 32,
            }
            return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
        if self.is_plain:
            return algos.SignedDigestAlgorithm({"algorithm": "0.4.0.127.0.7.1.1.4.1.3"})
        if isinstance(self.signer_key, rsa.RSAPrivateKey):
            return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})
        return algos.SignedDigestAlgorithm({"algorithm": f"{self.digest}_ecdsa"})

    def _signature(self, content: bytes) -> bytes:
        hash_ = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}[self.digest]
        if isinstance(self.signer_key, rsa.RSAPrivateKey):
            pss = padding.PSS(padding.MGF1(hash_), 32)
            return self.signer_key.sign(content, pss if self.is_pss else padding.PKCS1v15(), hash_)
        signature = self.signer_key.sign(content, ec.ECDSA(hash_))
        return plain(signature, 32) if self.is_plain else signature


def plain(signature: bytes, octets: int) -> bytes:
    """Two numbers one behind the other, of a DER signature."""
    numbers = core.SequenceOf.load(signature, spec=core.Integer)
    return b"".join(each.native.to_bytes(octets) for each in numbers)


# --- files -------------------------------------------------------------------------------------------------------


@cache
def picture(codec: str = "JPEG") -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.linear_gradient("L").resize((60, 80)).convert("RGB").save(written, codec)
    return written.getvalue()


def face_record(image: bytes, data_type: int = 0) -> bytes:
    """ISO/IEC 19794-5:2005, one face without feature points."""
    block = struct.pack(">HBBB3sH3s3s", 0, 2, 0, 0, bytes(3), 0, bytes(3), bytes(3))
    block += struct.pack(">BBHHBBHH", 1, data_type, 60, 80, 1, 2, 0, 0) + image
    faces = struct.pack(">I", len(block) + 4) + block
    return b"FAC\x00010\x00" + struct.pack(">IH", 14 + len(faces), 1) + faces


def dg1(mrz: Mrz) -> bytes:
    return encode(0x61, encode(0x5F1F, "".join(mrz.lines).encode()))


def dg2(record: bytes) -> bytes:
    header = encode(0xA1, encode(0x80, b"\x01\x01") + encode(0x87, b"\x01\x01") + encode(0x88, b"\0\x08"))
    template = encode(0x7F60, header + encode(0x5F2E, record))
    return encode(0x75, encode(0x7F61, encode(0x02, b"\x01") + template))


def dg11(*, names: str = "MUSTERMANN<<ERIKA<MARIA", birth_place: str = "MUSTERSTADT<<UTOPIA") -> bytes:
    fields = encode(0x5F0E, names.encode()) + encode(0x5F11, birth_place.encode()) + encode(0x5F2B, b"19640812")
    return encode(0x6B, encode(0x5C, b"\x5f\x0e\x5f\x11\x5f\x2b") + fields)


def dg12() -> bytes:
    return encode(
        0x6C,
        encode(0x5C, b"\x5f\x19\x5f\x26") + encode(0x5F19, b"CITY OF UTOPIA") + encode(0x5F26, b"20210924"),
    )


def dg15(key: PrivateKey) -> bytes:
    return encode(0x6F, public_info(key))


def security_info(protocol: str, *rest: bytes) -> bytes:
    return encode(0x30, identifier(protocol) + b"".join(rest))


def number(value: int) -> bytes:
    return core.Integer(value).dump()


def identifier(dotted: str) -> bytes:
    return core.ObjectIdentifier(dotted).dump()


def security_infos(*infos: bytes) -> bytes:
    return encode(0x31, b"".join(sorted(infos)))


def dg14(*infos: bytes) -> bytes:
    return encode(0x6E, security_infos(*infos))


def com(*files: File) -> bytes:
    tags = bytes(each.tag for each in files)
    return encode(0x60, encode(0x5F01, b"0107") + encode(0x5F36, b"040000") + encode(0x5C, tags))


def basic_files(mrz: Mrz | None = None) -> dict[File, bytes]:
    return {File.DG1: dg1(mrz or zone()), File.DG2: dg2(face_record(picture()))}


def signed_files(issuer: Issuer, files: Mapping[File, bytes]) -> dict[File, bytes]:
    groups = {each: content for each, content in files.items() if each.group is not None}
    return {**files, File.COM: com(*groups), File.SOD: issuer.sign(groups)}


def _name(common: str, country: str = "UT") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Utopia"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )
