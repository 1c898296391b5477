"""What a method can give, what its evidence is worth here, and whether all of it together is enough.

A result counts no further than three things let it: what its method may give at most, where the person was while
it was made, and, where the use case names a framework, what that framework asks of evidence at each level. Of what
is left the highest on each scale counts.

The tables are our proposal where the source has none (``src/decisions``): it names the levels, the caps' existence
and three examples of strength.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from muster.domain.proofing import HIGHEST, Aal, Assurance, Eidas, Framework, Ial, Scenario, Strength
from muster.proofing.definitions import (
    DocumentMethodDefinition,
    Method,
    Policy,
    WalletMethodDefinition,
)

# What a method can give when its definition does not say.
_BY_TYPE: Mapping[str, Assurance] = MappingProxyType(
    {
        "otp": Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR),
        "oidc": Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL2, Strength.STRONG),
        "wallet": Assurance(Eidas.HIGH, Ial.IAL3, Aal.AAL2, Strength.SUPERIOR),
        "document": Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, None, Strength.STRONG),
        "biometric": Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL1, Strength.STRONG),
        "claim_match": Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR),
        "id_and_v": Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL2, Strength.STRONG),
        "mitrust": Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR),
        "rest_api": Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR),
        "vouch": Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR),
    }
)

# How far anything counts that was done there. Where the person is says nothing about their authenticator.
_BY_SCENARIO: Mapping[Scenario, Assurance] = MappingProxyType(
    {
        Scenario.FACE_TO_FACE: HIGHEST,
        Scenario.REMOTE_ASSISTED: Assurance(Eidas.HIGH, Ial.IAL2, Aal.AAL3, Strength.SUPERIOR),
        Scenario.UNATTENDED_REMOTE: Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL3, Strength.SUPERIOR),
    }
)

# The level that evidence of a strength can carry. Under German law against money laundering weak evidence is none.
_EIDAS_BY_STRENGTH: Mapping[Strength, Eidas] = MappingProxyType(
    {Strength.FAIR: Eidas.LOW, Strength.STRONG: Eidas.SUBSTANTIAL, Strength.SUPERIOR: Eidas.HIGH}
)
_IAL_BY_STRENGTH: Mapping[Strength, Ial] = MappingProxyType(
    {Strength.FAIR: Ial.IAL1, Strength.STRONG: Ial.IAL2, Strength.SUPERIOR: Ial.IAL3}
)
_LEAST_STRENGTH: Mapping[Framework, Strength] = MappingProxyType(
    {
        Framework.EIDAS: Strength.FAIR,
        Framework.NIST_800_63A: Strength.FAIR,
        Framework.UK_DIATF: Strength.FAIR,
        Framework.DE_AML: Strength.STRONG,
    }
)


def ceiling_of(method: Method) -> Assurance:
    """The most a method can give, as its definition says or by its type."""
    default, said = _default(method), method.assurance
    return Assurance(
        said.max_assurance or default.eidas,
        said.max_ial or default.ial,
        said.max_aal or default.aal,
        method.compliance.evidence_strength or default.strength,
    )


def _default(method: Method) -> Assurance:
    match method:
        case WalletMethodDefinition(accepted_lo_as=(_, *_) as accepted):
            highest = max(accepted, key=lambda level: level.rank)
            return Assurance(highest, Ial.IAL3, Aal.AAL2, Strength.SUPERIOR).at_most(_BY_TYPE["wallet"])
        case DocumentMethodDefinition(nfc_enabled=True):
            # A chip proves a level; its strength is the source's own example ("Passport NFC read").
            return Assurance(Eidas.HIGH, Ial.IAL2, None, Strength.STRONG)
        case _:
            return _BY_TYPE[method.type]


def reachable(method: Method, policy: Policy, scenario: Scenario | None = None) -> Assurance:
    """The most a method's result can count under a policy."""
    return counted(ceiling_of(method), method, policy, scenario)


def counted(found: Assurance, method: Method, policy: Policy, scenario: Scenario | None) -> Assurance:
    """How far one result counts; ``scenario`` is where the person was, as far as that is known."""
    told = found.at_most(ceiling_of(method))
    for place in (scenario, policy.proofing_scenario, method.compliance.proofing_scenario):
        if place is not None:
            told = told.at_most(_BY_SCENARIO[place])
    if policy.framework is None:
        return told
    declared = method.compliance.regulatory_frameworks
    if declared and policy.framework not in declared:
        return Assurance(aal=told.aal, strength=told.strength)
    return _carried(told, policy.framework)


def _carried(told: Assurance, framework: Framework) -> Assurance:
    """Levels that the evidence is too weak for fall to what it can carry."""
    strength = told.strength
    if strength is None or strength.rank < _LEAST_STRENGTH[framework].rank:
        return Assurance(aal=told.aal, strength=strength)
    carried = Assurance(_EIDAS_BY_STRENGTH[strength], _IAL_BY_STRENGTH[strength], Aal.AAL3, strength)
    return told.at_most(carried)
