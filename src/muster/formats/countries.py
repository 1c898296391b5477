"""States as others write them: two letters, three, or Doc 9303's own codes (ISO 3166-1; Doc 9303-3, section 5).

Here three letters are kept, since documents have them; what is no code is left as it is, for a person to read.
"""

from __future__ import annotations

from functools import cache

# Codes of Doc 9303-3, section 5, that stand for a state of ISO 3166-1: Germany's, the United Kingdom's other
# nationals', and Kosovo's, which has none there.
_DOC_9303 = {"D": "DEU", "GBD": "GBR", "GBN": "GBR", "GBO": "GBR", "GBP": "GBR", "GBS": "GBR"}
_KOSOVO = ("XK", "XKX")
_KOSOVO_9303 = "RKS"


@cache
def alpha3(code: str) -> str:
    """``FR``, ``FRA``, ``fr`` -> ``FRA``."""
    plain = code.strip().upper()
    if plain in _DOC_9303:
        return _DOC_9303[plain]
    if plain in (*_KOSOVO, _KOSOVO_9303):
        return _KOSOVO[1]
    found = _found(plain)
    return str(found.alpha_3) if found is not None else code


@cache
def alpha2(code: str) -> str:
    """``FRA`` -> ``FR``."""
    known = alpha3(code)
    if known == _KOSOVO[1]:
        return _KOSOVO[0]
    found = _found(known)
    return str(found.alpha_2) if found is not None else code


def _found(code: str):  # type: ignore[no-untyped-def]
    import pycountry

    if len(code) == 2:
        return pycountry.countries.get(alpha_2=code)
    return pycountry.countries.get(alpha_3=code) if len(code) == 3 else None
