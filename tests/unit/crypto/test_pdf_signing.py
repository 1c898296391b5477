"""A report is the station's, whole, or nobody's."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from muster.crypto.pdf_signing import is_signed_pdf, sign_pdf
from muster.crypto.signing import SigningKey
from muster.errors import MalformedData

_PDF = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >> endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000058 00000 n\x20
0000000115 00000 n\x20
trailer << /Size 4 /Root 1 0 R >>
startxref
186
%%EOF
"""


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="module")
def signed(key: SigningKey) -> bytes:
    return sign_pdf(_PDF, key, "10001_10001", reason="Report")


@pytest.mark.parametrize("content", [b"", b"not a PDF", _PDF, _PDF[:100]])
def test_what_nobody_signed_is_told(content: bytes, key: SigningKey) -> None:
    with pytest.raises(MalformedData) as caught:
        is_signed_pdf(content, key.public_der)
    assert caught.value.code.name == "PDF_NOT_SIGNED"


def test_another_stations_report_is_not_ours(signed: bytes) -> None:
    assert not is_signed_pdf(signed, SigningKey.generate().public_der)


@pytest.mark.parametrize("change", [b"[0 0 200 200]", b"Report"])
def test_a_changed_octet_is_found(signed: bytes, key: SigningKey, change: bytes) -> None:
    other = change[:-1] + bytes([change[-1] ^ 1])
    assert change in signed
    assert not is_signed_pdf(signed.replace(change, other, 1), key.public_der)


def test_what_was_added_behind_the_signature_is_found(signed: bytes, key: SigningKey) -> None:
    assert not is_signed_pdf(signed + b"\n% more\n", key.public_der)


def test_a_signed_report_is_the_stations(signed: bytes, key: SigningKey) -> None:
    assert is_signed_pdf(signed, key.public_der)
    assert signed.startswith(_PDF)


def test_openssl_agrees(signed: bytes, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here")
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    (tmp_path / "cms").write_bytes(bytes(signature.pkcs7_content))
    first, length, second, rest = signature.byte_range
    (tmp_path / "said").write_bytes(signed[first : first + length] + signed[second : second + rest])
    command = [
        openssl,
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-in",
        "cms",
        "-content",
        "said",
        "-binary",
        "-noverify",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
