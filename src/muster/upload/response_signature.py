"""The server's signature over its answer: header ``response-signature``, a detached JWS (section 4.4).

The signer's certificate is the one fetched for KERNEL/SIGN, never one that the header brings along. What was
signed is the body as the server first wrote it, which a proxy or a converter on the way may have laid out
anew, so the body is tried as it came and then written compactly: same order, nulls kept, no white space.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from muster.crypto.jws import verify_detached


def must_be_signed(answer: Mapping[str, Any]) -> bool:
    """Whether the parsed ``answer`` counts only with a good signature: not if ``response`` is missing or null.

    Errors come unsigned (trap 20), so nothing but the refusal may be believed of such an answer.
    """
    return answer.get("response") is not None


def is_signed_by(body: bytes, header_value: str, certificate: bytes) -> bool:
    """Whether ``header_value`` is the signature of ``certificate``'s owner over the answer ``body``.

    Raises ``BadInput`` when ``certificate`` cannot be read.
    """
    if verify_detached(header_value, body, certificate):
        return True
    try:
        compact = _compact(body)
    except (ValueError, RecursionError):
        return False
    return compact != body and verify_detached(header_value, compact, certificate)


def _compact(body: bytes) -> bytes:
    """Text stays UTF-8, as Jackson writes it. Floats are written Python's way: none with an exponent are met."""
    content = json.loads(body.decode(), object_pairs_hook=_without_twins, parse_constant=_refuse)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would hide what was not signed behind what was."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a name stands twice")
    return content


def _refuse(constant: str) -> None:
    raise ValueError(constant)
