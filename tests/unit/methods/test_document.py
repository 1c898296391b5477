"""Documents as proofs: specimen pages on the simulated scanner, chips of a test's own state."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from muster.analysis.api import Pixels
from muster.analysis.face_recognition import FaceTemplate
from muster.crypto.passive_authentication import CountryAuthorities
from muster.crypto.sealing import Sealer
from muster.devices.conformance import conformance_context
from muster.domain.document_risk import Risk, RiskIndicator
from muster.domain.evidence import ArtifactRole
from muster.domain.proofing import Eidas, Identifier, Strength, UserInputAction
from muster.errors import BadInput, DeviceUnavailable
from muster.formats.lds import File
from muster.formats.media_types import media_type_of
from muster.formats.mrz import parse
from muster.methods.document import Document, method
from muster.methods.document_claims import claims_of
from muster.methods.document_sides import Sides
from muster.methods.portrait import sealed_portrait, unsealed_portrait
from muster.methods.refusals import refused
from muster.methods.tools import MethodTools
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work
from muster_simulated.faults import VARIABLE as FAULTS
from simulators.counter import Counter
from simulators.passport_chip import AA, ECDSA_PLAIN_SHA256, PassportChip
from simulators.passport_issuer import (
    NOW,
    Issuer,
    dg1,
    dg2,
    dg14,
    dg15,
    ec_key,
    face_record,
    identifier,
    number,
    security_info,
    signed_files,
    zone,
)
from unit.analysis.document_scenes import PASSPORT_LINES, page, without_lines
from unit.proofing.graphs import definitions
from unit.proofing.graphs import method as node
from unit.workstation.desks import QUICK

ISSUER = Issuer()
AUTHORITIES = CountryAuthorities([ISSUER.authority], [ISSUER.revocations()])
MAPPINGS = [
    {"sourceAttribute": "identity.given_name", "targetAttribute": "person.given"},
    {"sourceAttribute": "birthdate", "targetAttribute": "person.born"},
    {"sourceAttribute": "document.number", "targetAttribute": "n", "identifierType": "SUBJECT_ID"},
]
ANY = {"_type": "DocumentMethodDefinition", "id": "m", "provider": "station", "attributeMappings": MAPPINGS}
PASSPORT = {**ANY, "documentTypes": ["passport"], "nfcEnabled": True}
READY = {"ready": "true"}


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    return Counter(tmp_path_factory.mktemp("counter"), AUTHORITIES)


@pytest.fixture(scope="module")
def document(counter: Counter) -> Document:
    return _document(counter)


def _document(counter: Counter, key: bytes = b"k" * 32) -> Document:
    sensors = counter.sensors(replace(conformance_context(), clock=lambda: NOW), QUICK)
    sealer = Sealer(key, "test")
    return method(
        MethodTools(
            lambda _: False,
            lambda: None,
            seal=lambda text: sealer.seal(text.encode(), "").hex(),
            unseal=lambda text: sealer.open(bytes.fromhex(text), "").decode(),
            sensors=lambda: sensors,
        )
    )


def _work(definition: dict[str, Any], outcome: Outcome | None = None, **changes: Any) -> Work:
    read = definitions(node("a"), [definition]).methods[0]
    state = outcome.state if isinstance(outcome, Pending) else {}
    return replace(Work("e", "a", 1, read, {}, state, "ref", NOW, str), **changes)


def _asked(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Pending)
    assert isinstance(outcome.action, UserInputAction)
    return [each.label for each in outcome.action.fields]


def _refused(outcome: Outcome) -> tuple[str, bool]:
    assert isinstance(outcome, NotDone)
    return outcome.code.name, outcome.retryable


@pytest.fixture(scope="module")
def at_the_chip(counter: Counter, document: Document) -> Pending:
    """A passport whose page was approved, at a counter with a reader."""
    with _on_reader(counter):
        counter.lay(page("passport"))
        asked = document.submit(_work(PASSPORT), READY)
    assert isinstance(asked, Pending)
    return asked


@contextmanager
def _on_reader(counter: Counter, chip: PassportChip | None = None) -> Iterator[None]:
    """The passport's own chip, signed by the state, unless it is another."""
    counter.reader.chip = chip or _chip()
    yield
    counter.reader.chip = None


def _chip(
    lines: tuple[str, ...] = PASSPORT_LINES,
    issuer: Issuer = ISSUER,
    picture: Pixels | None = None,
    **more: Any,
) -> PassportChip:
    zone = parse(lines)
    portrait = io.BytesIO()
    Image.fromarray(page("passport")[100:480, 50:330] if picture is None else picture).save(portrait, "JPEG")
    files = {File.DG1: dg1(zone), File.DG2: dg2(face_record(portrait.getvalue()))}
    if "signing_key" in more:
        files[File.DG14] = dg14(security_info(AA, number(1), identifier(ECDSA_PLAIN_SHA256)))
        files[File.DG15] = dg15(more["signing_key"])
    return PassportChip(signed_files(issuer, files), zone, **more)


# --- pages -----------------------------------------------------------------------------------------------


