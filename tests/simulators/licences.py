"""Driving licences as a scanner sees them: a PDF417 code on a sheet (AAMVA, 2020)."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import zxingcpp
from PIL import Image

from muster.analysis.api import Pixels


@cache
def licence(birth: str = "08121984", sex: str = "2", given: str = "ERIKA") -> Pixels:
    """``birth`` as MMDDYYYY, ``sex`` 1 or 2."""
    text = (
        f"@\n\x1e\rANSI 636014080002DL00410250ZC02910030DLDAQI1234562\nDCSMUSTERMANN\nDAC{given}\nDADNONE\n"
        f"DBB{birth}\nDBC{sex}\nDCGUSA\n"
    )
    code = np.asarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.PDF417).to_image(scale=3))
    sheet = np.full((code.shape[0] + 60, code.shape[1] + 60, 3), 255, np.uint8)
    sheet[30:-30, 30:-30] = code[:, :, np.newaxis]
    return sheet


def licence_png(birth: str = "08121984", sex: str = "2", given: str = "ERIKA") -> bytes:
    written = io.BytesIO()
    Image.fromarray(licence(birth, sex, given)).save(written, "PNG")
    return written.getvalue()
