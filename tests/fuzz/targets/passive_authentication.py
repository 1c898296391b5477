"""EF.SOD of a hostile chip, and certificates that an administrator put there: whatever the octets, doubts."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fuzz.typed import assert_well_typed
from muster.crypto.passive_authentication import CountryAuthorities, check_signed_object
from muster.formats.lds import File, signed_object
from simulators.passport_issuer import NOW, Issuer, basic_files, ec_key, rsa_key, signed_files

REFUSALS = ()


@cache
def _issuer() -> Issuer:
    return Issuer(ec_key("fuzz authority"), ec_key("fuzz signer"))


@cache
def _authorities() -> CountryAuthorities:
    return CountryAuthorities([_issuer().authority], [_issuer().revocations(5)])


def seeds(reference: Path | None) -> Iterable[bytes]:
    for issuer in (_issuer(), Issuer(_issuer().authority_key, rsa_key("fuzz", 1024), is_pss=True)):
        yield signed_object(signed_files(issuer, basic_files())[File.SOD])
    yield _issuer().authority
    yield _issuer().revocations(5)
    yield from (b"", b"\x30\x80", b"\x30" * 3000)


def run(content: bytes) -> None:
    assert_well_typed(check_signed_object(content, _authorities(), NOW))
    store = CountryAuthorities([content], [content])
    check_signed_object(content, store, NOW)
