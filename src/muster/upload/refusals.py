"""MOSIP's way of saying no: HTTP 200 and a list ``errors``, each with a code and a message (trap 18).

Only the code is ever said again, and only when it has the form of one; the message may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from muster.errors import Code, Refused

_SERVER_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def refusal_in(content: Mapping[str, Any]) -> tuple[str, str] | None:
    """Code and message of the first error."""
    errors = content.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return None
    return code_in(errors[0]), str(errors[0].get("message", ""))


def code_in(error: Mapping[str, Any]) -> str:
    code = error.get("errorCode")
    return code if isinstance(code, str) and _SERVER_CODE.fullmatch(code) else "?"


def raise_refusal(content: Mapping[str, Any], code: Code) -> None:
    refusal = refusal_in(content)
    if refusal is not None:
        raise Refused(code, server_code=refusal[0])
