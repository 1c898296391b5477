"""Whether the files of a chip are as a state signed them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from muster.crypto.passive_authentication import CountryAuthorities, Doubt, SignedFiles, check_signed_object
from muster.formats.lds import File, signed_object
from simulators.passport_issuer import (
    NOW,
    Issuer,
    basic_files,
    certificate,
    der,
    ec_key,
    rsa_key,
    signed_files,
)

FILES = basic_files()


def checked(
    issuer: Issuer, *, believed: bytes | None = None, revocations: tuple[bytes, ...] | None = None
) -> SignedFiles:
    sod = signed_files(issuer, FILES)[File.SOD]
    lists = (issuer.revocations(),) if revocations is None else revocations
    authorities = CountryAuthorities([believed or issuer.authority], lists)
    return check_signed_object(signed_object(sod), authorities, NOW)


@pytest.mark.parametrize(
    "make",
    [
        Issuer,
        lambda: Issuer(digest="sha512"),
        lambda: Issuer(is_plain=True),
        lambda: Issuer(signer_key=rsa_key("DS")),
        lambda: Issuer(signer_key=rsa_key("DS"), is_pss=True),
        lambda: Issuer(authority_key=rsa_key("DS")),
        lambda: Issuer(ec_key("CSCA", "secp384r1"), ec_key("DS", "brainpoolP256r1")),
    ],
    ids=["ecdsa", "sha512", "plain ecdsa", "rsa", "rsa pss", "rsa authority", "brainpool"],
)
def test_what_was_signed_in_each_way_is_believed(make: Callable[[], Issuer]) -> None:
    found = checked(make())
    assert found.doubts == ()
    assert found.country == "UT" and len(found.signer) == 64
    assert found.matches(1, FILES[File.DG1]) is True


def test_a_file_that_was_changed_does_not_match_and_one_that_was_not_signed_cannot() -> None:
    found = checked(Issuer())
    assert found.matches(1, FILES[File.DG1] + b"\0") is False
    assert found.matches(3, b"") is None


def _another_digest(signed: cms.SignedData) -> None:
    attributes = signed["signer_infos"][0]["signed_attrs"]
    for each in attributes:
        if each["type"].native == "message_digest":
            each["values"] = [bytes(32)]


def _other_content(signed: cms.SignedData) -> None:
    content = bytearray(signed["encap_content_info"]["content"].native)
    content[-1] ^= 1
    signed["encap_content_info"]["content"] = bytes(content)


def _other_signature(signed: cms.SignedData) -> None:
    signature = bytearray(signed["signer_infos"][0]["signature"].native)
    signature[-1] ^= 1
    signed["signer_infos"][0]["signature"] = bytes(signature)


@pytest.mark.parametrize("change", [_another_digest, _other_content, _other_signature])
def test_a_signature_that_does_not_fit_is_wrong(change: Callable[[cms.SignedData], None]) -> None:
    assert Doubt.SIGNATURE_WRONG in checked(Issuer(altered=change)).doubts


def test_a_signature_over_something_else_than_a_travel_document_is_wrong() -> None:
    assert checked(Issuer(content_type="1.2.840.113549.1.7.1")).doubts == (Doubt.SIGNATURE_WRONG,)


def _no_attributes(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["signed_attrs"] = None


def _digest_twice(signed: cms.SignedData) -> None:
    attributes = signed["signer_infos"][0]["signed_attrs"]
    attributes.append(attributes[1].copy())


def _no_signer(signed: cms.SignedData) -> None:
    signed["signer_infos"] = []


@pytest.mark.parametrize("change", [_no_attributes, _digest_twice, _no_signer])
def test_a_signature_that_is_not_of_its_form_is_unreadable(change: Callable[[cms.SignedData], None]) -> None:
    assert checked(Issuer(altered=change)).doubts == (Doubt.UNREADABLE,)


@pytest.mark.parametrize("content", [b"", b"\x30\x00", b"\x30\x80", bytes(50), b"\x30" * 2000])
def test_octets_that_are_no_signature_are_unreadable(content: bytes) -> None:
    assert check_signed_object(content, CountryAuthorities(), NOW).doubts == (Doubt.UNREADABLE,)


def _without_certificate(signed: cms.SignedData) -> None:
    signed["certificates"] = []


def test_a_signature_without_its_signers_certificate_cannot_be_checked() -> None:
    assert checked(Issuer(altered=_without_certificate)).doubts == (Doubt.SIGNER_ABSENT,)


def _signed_with_md5(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["signature_algorithm"] = {"algorithm": "md5_rsa"}


def test_an_algorithm_nobody_knows_is_not_called_wrong() -> None:
    assert checked(Issuer(altered=_signed_with_md5)).doubts == (Doubt.ALGORITHM_UNKNOWN,)


def test_of_authorities_with_one_name_one_of_a_kind_that_is_not_spoken_does_not_hide_the_other() -> None:
    unspoken = ed25519.Ed25519PrivateKey.generate()
    other = der(certificate("CSCA", unspoken, "CSCA", ec_key("CSCA"), is_authority=True))  # type: ignore[arg-type]
    sod = signed_object(signed_files(Issuer(), FILES)[File.SOD])
    lists = [Issuer().revocations()]
    both = CountryAuthorities([other, Issuer().authority], lists)
    assert check_signed_object(sod, both, NOW).doubts == ()
    assert check_signed_object(sod, CountryAuthorities([other]), NOW).doubts == (Doubt.ALGORITHM_UNKNOWN,)


def test_a_wrong_signature_is_wrong_whatever_is_not_known_of_its_issuer() -> None:
    stranger = Issuer(authority_key=ec_key("stranger"), altered=_other_signature)
    doubts = checked(stranger, believed=Issuer().authority).doubts
    assert doubts == (Doubt.SIGNATURE_WRONG, Doubt.ISSUER_UNKNOWN)


def test_sha1_is_told() -> None:
    assert checked(Issuer(digest="sha1")).doubts == (Doubt.WEAK_HASH,)


def test_a_signer_whose_authority_is_not_in_the_list_is_unknown() -> None:
    stranger = Issuer(authority_key=ec_key("stranger"))
    assert checked(Issuer(), believed=stranger.authority).doubts == (Doubt.ISSUER_UNKNOWN,)


def test_a_signer_that_only_names_the_authority_is_unknown() -> None:
    forger = Issuer(authority_key=ec_key("forger"), signer_key=ec_key("forger's"))
    assert Doubt.ISSUER_UNKNOWN in checked(forger, believed=Issuer().authority).doubts


def test_a_certificate_that_may_not_sign_others_is_no_authority() -> None:
    key = ec_key("CSCA")
    assert Doubt.ISSUER_UNKNOWN in checked(Issuer(), believed=der(certificate("CSCA", key, "CSCA", key))).doubts


@pytest.mark.parametrize(
    "signer",
    [{"is_authority": True}, {"signs": False}, {"purpose": "2.23.136.1.1.3"}, {"purpose": "1.3.6.1.5.5.7.3.1"}],
    ids=["an authority", "agrees on keys", "signs master lists", "a web server"],
)
def test_a_certificate_of_the_authority_that_is_not_for_documents_is_told(signer: dict[str, Any]) -> None:
    assert checked(Issuer(signer_is=signer)).doubts == (Doubt.SIGNER_NOT_MEANT,)


@pytest.mark.parametrize(
    ("issuer", "doubt"),
    [
        (Issuer(signer_days=(-100, -1)), Doubt.SIGNER_NOT_VALID),
        (Issuer(signer_days=(1, 100)), Doubt.SIGNER_NOT_VALID),
        (Issuer(authority_days=(-1000, -1)), Doubt.ISSUER_NOT_VALID),
    ],
)
def test_a_certificate_out_of_its_time_is_told(issuer: Issuer, doubt: Doubt) -> None:
    assert checked(issuer).doubts == (doubt,)


def test_a_revoked_signer_is_told() -> None:
    issuer = Issuer()
    assert checked(issuer, revocations=(issuer.revocations(5, 77),)).doubts == (Doubt.SIGNER_REVOKED,)


@pytest.mark.parametrize(
    "revocations",
    [
        (),
        (Issuer().revocations(until=-0.5),),
        (Issuer().revocations(77, signed_by=ec_key("forger")),),
        (b"nonsense",),
    ],
    ids=["no list", "an old list", "a forged list", "no such list"],
)
def test_without_a_list_that_counts_nobody_knows_whether_the_signer_was_revoked(
    revocations: tuple[bytes, ...],
) -> None:
    assert checked(Issuer(), revocations=revocations).doubts == (Doubt.REVOCATION_UNKNOWN,)


def test_a_revocation_counts_though_its_list_is_out_of_date() -> None:
    issuer = Issuer()
    assert checked(issuer, revocations=(issuer.revocations(77, until=-0.5),)).doubts == (Doubt.SIGNER_REVOKED,)


def test_authorities_come_as_pem_as_master_lists_and_with_others_that_cannot_be_read() -> None:
    one, other = Issuer().authority, Issuer(authority_key=ec_key("another")).authority
    pem = b"".join(serialization_pem(each) for each in (one, other))
    assert len(CountryAuthorities([pem])) == 2
    store = CountryAuthorities([master_list(one, other), b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----"])
    assert (len(store), store.unreadable) == (2, 2)


def test_curves_that_an_authority_writes_out_are_recognised(tmp_path: Path) -> None:
    """As openssl writes them; ``cryptography`` alone refuses such a key."""
    key, cert = tmp_path / "key", tmp_path / "cert"
    _openssl("ecparam", "-name", "brainpoolP256r1", "-genkey", "-noout", "-param_enc", "explicit", "-out", key)
    subject = ["-subj", "/C=UT/O=Utopia/CN=CSCA", "-days", "4000", "-set_serial", "1"]
    _openssl("req", "-x509", "-new", "-key", key, *subject, "-outform", "DER", "-out", cert)
    named = _openssl("ec", "-in", key, "-param_enc", "named_curve")
    loaded = serialization.load_pem_private_key(named, None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    assert b"prime-field" in _openssl("x509", "-inform", "DER", "-in", cert, "-noout", "-text")
    found = checked(Issuer(authority_key=loaded), believed=cert.read_bytes(), revocations=())
    at_its_time = {Doubt.REVOCATION_UNKNOWN, Doubt.ISSUER_NOT_VALID}  # openssl's begins today
    assert set(found.doubts) <= at_its_time


def test_nothing_of_the_files_is_shown() -> None:
    assert "digests" not in repr(checked(Issuer()))


def test_a_list_of_authorities_may_be_empty() -> None:
    sod = signed_files(Issuer(), FILES)[File.SOD]
    at = NOW + timedelta(days=1)
    assert check_signed_object(signed_object(sod), CountryAuthorities(), at).doubts == (Doubt.ISSUER_UNKNOWN,)


def serialization_pem(content: bytes) -> bytes:
    from muster.crypto.signing import certificate_to_pem

    return certificate_to_pem(content)


def master_list(*authorities: bytes) -> bytes:
    certificates = b"".join(sorted(asn1_x509.Certificate.load(each).dump() for each in authorities))
    content = core.Integer(0).dump() + b"\x31\x82" + len(certificates).to_bytes(2) + certificates
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [],
            "encap_content_info": {
                "content_type": "2.23.136.1.1.2",
                "content": b"\x30\x82" + len(content).to_bytes(2) + content,
            },
            "signer_infos": [],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()  # type: ignore[no-any-return]


def _openssl(*arguments: str | Path) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def test_files_of_a_hash_nobody_knows_cannot_be_compared() -> None:
    found = checked(Issuer(files_digest="md5"))
    assert found.doubts == (Doubt.ALGORITHM_UNKNOWN,)
    assert found.matches(1, FILES[File.DG1]) is None


def _of_something_else(signed: cms.SignedData) -> None:
    signed["encap_content_info"]["content_type"] = "1.3.6.1.4.1.99999"


def test_a_signed_message_about_something_else_than_a_chip_is_unreadable() -> None:
    plain_data = cms.ContentInfo({"content_type": "data", "content": b"x"}).dump()
    assert check_signed_object(plain_data, CountryAuthorities(), NOW).doubts == (Doubt.UNREADABLE,)
    assert checked(Issuer(altered=_of_something_else)).doubts == (Doubt.UNREADABLE,)


def _named_by_its_key(signed: cms.SignedData) -> None:
    signer = signed["certificates"][0].chosen
    signed["signer_infos"][0]["sid"] = cms.SignerIdentifier("subject_key_identifier", signer.key_identifier)


def _behind_another(signed: cms.SignedData) -> None:
    other = asn1_x509.Certificate.load(Issuer().authority)
    signed["certificates"] = [cms.CertificateChoices("certificate", other), signed["certificates"][0]]


@pytest.mark.parametrize("change", [_named_by_its_key, _behind_another])
def test_the_signers_certificate_is_found_by_its_key_and_among_others(
    change: Callable[[cms.SignedData], None],
) -> None:
    # An RSA certificate is the longer one, and a set is sorted.
    assert checked(Issuer(signer_key=rsa_key("DS"), altered=change)).doubts == ()


def test_an_authority_with_a_broken_key_does_not_hide_one_of_its_name() -> None:
    octets = bytearray(Issuer().authority)
    octets[octets.index(ec_point("CSCA")) + 64] ^= 1
    sod = signed_object(signed_files(Issuer(), FILES)[File.SOD])
    lists = [Issuer().revocations()]
    assert check_signed_object(sod, CountryAuthorities([bytes(octets)]), NOW).doubts == (Doubt.ISSUER_UNKNOWN,)
    assert (
        check_signed_object(sod, CountryAuthorities([bytes(octets), Issuer().authority], lists), NOW).doubts == ()
    )


def ec_point(owner: str) -> bytes:
    numbers = ec_key(owner).public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)


def test_a_list_of_the_revoked_that_is_signed_in_a_way_nobody_knows_is_none() -> None:
    ecdsa_with_sha256 = bytes.fromhex("06082a8648ce3d040302")
    revocations = Issuer().revocations(77).replace(ecdsa_with_sha256, ecdsa_with_sha256[:-1] + b"\x63")
    assert checked(Issuer(), revocations=(revocations,)).doubts == (Doubt.REVOCATION_UNKNOWN,)