def test_nothing_is_scanned_before_somebody_says_that_the_document_lies_there(document: Document) -> None:
    assert _asked(document.dispatch(_work(ANY))) == ["The front of the document lies on the scanner."]
    assert isinstance(document.submit(_work(ANY), {"ready": "no"}), Pending)


def test_a_scanner_that_is_not_there_leaves_everything_as_it_was(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "scanner=unplug")
    with pytest.raises(DeviceUnavailable):
        document.submit(_work(ANY), READY)


def test_an_empty_scanner_is_said_to_be_empty(counter: Counter, document: Document) -> None:
    counter.lay(np.full((400, 600, 3), 250, np.uint8))
    assert _refused(document.submit(_work(ANY), READY)) == ("PAGE_BLANK", True)


def test_a_page_that_is_no_document_is_asked_for_again_and_only_a_supervisor_reads_why(
    counter: Counter, document: Document
) -> None:
    counter.lay(without_lines(page("passport")))
    outcome = document.submit(_work(PASSPORT), READY)
    assert _refused(outcome) == ("RECAPTURE_DOCUMENT", True)
    assert isinstance(outcome, NotDone)
    assert "MRZ_CHECKSUMS_UNVERIFIED" in outcome.provider_code


def test_an_expired_document_of_a_kind_that_is_not_taken_is_refused_for_good_in_one_sentence(
    counter: Counter, document: Document
) -> None:
    counter.lay(page("passport"))
    cards = {**ANY, "documentTypes": ["id_card"]}
    outcome = document.submit(_work(cards, now=NOW.replace(year=2036)), READY)
    assert _refused(outcome) == ("DOCUMENT_NOT_ACCEPTED", False)
    assert isinstance(outcome, NotDone)
    assert outcome.provider_code.split() == [
        "document_expired:DOC_EXPIRATION_DATE",
        "document_rejected:DOCUMENT_TYPE",
    ]
    (brought,) = outcome.files  # the page that was refused, for whoever looks into it
    assert (brought.role, media_type_of(brought.content)) == (ArtifactRole.FRONT, "image/jpeg")


def test_of_a_page_that_is_laid_again_nothing_is_kept(counter: Counter, document: Document) -> None:
    counter.lay(np.full((400, 600, 3), 250, np.uint8))
    outcome = document.submit(_work(ANY), READY)
    assert isinstance(outcome, NotDone)
    assert outcome.files == ()


def test_what_is_remembered_of_a_page_is_no_picture_and_can_be_read_by_nobody_else(
    counter: Counter, at_the_chip: Pending
) -> None:
    assert len(at_the_chip.state["kept"]) < 20_000
    elsewhere = _document(counter, b"x" * 32).submit(_work(PASSPORT, at_the_chip), READY)
    assert _asked(elsewhere) == ["The front of the document lies on the scanner."]


# --- chips -----------------------------------------------------------------------------------------------


def test_an_approved_page_is_worth_what_a_page_can_be(document: Document, at_the_chip: Pending) -> None:
    done = document.submit(_work(PASSPORT, at_the_chip), {"no_chip": "true"})
    assert isinstance(done, Done)
    assert (done.assurance.eidas, done.assurance.strength) == (Eidas.SUBSTANTIAL, Strength.STRONG)
    assert {name: done.attributes[name] for name in ("person.given", "person.born")} == {
        "person.given": "ERIKA",
        "person.born": "1984-08-12",
    }
    assert done.identifiers == (Identifier("SUBJECT_ID", "UTO C01X00T47"),)
    assert done.evidence.metadata["score"] == "LEVEL2"
    assert "MUSTERMANN" not in json.dumps(dict(done.evidence.metadata))


def test_the_lines_are_read_by_nobody_while_the_chip_is_waited_for(at_the_chip: Pending) -> None:
    assert "MUSTERMANN" not in str(at_the_chip)
    assert _asked(at_the_chip)[0] == "The document lies on the chip reader."


def test_nothing_ticked_asks_the_same_again(document: Document, at_the_chip: Pending) -> None:
    assert _asked(document.submit(_work(PASSPORT, at_the_chip), {})) == _asked(at_the_chip)


