"""How large the packet is going to be, while there is still time to do something about it. Pure.

A server takes packets up to a limit (5 MB by default, trap 18). What is there is counted by ``packet.size``; what
is still to be captured at the size of this person's other captures, else at the typical one. Documents that may
still come are not counted: nobody knows whether they will.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import Modality
from muster.domain.lifecycle import ExceptionPhotoTaken, Registration, SampleCaptured
from muster.domain.registration import Step
from muster.errors import Code
from muster.packet.size import RecordSize, sealed_size
from muster.workstation.policy import Policy

PACKET_GROWS_TOO_LARGE = Code(
    "PACKET_GROWS_TOO_LARGE",
    "This will be too large to be sent: about {expected} kB, and at most {limit} kB can be. Make the documents "
    "smaller or leave one out.",
)

_TYPICAL_ATTESTATION = 3_600  # certificate, digital id and signature of a device


@dataclass(frozen=True, slots=True)
class PacketSize:
    """Of the sealed packet, in bytes: with what is there ``now``, as ``expected`` in the end, and the limit."""

    now: int
    expected: int
    limit: int

    @property
    def fits(self) -> bool:
        return self.expected <= self.limit

    @property
    def finding(self) -> Finding | None:
        if self.fits:
            return None
        detail = {"expected": self.expected // 1000, "limit": self.limit // 1000}
        return Finding(PACKET_GROWS_TOO_LARGE, Severity.WARNS, detail=detail)


def packet_size(state: Registration, policy: Policy, steps: Collection[Step]) -> PacketSize:
    """``steps`` are those of this registration."""
    photo = (state.exception_photo,) if state.exception_photo else ()
    introducer = state.introducer.samples.values() if Step.INTRODUCER in steps else ()
    there = [_size(each) for each in (*state.samples.values(), *photo, *introducer)]
    documents = [each.content.size for each in state.documents.values()]
    coming = list(_coming(state, policy, steps))
    return PacketSize(
        now=sealed_size(documents, there),
        expected=sealed_size(documents, [*there, *coming]),
        limit=policy.maximum_packet_bytes,
    )


def document_alone(size: int) -> int:
    """The sealed packet of somebody who brings nothing but one document of ``size`` bytes."""
    return sealed_size([size], [])


def _coming(state: Registration, policy: Policy, steps: Collection[Step]) -> Iterable[RecordSize]:
    for step in steps:
        for attribute in step.capture_group.attributes if step.capture_group else ():
            if attribute not in state.samples and attribute not in state.exceptions:
                yield _typical(attribute.modality, state, policy)
    if Step.EXCEPTION_PHOTO in steps and not state.is_done(Step.EXCEPTION_PHOTO):
        yield _typical(Modality.FACE, state, policy)
    if Step.INTRODUCER in steps and not state.is_done(Step.INTRODUCER):
        yield _typical(Modality.FACE, state, policy)  # nobody knows what it will be: the largest of them


def _typical(modality: Modality, state: Registration, policy: Policy) -> RecordSize:
    """What this person's captures come to at this station's devices says more than what is usual."""
    known = [_size(each) for name, each in state.samples.items() if name.modality is modality]
    if not known:
        return RecordSize(policy.typical_record_bytes[modality], _TYPICAL_ATTESTATION)
    return RecordSize(
        sum(each.record for each in known) // len(known), sum(each.attestation for each in known) // len(known)
    )


def _size(capture: SampleCaptured | ExceptionPhotoTaken) -> RecordSize:
    signed = capture.facts.attestation
    return RecordSize(capture.record.size, len(signed.header) + len(signed.payload) + len(signed.signature))
