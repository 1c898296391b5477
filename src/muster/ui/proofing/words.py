"""What steps, states, levels and consents of a proof of identity are called in the window's language.

A method's own words (the labels of its form, its name in the configuration) are looked up in the catalogue and
shown as they are when it has none: a method that is new needs no edit here.
"""

from __future__ import annotations

from muster.domain.proofing import Aal, Assurance, Consent, Eidas, ExecutionStatus, Ial, NodeStatus, Strength
from muster.errors import Code
from muster.ui.language import say, tr, word
from muster.workstation.proofing_play import DrawnNode
from muster.workstation.proofing_view import CHOICE, METHOD, SEQUENCE, ErrorView, NodeView


def sign(status: NodeStatus) -> str:
    """One letter beside the words: never the colour alone."""
    if status.is_awaiting or status is NodeStatus.DISPATCHED:
        return "…"
    return {
        NodeStatus.COMPLETED: "✓",
        NodeStatus.FAILED: "✗",
        NodeStatus.SKIPPED: "–",
        NodeStatus.CANCELLED: "–",
        NodeStatus.READY: "•",
    }.get(status, "○")


def status_words(status: NodeStatus) -> str:
    return {
        NodeStatus.PENDING: tr("later"),
        NodeStatus.READY: tr("can be begun"),
        NodeStatus.DISPATCHED: tr("begun"),
        NodeStatus.AWAITING_INPUT: tr("waits for an answer"),
        NodeStatus.AWAITING_CALLBACK: tr("waits for somebody outside"),
        NodeStatus.AWAITING_POLL: tr("is looked at elsewhere"),
        NodeStatus.COMPLETED: tr("done"),
        NodeStatus.FAILED: tr("did not succeed"),
        NodeStatus.SKIPPED: tr("not needed"),
        NodeStatus.CANCELLED: tr("stopped"),
    }[status]


def execution_words(status: ExecutionStatus) -> str:
    return {
        ExecutionStatus.CREATED: tr("begun"),
        ExecutionStatus.RUNNING: tr("under way"),
        ExecutionStatus.AWAITING_ACTION: tr("waits for an answer"),
        ExecutionStatus.COMPLETED: tr("proven"),
        ExecutionStatus.FAILED: tr("not proven"),
        ExecutionStatus.EXPIRED: tr("its time is over"),
        ExecutionStatus.CANCELLED: tr("cancelled"),
    }[status]


def group_words(kind: str, join: str, selection: str, minimum: int, count: int) -> str:
    """What a step made of others asks of them."""
    if kind == SEQUENCE:
        return tr("One after the other")
    if kind == CHOICE:
        return {
            "UserSelect": tr("One of these, as the person likes"),
            "HighestAssurance": tr("The one that proves most"),
            "LowestCost": tr("The one that costs least"),
            "FirstAvailable": tr("The first that is available"),
        }[selection]
    if kind == "ThresholdNode":
        return tr("{minimum} of these {count}", minimum=minimum, count=count)
    return {
        "All": tr("All of these, in any order"),
        "Any": tr("At least one of these"),
        "BestEffort": tr("As many of these as possible"),
    }[join]


def method_words(type_: str) -> str:
    """What kind of method it is; one that nobody here knows goes by its own word."""
    return {
        "oidc": tr("sign-in at a provider"),
        "wallet": tr("wallet on the telephone"),
        "otp": tr("one-time code"),
        "document": tr("document"),
        "biometric": tr("face or finger"),
        "claim_match": tr("looked up here"),
        "rest_api": tr("asked of another system"),
        "id_and_v": tr("sign-in at a trusted provider"),
        "mitrust": tr("records shared through MiTrust"),
        "vouch": tr("vouched for"),
    }.get(type_, type_)


def title(node: NodeView) -> str:
    if node.kind == METHOD:
        return word(node.name)
    return group_words(node.kind, node.join, node.selection, node.minimum, len(node.children))


def drawn_title(node: DrawnNode) -> str:
    """The same of a step that is only drawn."""
    if node.kind == METHOD:
        return word(node.name)
    return group_words(node.kind, node.join, node.selection, node.minimum, len(node.children))


def error_words(error: ErrorView) -> str:
    """What an officer may hear of it: our own sentence, never what a provider said."""
    code = Code.named(error.code)
    if code is None or "{" in code.sentence:
        return tr("This step did not succeed.")
    return say(code)


def hindrance_words(node: NodeView) -> str:
    code = Code.named(node.hindrance)
    return say(code, node.hindrance_detail) if code else ""


def consent_words(consent: Consent) -> str:
    """To be read to the person."""
    return {
        Consent.BIOMETRIC_PROCESSING: tr("Your face or fingers are looked at to see that it is you."),
        Consent.DATA_SHARING: tr("What you give us here is sent to those who can confirm it."),
        Consent.CROSS_BORDER_TRANSFER: tr("Some of those who confirm it are in another country."),
    }[consent]


def consent_name(consent: Consent) -> str:
    return {
        Consent.BIOMETRIC_PROCESSING: tr("Face and fingers"),
        Consent.DATA_SHARING: tr("Sharing of details"),
        Consent.CROSS_BORDER_TRANSFER: tr("Sending abroad"),
    }[consent]


def assurance_words(assurance: Assurance) -> str:
    """Plain words, with the scale's own behind them."""
    said = [
        _eidas_words(assurance.eidas) if assurance.eidas else "",
        _ial_words(assurance.ial) if assurance.ial else "",
        _aal_words(assurance.aal) if assurance.aal else "",
        _strength_words(assurance.strength) if assurance.strength else "",
    ]
    return " · ".join(each for each in said if each) or tr("nothing")


def _eidas_words(level: Eidas) -> str:
    return {
        Eidas.LOW: tr("somewhat sure (low)"),
        Eidas.SUBSTANTIAL: tr("sure (substantial)"),
        Eidas.HIGH: tr("very sure (high)"),
    }[level]


def _ial_words(level: Ial) -> str:
    return tr("identity {level}", level=level.value)


def _aal_words(level: Aal) -> str:
    return tr("sign-in {level}", level=level.value)


def _strength_words(strength: Strength) -> str:
    return {
        Strength.FAIR: tr("fair evidence"),
        Strength.STRONG: tr("strong evidence"),
        Strength.SUPERIOR: tr("superior evidence"),
    }[strength]


def asked_of(reached: Assurance, minimum: Assurance) -> Assurance:
    """What was reached, on those scales alone that something is asked on."""
    return Assurance(
        reached.eidas if minimum.eidas else None,
        reached.ial if minimum.ial else None,
        reached.aal if minimum.aal else None,
        reached.strength if minimum.strength else None,
    )