def test_a_chip_that_its_state_signed_and_that_may_be_a_copy_gives_its_own_words(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    with _on_reader(counter):
        done = document.submit(_work(PASSPORT, at_the_chip), READY)
    assert isinstance(done, Done)
    assert (done.assurance.eidas, done.evidence.metadata["chip"]) == (Eidas.SUBSTANTIAL, "unchanged")
    assert "CHIP_COPY_NOT_EXCLUDED" in done.evidence.metadata["chip_findings"]


def test_the_portrait_out_of_the_chip_counts_before_the_printed_one(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    def portrait(outcome: Outcome) -> FaceTemplate:
        assert isinstance(outcome, Done)
        return unsealed_portrait(outcome.attributes["portrait"], "e", "fr_feature", document._tools.unseal)

    printed = portrait(document.submit(_work(PASSPORT, at_the_chip), {"no_chip": "true"}))
    with _on_reader(counter):
        stored = portrait(document.submit(_work(PASSPORT, at_the_chip), READY))
    likeness = float(printed.vector @ stored.vector)
    assert 0.4 < likeness < 0.9999  # one face, two pictures


def test_a_picture_put_over_the_printed_one_is_found_by_the_chip_s(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    tools = document._tools
    nobody = np.random.default_rng(1).normal(size=512).astype(np.float32)
    put_over = FaceTemplate("fr_feature", nobody / np.linalg.norm(nobody))
    sides = Sides.read(tools.unseal(at_the_chip.state["kept"]))
    sides = replace(sides, portrait=sealed_portrait(put_over, "e", tools.seal))
    pasted = replace(at_the_chip, state={**at_the_chip.state, "kept": tools.seal(sides.written())})
    with _on_reader(counter):
        outcome = document.submit(_work(PASSPORT, pasted), READY)
    assert _refused(outcome) == ("ASK_SUPERVISOR", True)
    assert isinstance(outcome, NotDone)
    assert outcome.provider_code == "document_tempering:PORTRAIT_CHIP_CROSSCHECK"


def test_a_chip_that_shows_it_is_no_copy_is_worth_the_most(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    with _on_reader(counter, _chip(signing_key=ec_key("chip"))):
        done = document.submit(_work(PASSPORT, at_the_chip), READY)
    assert isinstance(done, Done)
    assert (done.assurance.eidas, done.assurance.strength) == (Eidas.HIGH, Strength.SUPERIOR)
    assert (done.evidence.metadata["chip"], done.evidence.metadata["score"]) == ("genuine", "LEVEL4")


def test_a_genuine_chip_whose_portrait_shows_no_face_leaves_the_printed_one_worth_what_it_was(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    with _on_reader(counter, _chip(picture=np.full((380, 280, 3), 128, np.uint8), signing_key=ec_key("chip"))):
        done = document.submit(_work(PASSPORT, at_the_chip), READY)
    assert isinstance(done, Done)
    assert (done.evidence.metadata["chip"], done.evidence.metadata["score"]) == ("genuine", "LEVEL2")
    assert (done.assurance.eidas, done.assurance.strength) == (Eidas.SUBSTANTIAL, Strength.STRONG)


def test_a_chip_of_another_state_s_making_proves_no_more_than_the_page(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    with _on_reader(counter, _chip(issuer=Issuer(authority_key=ec_key("stranger")))):
        done = document.submit(_work(PASSPORT, at_the_chip), READY)
    assert isinstance(done, Done)
    assert (done.assurance.eidas, done.evidence.metadata["chip"]) == (Eidas.SUBSTANTIAL, "not shown")


def test_a_chip_with_a_changed_file_is_a_forgery_of_which_the_officer_hears_nothing(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    chip = _chip()
    chip.files[File.DG1] = dg1(parse((PASSPORT_LINES[0].replace("ERIKA", "ERIKO"), PASSPORT_LINES[1])))
    with _on_reader(counter, chip):
        outcome = document.submit(_work(PASSPORT, at_the_chip), READY)
    assert _refused(outcome) == ("CANNOT_CONTINUE", False)
    assert isinstance(outcome, NotDone)
    assert "document_tempering:CHIP_FILE_CHANGED" in outcome.provider_code


def test_another_document_s_chip_does_not_open_and_leaves_the_form_as_it_was(
    counter: Counter, document: Document, at_the_chip: Pending
) -> None:
    with _on_reader(counter, _chip(zone().lines)), pytest.raises(BadInput, match="CHIP_KEY_WRONG"):
        document.submit(_work(PASSPORT, at_the_chip), READY)


def test_a_reader_that_was_taken_away_leaves_the_form_as_it_was(document: Document, at_the_chip: Pending) -> None:
    with pytest.raises(DeviceUnavailable):
        document.submit(_work(PASSPORT, at_the_chip), READY)


# --- what is said ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicators", "said"),
    [
        (["document_image_quality_low"], "RECAPTURE_DOCUMENT"),
        (["document_image_quality_low", "document_expired"], "DOCUMENT_NOT_ACCEPTED"),
        (["document_expired", "document_tempering", "other"], "CANNOT_CONTINUE"),
        (["other", "face_image_missing"], "ASK_SUPERVISOR"),
    ],
)
def test_of_several_reasons_the_gravest_sentence_is_said(indicators: list[str], said: str) -> None:
    risks = [Risk(RiskIndicator(each), "RAW") for each in indicators]
    assert refused(risks, retryable=True).code.name == said


def test_claims_have_the_names_that_identity_services_exchange() -> None:
    lines = tuple(line.replace("UTO", "D<<") for line in PASSPORT_LINES)
    claims = claims_of(parse(lines), NOW.date(), {"full_given_names": "Erika Maria", "issue_date": "2025-02-01"})
    identity = claims["identity"]
    assert (identity["name"], identity["gender"], identity["nationality"]) == (
        "Erika Maria MUSTERMANN",
        "female",
        "DEU",
    )
    assert identity["document"]["type"] == {"normalized": "passport", "raw": "P"}
    assert identity["document"]["date_of_issue"] == "2025-02-01"
