"""How sure a sign-in elsewhere makes us: by the class (``acr``) and the methods (``amr``) its provider names.

Two kinds of proof in one sign-in (something known, owned, or of the body) make it a strong one; the provider's
word alone that it was several (``mfa``) does as well. GovStack's classes stand for their factors, eIDAS' for their
level. A class nobody knows proves nothing by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from muster.domain.proofing import Aal, Assurance, Eidas, Ial, Strength

_LONGEST_WORD = 64
_MOST_WORDS = 20

# RFC 8176, section 2.
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("pwd", "pin", "kba"), "known"),
        **dict.fromkeys(("otp", "sms", "tel", "hwk", "swk", "sc", "pop"), "owned"),
        **dict.fromkeys(("face", "fpt", "iris", "retina", "vbm"), "body"),
    }
)
# GovStack, Identity building block, chapter 7: authentication context classes.
_FACTORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "idbb:acr:static-code": ("pwd",),
        "idbb:acr:generated-code": ("otp",),
        "idbb:acr:linked-wallet": ("hwk", "mfa"),
        "idbb:acr:biometrics": (),  # of the body, and no word says of which part
        "idbb:acr:biometrics-generated-code": ("otp", "mfa"),
        "idbb:acr:linked-wallet-static-code": ("hwk", "pwd", "mfa"),
    }
)
_EIDAS = "http://eidas.europa.eu/LoA/"  # eIDAS SAML Attribute Profile 1.2, and OpenID profiles after it

_WEAK = Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR)
_STRONG = Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL2, Strength.STRONG)
_BY_EIDAS: Mapping[str, Assurance] = MappingProxyType(
    {
        "low": Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR),
        "substantial": _STRONG,
        "high": Assurance(Eidas.HIGH, Ial.IAL2, Aal.AAL2, Strength.SUPERIOR),
    }
)


def methods_of(acr: object, amr: object) -> tuple[str, ...]:
    """What the provider names, or what its class stands for."""
    named = amr if isinstance(amr, list) else []
    words = [each for each in named if isinstance(each, str) and 0 < len(each) <= _LONGEST_WORD][:_MOST_WORDS]
    return tuple(dict.fromkeys(words)) or _FACTORS.get(str(acr), ())


def assurance_of(acr: object, methods: Sequence[str]) -> Assurance:
    """What a sign-in like this proves; what the method may give at most is looked at elsewhere."""
    kinds = {_KINDS[each] for each in methods if each in _KINDS}
    by_factors = _STRONG if "mfa" in methods or len(kinds) > 1 else _WEAK
    name = str(acr)
    level = _BY_EIDAS.get(name.removeprefix(_EIDAS)) if name.startswith(_EIDAS) else None
    if level is None:
        return by_factors
    return Assurance(level.eidas, level.ial, level.aal or by_factors.aal, level.strength)
