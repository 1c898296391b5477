"""What classes and methods of sign-ins are worth."""

from __future__ import annotations

import pytest

from muster.domain.proofing import Aal, Eidas, Ial, Strength
from muster.methods.sign_in_strength import assurance_of, methods_of

EIDAS = "http://eidas.europa.eu/LoA/"


@pytest.mark.parametrize("amr", [None, "pwd", {"pwd": 1}, [], [1, "", "x" * 65, None]])
def test_methods_that_are_no_words_are_none(amr: object) -> None:
    assert methods_of(None, amr) == ()


def test_methods_are_told_once_and_not_without_end() -> None:
    assert methods_of(None, ["pwd", "otp", "pwd"]) == ("pwd", "otp")
    assert len(methods_of(None, [f"m{each}" for each in range(100)])) == 20


def test_a_class_stands_for_its_methods_where_the_provider_names_none() -> None:
    assert methods_of("idbb:acr:linked-wallet-static-code", None) == ("hwk", "pwd", "mfa")
    assert methods_of("idbb:acr:linked-wallet-static-code", ["pwd"]) == ("pwd",)
    assert methods_of(["idbb:acr:static-code"], None) == ()


@pytest.mark.parametrize(
    ("methods", "level"),
    [
        ((), Aal.AAL1),
        (("pwd",), Aal.AAL1),
        (("pwd", "pin"), Aal.AAL1),  # twice the same kind
        (("otp", "hwk"), Aal.AAL1),
        (("unheard-of", "pwd"), Aal.AAL1),
        (("pwd", "otp"), Aal.AAL2),
        (("fpt", "hwk"), Aal.AAL2),
        (("mfa",), Aal.AAL2),
    ],
)
def test_two_kinds_of_proof_make_a_sign_in_strong(methods: tuple[str, ...], level: Aal) -> None:
    assurance = assurance_of(None, methods)
    assert assurance.aal is level
    assert assurance.strength is (Strength.STRONG if level is Aal.AAL2 else Strength.FAIR)


@pytest.mark.parametrize(
    ("acr", "eidas", "ial", "aal"),
    [
        (f"{EIDAS}low", Eidas.LOW, Ial.IAL1, Aal.AAL1),
        (f"{EIDAS}substantial", Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL2),
        (f"{EIDAS}high", Eidas.HIGH, Ial.IAL2, Aal.AAL2),
        (f"{EIDAS}higher", Eidas.LOW, Ial.IAL1, Aal.AAL1),
        ("high", Eidas.LOW, Ial.IAL1, Aal.AAL1),
        (3, Eidas.LOW, Ial.IAL1, Aal.AAL1),
    ],
)
def test_a_class_of_eidas_is_worth_its_level_and_an_unknown_one_nothing(
    acr: object, eidas: Eidas, ial: Ial, aal: Aal
) -> None:
    assurance = assurance_of(acr, ("pwd",))
    assert (assurance.eidas, assurance.ial, assurance.aal) == (eidas, ial, aal)
