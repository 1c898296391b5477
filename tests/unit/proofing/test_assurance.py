"""What results are worth, and what choices make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.domain.proofing import (
    HIGHEST,
    Aal,
    Assurance,
    Eidas,
    ErrorKind,
    ExecutionStatus,
    Framework,
    Ial,
    Scenario,
    Strength,
)
from muster.proofing.assurance import ceiling_of, counted
from muster.proofing.availability import Surroundings, hindrance, offered
from muster.proofing.commands import settled
from muster.proofing.definitions import Method, Policy
from muster.proofing.events import ChildChosen, NodeFailed, ProofingEvent
from muster.proofing.progress import fold
from unit.proofing.graphs import (
    EMAIL,
    NOON,
    OFFLINE,
    ONLINE,
    VOUCH,
    Json,
    choice,
    definitions,
    method,
    parallel,
    plan,
    sequence,
    start,
    succeeded,
    threshold,
)

PASSPORT = {"_type": "DocumentMethodDefinition", "id": "chip", "provider": "readid", "nfcEnabled": True}
WALLET = {"_type": "WalletMethodDefinition", "id": "wallet"}
OIDC = {"_type": "OidcMethodDefinition", "id": "oidc", "discoveryUrl": "https://x.example",
        "clientIdRef": {"key": "k"}}  # fmt: skip


def _method(definition: Json) -> Method:
    return definitions(method("a"), [definition]).methods[0]


def _policy(framework: Framework | None = None, scenario: Scenario | None = None) -> Policy:
    policy = {"framework": framework, "proofingScenario": scenario}
    said = {key: each.value for key, each in policy.items() if each is not None}
    return definitions(method("a"), policy=said).use_cases[0].policy


# --- levels ----------------------------------------------------------------------------------------------


def test_nothing_that_is_asked_for_may_be_missed() -> None:
    least = Assurance(Eidas.SUBSTANTIAL, aal=Aal.AAL2)
    assert not Assurance(Eidas.HIGH).reaches(least)
    assert not Assurance(Eidas.LOW, aal=Aal.AAL3).reaches(least)
    assert Assurance(Eidas.SUBSTANTIAL, aal=Aal.AAL2).reaches(least)
    assert Assurance().reaches(Assurance())


def test_a_ceiling_that_claims_nothing_lets_nothing_through() -> None:
    assert HIGHEST.at_most(Assurance(Eidas.LOW)) == Assurance(Eidas.LOW)
    assert Assurance(Eidas.LOW).at_most(HIGHEST) == Assurance(Eidas.LOW)


def test_the_highest_of_each_scale_counts() -> None:
    one, other = Assurance(Eidas.HIGH, Ial.IAL1), Assurance(Eidas.LOW, Ial.IAL2, strength=Strength.FAIR)
    assert one.joined(other) == Assurance(Eidas.HIGH, Ial.IAL2, strength=Strength.FAIR)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (EMAIL, Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR)),
        (PASSPORT, Assurance(Eidas.HIGH, Ial.IAL2, None, Strength.STRONG)),
        ({**PASSPORT, "nfcEnabled": False}, Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, None, Strength.STRONG)),
        (
            {**WALLET, "acceptedLoAs": ["low", "substantial"]},
            Assurance(Eidas.SUBSTANTIAL, Ial.IAL3, Aal.AAL2, Strength.SUPERIOR),
        ),
        (
            {**EMAIL, "assurance": {"maxAssurance": "substantial"}, "compliance": {"evidenceStrength": "strong"}},
            Assurance(Eidas.SUBSTANTIAL, Ial.IAL1, Aal.AAL1, Strength.STRONG),
        ),
    ],
)
def test_what_a_method_gives_at_most_is_what_it_says_or_what_its_kind_gives(
    definition: Json, expected: Assurance
) -> None:
    assert ceiling_of(_method(definition)) == expected


@pytest.mark.parametrize(
    ("scenario", "framework", "eidas", "ial"),
    [
        (Scenario.FACE_TO_FACE, None, Eidas.HIGH, Ial.IAL3),
        (Scenario.REMOTE_ASSISTED, None, Eidas.HIGH, Ial.IAL2),
        (Scenario.UNATTENDED_REMOTE, None, Eidas.SUBSTANTIAL, Ial.IAL2),
        (Scenario.FACE_TO_FACE, Framework.EIDAS, Eidas.HIGH, Ial.IAL3),
    ],
)
def test_where_the_person_was_caps_what_counts(
    scenario: Scenario, framework: Framework | None, eidas: Eidas, ial: Ial
) -> None:
    for told, said in ((scenario, None), (None, scenario), (Scenario.FACE_TO_FACE, scenario)):
        worth = counted(HIGHEST, _method(WALLET), _policy(framework, said), told)
        assert (worth.eidas, worth.ial) == (eidas, ial)


def test_a_method_s_own_scenario_caps_as_well() -> None:
    kiosk = _method({**WALLET, "compliance": {"proofingScenario": "unattended_remote"}})
    assert counted(HIGHEST, kiosk, _policy(), Scenario.FACE_TO_FACE).eidas is Eidas.SUBSTANTIAL


def test_evidence_too_weak_for_a_level_counts_as_the_level_it_carries() -> None:
    chip = _method(PASSPORT)
    assert counted(HIGHEST, chip, _policy(), None).eidas is Eidas.HIGH
    assert counted(HIGHEST, chip, _policy(Framework.EIDAS), None).eidas is Eidas.SUBSTANTIAL
    email = _method(EMAIL)
    assert counted(HIGHEST, email, _policy(Framework.EIDAS), None).eidas is Eidas.LOW
    nothing = counted(HIGHEST, email, _policy(Framework.DE_AML), None)
    assert (nothing.eidas, nothing.ial, nothing.aal) == (None, None, Aal.AAL1)


def test_a_method_that_names_its_frameworks_proves_nothing_under_another() -> None:
    named = _method({**WALLET, "compliance": {"regulatoryFrameworks": ["EIDAS", "UK_DIATF"]}})
    assert counted(HIGHEST, named, _policy(Framework.EIDAS), None).eidas is Eidas.HIGH
    assert counted(HIGHEST, named, _policy(Framework.NIST_800_63A), None).ial is None
    assert counted(HIGHEST, named, _policy(), None).ial is Ial.IAL3


def test_too_little_is_a_failure_though_every_step_succeeded() -> None:
    plan_ = plan(
        sequence(method("e", "email"), method("w", "wallet")), [EMAIL, WALLET], {"minimumAssurance": "high"}
    )
    events: list[ProofingEvent] = [start(plan_), succeeded("e"), succeeded("w", Eidas.SUBSTANTIAL)]
    progress = fold(plan_, events)
    assert {each.status.value for each in progress.nodes.values()} == {"COMPLETED"}
    assert (progress.status, progress.errors[-1].kind) == (ExecutionStatus.FAILED, ErrorKind.ASSURANCE)
    assert not progress.may_enroll
    assert fold(plan_, [*events[:2], succeeded("w", Eidas.HIGH)]).status is ExecutionStatus.COMPLETED


@pytest.mark.parametrize(("online", "may_enroll"), [(True, False), (False, True)])
def test_what_was_too_little_because_there_was_no_network_may_be_owed(online: bool, may_enroll: bool) -> None:
    policy = {"minimumAssurance": "high", "offlinePolicy": "ENROLL_PROVISIONAL"}
    plan_ = plan(method("w", "wallet"), [WALLET], policy)
    progress = fold(plan_, [start(plan_, online=online), succeeded("w", Eidas.LOW)])
    assert (progress.status, progress.may_enroll) == (ExecutionStatus.FAILED, may_enroll)


# --- availability and selection --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "around", "code"),
    [
        ({"enabled": False}, ONLINE, "METHOD_DISABLED"),
        ({"compliance": {"applicableTerritories": ["FRA"]}}, ONLINE, "METHOD_PROHIBITED"),
        ({"compliance": {"territoryRestrictions": {"NLD": {"prohibited": True}}}}, ONLINE, "METHOD_PROHIBITED"),
        ({}, Surroundings(True, frozenset()), "METHOD_NOT_HERE"),
        ({"compliance": {"requiredConsents": ["DATA_SHARING"]}}, ONLINE, "CONSENT_MISSING"),
        ({"device": "Finger"}, ONLINE, "PROOFING_DEVICE_MISSING"),
        ({}, OFFLINE, "METHOD_NEEDS_NETWORK"),
    ],
)
def test_a_method_that_cannot_run_says_why(change: Json, around: Surroundings, code: str) -> None:
    plan_ = plan(choice(method("a", "email"), method("b")), [{**EMAIL, **change}, VOUCH])
    reason = hindrance(plan_, plan_.nodes["a"], "NLD", (), around)
    assert reason is not None
    assert reason.code.name == code
    assert "{" not in reason.sentence


@pytest.mark.parametrize(
    ("definition", "works"),
    [
        (PASSPORT, True),
        (EMAIL, False),
        ({**EMAIL, "channel": "authenticator_app"}, True),
        (OIDC, False),
        (WALLET, False),
        ({**WALLET, "offlineCapable": True}, True),
        ({**VOUCH, "offlineCapable": False}, False),
    ],
)
def test_what_works_without_a_network_is_known_by_its_kind_or_said(definition: Json, works: bool) -> None:
    plan_ = plan(method("a", definition["id"]), [definition])
    assert (hindrance(plan_, plan_.nodes["a"], "", (), OFFLINE) is None) is works


METHODS = [
    {**VOUCH, "cost": 1.5},
    {**EMAIL, "cost": 1},
    {**OIDC, "cost": 2, "assurance": {"maxAssurance": "high"}},
    {**PASSPORT, "cost": 9},
    {**WALLET, "enabled": False},
]


def _chosen(graph: Json, around: Surroundings = ONLINE, **policy: Any) -> list[str]:
    plan_ = plan(graph, METHODS, policy)
    return [
        each.child if isinstance(each, ChildChosen) else type(each).__name__
        for each in settled(plan_, [start(plan_)], around, NOON)
    ]


A, B, C, D = method("a"), method("b", "email"), method("c", "oidc"), method("d", "chip")
E = method("e", "wallet")


@pytest.mark.parametrize(
    ("policy", "children", "chosen"),
    [
        ("FirstAvailable", (E, C, A), "c"),
        ("LowestCost", (D, C, B), "b"),
        ("LowestCost", (sequence(B, B | {"nodeId": "b2"}), A), "a"),
        ("LowestCost", (threshold(1, D, B), A), "$.children[0]"),
        ("LowestCost", (parallel(D, B, joinPolicy="Any"), A), "$.children[0]"),
        ("LowestCost", (choice(D, A), C), "$.children[0]"),
        ("HighestAssurance", (A, B, C), "c"),
        ("HighestAssurance", (B, sequence(A, D), C), "c"),  # equal by eIDAS, more by the others
        ("HighestAssurance", (B, A), "b"),  # equal but for the authenticator
        ("HighestAssurance", (E, A), "a"),
        ("HighestAssurance", (parallel(A, E, joinPolicy="Any"), C), "c"),  # what cannot run promises nothing
    ],
)
def test_a_choice_takes_a_child_by_its_policy(policy: str, children: tuple[Json, ...], chosen: str) -> None:
    assert _chosen(choice(*children, selectionPolicy=policy)) == [chosen]


def test_without_a_network_a_choice_takes_what_needs_none() -> None:
    assert _chosen(choice(C, D, selectionPolicy="FirstAvailable"), OFFLINE) == ["d"]


def test_a_choice_of_which_nothing_is_available_waits_or_fails_as_the_policy_says() -> None:
    graph = choice(B, C, selectionPolicy="FirstAvailable")
    assert _chosen(graph, OFFLINE) == []
    assert _chosen(graph, OFFLINE, offlinePolicy="FAIL") == [NodeFailed.__name__]
    assert _chosen(graph, Surroundings(True, frozenset()), offlinePolicy="FAIL") == []


def test_choices_below_choices_are_made_at_once_and_those_that_are_not_due_later() -> None:
    inner = choice(A, B, selectionPolicy="FirstAvailable")
    assert _chosen(choice(inner, C, selectionPolicy="FirstAvailable")) == ["$.children[0]", "a"]
    assert _chosen(sequence(C, inner)) == []
    assert _chosen(choice(inner, C)) == []  # a person has to choose first


WITHOUT_OIDC = replace(ONLINE, downgraded=frozenset({"oidc"}))


def test_a_service_that_was_not_there_lately_is_taken_after_the_others() -> None:
    assert _chosen(choice(C, A, selectionPolicy="FirstAvailable"), WITHOUT_OIDC) == ["a"]
    assert _chosen(choice(C, E, selectionPolicy="FirstAvailable"), WITHOUT_OIDC) == ["c"]  # better than nothing


def test_where_the_policy_refuses_it_a_service_that_was_not_there_lately_is_not_taken() -> None:
    graph = choice(C, E, selectionPolicy="FirstAvailable")
    assert _chosen(graph, WITHOUT_OIDC, downgradedServices="REFUSE") == []
    plan_ = plan(graph, METHODS, {"downgradedServices": "REFUSE"})
    reason = hindrance(plan_, plan_.nodes["c"], "", (), WITHOUT_OIDC)
    assert reason is not None
    assert reason.code.name == "METHOD_DOWNGRADED"


def test_a_choice_offers_what_is_sure_first() -> None:
    plan_ = plan(choice(sequence(A, C | {"nodeId": "c2"}), B, C, D), METHODS)
    root = plan_.nodes[plan_.root]
    assert offered(plan_, root, ONLINE) == root.children
    assert offered(plan_, root, WITHOUT_OIDC) == ("b", "d", "$.children[0]", "c")
