"""What speaks for and against a chip that was read: each failed check its own sentence, and all together a
verdict.

What is wrong blocks. What could not be found out (an authority that the station does not know) warns: such a
document may be genuine, and nothing shows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from muster.crypto.passive_authentication import Doubt
from muster.devices.chip_reading import ChipContents
from muster.domain.assessment import Finding, Severity
from muster.domain.chips import ChipAuthenticity, ChipProof
from muster.errors import Code, MalformedData
from muster.formats.lds import File
from muster.formats.lds_security import SecurityInfo, security_options

CHIP_SIGNATURE_UNREADABLE = Code(
    "CHIP_SIGNATURE_UNREADABLE", "The chip holds no signature of its issuer that can be read."
)
CHIP_ALGORITHM_UNKNOWN = Code(
    "CHIP_ALGORITHM_UNKNOWN", "The chip is signed in a way that this program does not know. It cannot be checked."
)
CHIP_SIGNATURE_WRONG = Code(
    "CHIP_SIGNATURE_WRONG", "The issuer's signature on the chip is wrong. The chip's contents are not genuine."
)
CHIP_SIGNER_ABSENT = Code(
    "CHIP_SIGNER_ABSENT", "The chip does not say who signed it. Its signature cannot be checked."
)
CHIP_SIGNER_NOT_MEANT = Code(
    "CHIP_SIGNER_NOT_MEANT",
    "The certificate of whoever signed the chip is not one for signing documents. Nothing shows that the chip is "
    "genuine.",
)
CHIP_SIGNER_NOT_VALID = Code(
    "CHIP_SIGNER_NOT_VALID", "The certificate of whoever signed the chip is not valid at this time."
)
CHIP_SIGNER_REVOKED = Code("CHIP_SIGNER_REVOKED", "The issuer has revoked the certificate that signed this chip.")
CHIP_ISSUER_UNKNOWN = Code(
    "CHIP_ISSUER_UNKNOWN",
    "This station does not know the authority that issued the document: nothing shows who signed the chip.",
)
CHIP_ISSUER_NOT_VALID = Code(
    "CHIP_ISSUER_NOT_VALID", "The certificate of the authority that issued the document is not valid at this time."
)
CHIP_REVOCATION_UNKNOWN = Code(
    "CHIP_REVOCATION_UNKNOWN",
    "Whether the issuer has revoked what signed this chip cannot be told: there is no current list.",
)
CHIP_HASH_OLD = Code("CHIP_HASH_OLD", "The chip is signed in an old way (SHA-1) that is no longer strong.")
CHIP_FILE_CHANGED = Code("CHIP_FILE_CHANGED", "A file on the chip ({file}) is not what the issuer signed.")
CHIP_FILE_UNSIGNED = Code("CHIP_FILE_UNSIGNED", "A file on the chip ({file}) is not signed by the issuer.")
CHIP_FILE_WITHHELD = Code(
    "CHIP_FILE_WITHHELD", "The issuer signed a file ({file}) that the chip does not give. It may be a copy."
)
CHIP_IS_A_COPY = Code(
    "CHIP_IS_A_COPY",
    "The chip could not show that it is the one its issuer made: it is a copy. Keep the document apart and tell "
    "your supervisor.",
)
CHIP_COPY_NOT_EXCLUDED = Code(
    "CHIP_COPY_NOT_EXCLUDED", "Nothing on this chip can show that it is not a copy. Compare the document itself."
)
CHIP_ACCESS_CHANGED = Code(
    "CHIP_ACCESS_CHANGED",
    "What the chip said before it was opened is not what the issuer signed. Somebody may listen in.",
)

_BLOCKS, _WARNS, _INFORMS = Severity.BLOCKS, Severity.WARNS, Severity.INFORMS
_DOUBTS = {
    Doubt.UNREADABLE: (CHIP_SIGNATURE_UNREADABLE, _BLOCKS),
    Doubt.ALGORITHM_UNKNOWN: (CHIP_ALGORITHM_UNKNOWN, _WARNS),
    Doubt.SIGNATURE_WRONG: (CHIP_SIGNATURE_WRONG, _BLOCKS),
    Doubt.SIGNER_ABSENT: (CHIP_SIGNER_ABSENT, _WARNS),
    Doubt.SIGNER_NOT_MEANT: (CHIP_SIGNER_NOT_MEANT, _WARNS),
    Doubt.SIGNER_NOT_VALID: (CHIP_SIGNER_NOT_VALID, _WARNS),
    Doubt.SIGNER_REVOKED: (CHIP_SIGNER_REVOKED, _BLOCKS),
    Doubt.ISSUER_UNKNOWN: (CHIP_ISSUER_UNKNOWN, _WARNS),
    Doubt.ISSUER_NOT_VALID: (CHIP_ISSUER_NOT_VALID, _WARNS),
    Doubt.REVOCATION_UNKNOWN: (CHIP_REVOCATION_UNKNOWN, _INFORMS),
    Doubt.WEAK_HASH: (CHIP_HASH_OLD, _INFORMS),
}
_PACE = "0.4.0.127.0.7.2.2.4."


def judge(contents: ChipContents) -> tuple[Finding, ...]:
    return tuple(_findings(contents))


def authenticity(contents: ChipContents) -> ChipAuthenticity:
    severities = {each.severity for each in judge(contents)}
    if Severity.BLOCKS in severities:
        return ChipAuthenticity.FALSE
    if Severity.WARNS in severities:
        return ChipAuthenticity.NOT_SHOWN
    is_proved = ChipProof.PROVED in (contents.active, contents.chip)
    return ChipAuthenticity.GENUINE if is_proved else ChipAuthenticity.UNCHANGED


def _findings(contents: ChipContents) -> Iterator[Finding]:
    for doubt in contents.signed.doubts:
        code, severity = _DOUBTS[doubt]
        yield Finding(code, severity)
    for file, content in contents.files.items():
        if file.group is None:
            continue
        if file.group not in contents.signed.digests:
            yield Finding(CHIP_FILE_UNSIGNED, field=file.label, detail={"file": file.label})
        elif contents.signed.matches(file.group, content) is False:
            yield Finding(CHIP_FILE_CHANGED, field=file.label, detail={"file": file.label})
    for file in contents.withheld:
        yield Finding(CHIP_FILE_WITHHELD, field=file.label, detail={"file": file.label})
    if ChipProof.FAILED in (contents.active, contents.chip):
        yield Finding(CHIP_IS_A_COPY)
    elif ChipProof.PROVED not in (contents.active, contents.chip):
        yield Finding(CHIP_COPY_NOT_EXCLUDED, Severity.INFORMS)
    if _is_access_changed(contents):
        yield Finding(CHIP_ACCESS_CHANGED)


def _is_access_changed(contents: ChipContents) -> bool:
    """9303-11, 4.2: EF.CardAccess is repeated in DG14, which is signed. A chip without DG14 has nothing to
    compare."""
    try:
        signed = _pace(security_options(contents.files[File.DG14]))
    except (KeyError, MalformedData):
        return False
    return bool(signed) and signed != _pace(contents.offers)


def _pace(infos: tuple[SecurityInfo, ...]) -> set[tuple[str, tuple[int, ...]]]:
    return {(each.protocol, each.numbers) for each in infos if each.protocol.startswith(_PACE)}
