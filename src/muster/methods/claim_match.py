"""Whether an attribute names somebody who proved who they are at this station before. Asks nobody outside.

What was kept of them is a keyed hash; so is what is looked for. Somebody who is not known yet did nothing wrong:
whether that ends anything is the graph's business.
"""

from __future__ import annotations

from collections.abc import Mapping

from muster.domain.proofing import Aal, Assurance, Eidas, Ial, Identifier, MethodEvidence, Strength
from muster.errors import Code
from muster.methods.tools import MethodTools
from muster.proofing.definitions import ClaimMatchMethodDefinition
from muster.proofing.method import Done, NotDone, Outcome, Work

CLAIM_ABSENT = Code("CLAIM_ABSENT", "There is nothing yet to look this person up by.")
CLAIM_UNMATCHED = Code("CLAIM_UNMATCHED", "Nobody with these details proved who they are at this station before.")
CLAIM_NOT_AWAITED = Code("CLAIM_NOT_AWAITED", "This step is answered at once and waits for nothing.")

_GIVES = Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR)


class ClaimMatch:
    type = "claim_match"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        assert isinstance(work.definition, ClaimMatchMethodDefinition)
        value = work.inputs.get(work.definition.attribute)
        if not isinstance(value, str) or not value.strip():
            return NotDone(CLAIM_ABSENT, retryable=True)
        identifier = Identifier(work.definition.identifier_type, value)
        if not self._tools.is_known(identifier):
            return NotDone(CLAIM_UNMATCHED)
        evidence = MethodEvidence("station", self.type, work.now, {"identifier_type": identifier.type})
        return Done(_GIVES, evidence, (identifier,))

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        return NotDone(CLAIM_NOT_AWAITED)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        return NotDone(CLAIM_NOT_AWAITED)

    def poll(self, work: Work) -> Outcome:
        return NotDone(CLAIM_NOT_AWAITED)

    def cancel(self, work: Work) -> None:
        """Nothing was begun that would have to be ended."""


def method(tools: MethodTools) -> ClaimMatch:
    return ClaimMatch(tools)
