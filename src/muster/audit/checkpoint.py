"""Checkpoints: records in the trail by which the machine key vouches for everything before them.

The hash chain alone proves nothing against somebody who can write the whole of it anew. A checkpoint's detail
carries the digest of the record before it, its own number and a signature over both; so the trail up to it can be
checked anywhere with the station's public key, and a checkpoint that was taken out leaves a number missing.

The signature is over the UTF-8 bytes of these lines, the last one without an end::

    muster audit checkpoint
    <number of the checkpoint>
    <sequence number of the record before it>
    <digest of that record>
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from muster import base64url

Signed = Callable[[bytes, bytes], bool]  # statement, signature


def statement(number: int, sequence: int, digest: str) -> bytes:
    return f"muster audit checkpoint\n{number}\n{sequence}\n{digest}".encode()


def detail(number: int, sequence: int, digest: str, sign: Callable[[bytes], bytes]) -> dict[str, str]:
    """What the record says."""
    signature = base64url.encode(sign(statement(number, sequence, digest)))
    return {"number": str(number), "upto": str(sequence), "head": digest, "signature": signature}


def holds(said: Mapping[str, str], number: int, sequence: int, digest: str, signed: Signed) -> bool:
    """Whether ``said`` is the checkpoint of this number, right after this record."""
    try:
        signature = base64url.decode(said["signature"])
    except (KeyError, ValueError, TypeError, AttributeError):  # a file may hold what is no text
        return False
    fits = (said.get("number"), said.get("upto"), said.get("head")) == (str(number), str(sequence), digest)
    return fits and signed(statement(number, sequence, digest), signature)
