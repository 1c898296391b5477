"""The face that one step found and another compares with, as an attribute that nobody is shown.

It is a template, not a picture: what is left of a portrait once the step that saw it is over. It is worth nothing
in another execution.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import numpy as np

from muster.analysis.face_recognition import FaceTemplate
from muster.domain.proofing import AttributeValue
from muster.errors import BadInput, Code, NotAuthentic
from muster.proofing.method import SEALED

PORTRAIT_ABSENT = Code(
    "PORTRAIT_ABSENT", "There is no portrait to compare the face with. Take a document of the person first."
)

_STORED = np.dtype("<f4")


def sealed_portrait(template: FaceTemplate, execution_id: str, seal: Callable[[str], str]) -> str:
    vector = base64.b64encode(template.vector.astype(_STORED).tobytes()).decode()
    told = {"execution": execution_id, "network": template.network, "vector": vector}
    return SEALED + seal(json.dumps(told))


def unsealed_portrait(
    value: AttributeValue | None, execution_id: str, network: str, unseal: Callable[[str], str]
) -> FaceTemplate:
    """Raises ``BadInput(PORTRAIT_ABSENT)``: none, one that was sealed elsewhere, or of another network."""
    if not isinstance(value, str) or not value.startswith(SEALED):
        raise BadInput(PORTRAIT_ABSENT)
    try:
        told = json.loads(unseal(value.removeprefix(SEALED)))
        of = (told["execution"], told["network"])
        template = FaceTemplate(told["network"], np.frombuffer(base64.b64decode(told["vector"]), _STORED))
    except (NotAuthentic, ValueError, KeyError, TypeError) as error:
        raise BadInput(PORTRAIT_ABSENT) from error
    if of != (execution_id, network):
        raise BadInput(PORTRAIT_ABSENT)
    return template
