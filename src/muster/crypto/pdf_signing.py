"""PDF reports that say who made them and that nobody changed them since (PAdES, ETSI EN 319 142-1, level B-B).

The signer is the station's machine key. It has no certificate of an authority: the one in the signature is made
here, of the key over itself, and always the same one. Whoever checks a report compares the key's fingerprint with
the one the station was registered with, as for a trail.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime

from asn1crypto import algos, core, keys, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from muster.crypto.machine_key import MachineKey
from muster.crypto.signing import load_verification_key
from muster.errors import Code, MalformedData

PDF_NOT_SIGNED = Code("PDF_NOT_SIGNED", "This PDF cannot be read, or nobody signed it.")

_FIELD = "Station"
# A key has no end here; the certificate needs one, and a beginning before any report.
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)


def sign_pdf(content: bytes, key: MachineKey, station: str, *, reason: str) -> bytes:
    """``content`` with a signature that allows no change. Raises ``KeyUnavailable``."""
    public = load_verification_key(key.signing_public)
    signer = _MachineSigner(key, _certificate(key, public, station), public.key_size // 8)
    metadata = PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=station,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), output=out)
    return out.getvalue()


def is_signed_pdf(content: bytes, public_key: bytes) -> bool:
    """Whether all of ``content`` is as the owner of ``public_key`` signed it. Raises ``MalformedData`` for what is
    no signed PDF, ``BadInput`` for a key that cannot be read."""
    wanted = _spki(load_verification_key(public_key))
    try:
        signatures = PdfFileReader(io.BytesIO(content)).embedded_signatures
        if len(signatures) != 1:
            raise MalformedData(PDF_NOT_SIGNED)
        # The certificate vouches for itself; its key is compared below. Nobody is asked over a network.
        (signature,) = signatures
        itself = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(signature, itself)
    except (
        PdfError,
        SigningError,
        SignatureValidationError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
    ) as error:
        raise MalformedData(PDF_NOT_SIGNED) from error
    same_key = status.signing_cert.public_key.dump() == wanted
    return same_key and status.intact and status.valid and status.coverage is SignatureCoverageLevel.ENTIRE_FILE


class _MachineSigner(Signer):
    """Asks the key for each signature: it may lie in a TPM."""

    def __init__(self, key: MachineKey, certificate: x509.Certificate, octets: int) -> None:
        super().__init__(
            signing_cert=certificate,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
        )
        self._key = key
        self._octets = octets

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(self._octets) if dry_run else self._key.sign(data)


def _certificate(key: MachineKey, public: rsa.RSAPublicKey, station: str) -> x509.Certificate:
    spki = _spki(public)
    name = x509.Name.build({"common_name": f"Muster station {station}"})
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})
    usage = x509.Extension(
        {
            "extn_id": "key_usage",
            "critical": True,
            "extn_value": core.ParsableOctetString(x509.KeyUsage({"digital_signature", "non_repudiation"}).dump()),
        }
    )
    content = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(hashlib.sha256(spki).digest()[:16], "big"),
            "signature": algorithm,
            "issuer": name,
            "validity": {
                "not_before": x509.Time({"utc_time": _FROM}),
                "not_after": x509.Time({"utc_time": _UNTIL}),
            },
            "subject": name,
            "subject_public_key_info": keys.PublicKeyInfo.load(spki),
            "extensions": [usage],
        }
    )
    return x509.Certificate(
        {
            "tbs_certificate": content,
            "signature_algorithm": algorithm,
            "signature_value": key.sign(content.dump()),
        }
    )


def _spki(public: rsa.RSAPublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
