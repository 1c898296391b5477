"""An enrollment from a folder: what is wrong with it is found before anything is written."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from leon import BORN
from muster.domain.applicant import FormChoices, LocalizedText
from muster.domain.assessment import blocking
from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import USUAL_STEPS, Process, Step
from muster.errors import BadInput, DeviceUnavailable, Refused, SignInRefused
from muster.workstation import script as script_module
from muster.workstation.policy import Policy
from muster.workstation.script import Script, ScriptedEnrollment, StepReport
from unit.workstation.desks import OFFICER, PICTURES, desk_at, picture

ERIKA: dict[str, Any] = {
    "languages": ["eng", "fra"],
    "demographics": {
        "fullName": {"eng": "Erika Mustermann", "fra": "Erika Mustermann"},
        "dateOfBirth": "1984/08/12",
        "gender": "FLE",
        "addressLine1": {"eng": "12 Specimen Street", "fra": "12 rue du Spécimen"},
        "addressLine2": {"eng": "Second floor", "fra": "Deuxième étage"},
        "addressLine3": {"eng": "Old town", "fra": "Vieille ville"},
        "region": "NRD",
        "province": "LAK",
        "city": "SEE",
        "zone": "Z01",
        "postalCode": "10010",
        "phone": "0123456789",
        "email": "erika@mustermann.example",
    },
    "documents": [{"field": "proofOfIdentity", "type": "CIN", "reference": "L01X00T47", "file": "card.png"}],
    "exceptions": [],
    "biometrics": {"face": "face.jpg"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Erika's registration with a card and a photograph; everything else comes from the devices."""
    made = tmp_path / "erika"
    made.mkdir()
    (made / "registration.json").write_text(json.dumps(ERIKA))
    (made / "card.png").write_bytes(picture("document.png"))
    (made / "face.jpg").write_bytes(picture("face.jpg"))
    return made


def _write(folder: Path, **changes: Any) -> Path:
    (folder / "registration.json").write_text(json.dumps({**ERIKA, **changes}))
    return folder


def _refused(folder: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        Script.load(folder)
    return caught.value


def test_an_absent_folder_is_named(tmp_path: Path) -> None:
    error = _refused(tmp_path / "nobody")
    assert (error.code.name, error.detail["folder"]) == ("FOLDER_ABSENT", "nobody")


def test_a_file_in_the_folders_place_is_said_to_be_one(folder: Path) -> None:
    error = _refused(folder / "registration.json")
    assert (error.code.name, error.detail["folder"]) == ("FOLDER_IS_FILE", "registration.json")


def test_a_folder_without_its_registration_file_is_said_to_lack_it(tmp_path: Path) -> None:
    error = _refused(tmp_path)
    assert (error.code.name, error.detail["file"]) == ("FILE_ABSENT", "registration.json")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"languages": NaN'], ids=range(5)
)
def test_a_file_that_is_no_json_is_refused(folder: Path, content: bytes) -> None:
    (folder / "registration.json").write_bytes(content)
    assert _refused(folder).code.name == "SCRIPT_UNREADABLE"


@pytest.mark.parametrize("content", ["null", "5", '"NEW"', "[]", '[["process", "NEW"]]'])
def test_json_that_is_no_object_is_refused_as_such(folder: Path, content: str) -> None:
    (folder / "registration.json").write_text(content)
    assert _refused(folder).code.name == "SCRIPT_NO_OBJECT"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        pytest.param({"exceptionphoto": "face.jpg"}, "exceptionphoto", id="of-the-whole"),
        pytest.param({"documents": [{**ERIKA["documents"][0], "refrence": "7"}]}, "refrence", id="of-a-document"),
        pytest.param(
            {"exceptions": [{"attribute": "leftEye", "kind": "Permanent", "reason": "-", "until": "May"}]},
            "until",
            id="of-an-exception",
        ),
    ],
)
def test_a_key_that_means_nothing_is_named(folder: Path, changes: dict[str, Any], key: str) -> None:
    error = _refused(_write(folder, **changes))
    assert (error.code.name, error.detail["key"]) == ("SCRIPT_KEY_UNKNOWN", key)


def test_no_language_at_all_is_blamed_on_the_languages(folder: Path) -> None:
    (folder / "registration.json").write_text('{"languages": []}')
    assert _refused(folder).detail["part"] == "languages"


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("languages", 5),
        ("languages", "eng"),
        ("languages", [5]),
        ("consent", 5),
        ("documents", {}),
        ("documents", ["proofOfIdentity"]),
        ("exceptions", ""),
        ("exceptions", [{"attribute": "leftIndex", "kind": "Permanent", "reason": 5}]),
        ("process", "BIRTH"),
        ("process", []),
        ("demographics", ["Erika"]),
        ("demographics", {"phone": 123456789}),
        ("demographics", {"fullName": None}),
        ("documents", {"field": "proofOfIdentity"}),
        ("documents", [{"type": "CIN"}]),
        ("documents", [{"field": "proofOfIdentity", "type": ["CIN"]}]),
        ("documents", [{"field": "proofOfIdentity", "type": "CIN", "reference": 12345}]),
        ("documents", [{"field": "proofOfIdentity", "type": "CIN", "file": 7}]),
        ("exceptions", [{"attribute": "leftElbow", "kind": "Permanent", "reason": "?"}]),
        ("exceptions", [{"attribute": "leftIndex", "kind": "Maybe", "reason": "?"}]),
        ("exceptions", [{"attribute": "face", "kind": "Permanent", "reason": "a face has none"}]),
        ("biometrics", ["face.jpg"]),
        ("biometrics", {"nose": "face.jpg"}),
        ("biometrics", {"face": 5}),
        ("prefill", "yes"),
    ],
)
def test_a_part_that_cannot_be_understood_is_named(folder: Path, part: str, value: Any) -> None:
    error = _refused(_write(folder, **{part: value}))
    assert (error.code.name, error.detail["part"]) == ("SCRIPT_UNREADABLE", part)


@pytest.mark.parametrize("part", ["languages", "demographics"])
def test_a_part_that_is_missing_is_named(folder: Path, part: str) -> None:
    content = {name: value for name, value in ERIKA.items() if name != part}
    (folder / "registration.json").write_text(json.dumps(content))
    assert _refused(folder).detail["part"] == part


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "FILE_EMPTY", id="empty"),
        pytest.param(b"not a picture", "PICTURE_UNREADABLE", id="text"),
        pytest.param(picture("face.jpg")[:5000], "PICTURE_TRUNCATED", id="cut-off"),
    ],
)
@pytest.mark.parametrize("name", ["face.jpg", "card.png"])
def test_a_picture_that_cannot_be_read_is_refused_before_anything_begins(
    folder: Path, name: str, content: bytes, code: str
) -> None:
    (folder / name).write_bytes(content)
    assert _refused(folder).code.name == code


def test_a_picture_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "face.jpg").unlink()
    error = _refused(folder)
    assert (error.code.name, error.detail["file"]) == ("FILE_ABSENT", "face.jpg")


def test_a_folder_in_a_pictures_place_is_unreadable(folder: Path) -> None:
    (folder / "face.jpg").unlink()
    (folder / "face.jpg").mkdir()
    assert _refused(folder).code.name == "FILE_UNREADABLE"


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    (folder / "registration.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(ERIKA).encode())
    assert Script.load(folder).languages == ("eng", "fra")


def test_what_is_not_said_is_new_and_consented_to_in_the_first_language(folder: Path) -> None:
    script = Script.load(folder)
    assert (script.process.value, script.consent) == ("NEW", "eng")
    assert set(script.pictures) == {BiometricAttribute.FACE}


def _step(reports: tuple[StepReport, ...], name: str) -> StepReport:
    return next(each for each in reports if each.name == name)


def test_a_form_with_findings_stops_the_script_there_and_keeps_the_draft(root: Path, folder: Path) -> None:
    script = Script.load(_write(folder, demographics={**ERIKA["demographics"], "phone": "1"}))
    with desk_at(root) as desk:
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
        assert [draft.id for draft in desk.enrollment.drafts()] == [outcome.registration.id]
    report = _step(outcome.steps, "demographics")
    assert report.state == "refused"
    assert [(each.code.name, each.field) for each in report.findings] == [("FIELD_FORMAT", "phone")]
    assert {each.state for each in outcome.steps[2:]} == {"open"}
    assert not outcome.is_complete


def _two_people() -> bytes:
    with Image.open(io.BytesIO(picture("face.jpg"))) as face:
        half = face.convert("RGB").resize((face.width // 2, face.height // 2))
        both = Image.new("RGB", face.size, (200, 200, 196))
    both.paste(half, (0, face.height // 4))
    both.paste(half, (face.width // 2, face.height // 4))
    buffer = io.BytesIO()
    both.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(picture("empty_chair.jpg"), "FACE_ABSENT", id="nobody"),
        pytest.param(picture("leftThumb.png"), "FACE_ABSENT", id="a-thumb"),
        pytest.param(_two_people(), "FACE_SEVERAL", id="two-people"),
    ],
)
def test_a_photograph_that_will_not_do_is_refused_at_the_face_and_can_be_put_right(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, code: str
) -> None:
    monkeypatch.setattr(script_module, "_FACE_WITHIN_S", 0.0)  # the first view is waited for whatever it takes
    (folder / "face.jpg").write_bytes(content)
    script = Script.load(folder)
    with desk_at(root, catalogue=script.catalogue()) as desk:
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
    report = _step(outcome.steps, "face")
    assert (report.state, [each.code.name for each in blocking(report.findings)]) == ("refused", [code])
    assert report.findings[0].code.name == code
    (folder / "face.jpg").write_bytes(picture("face.jpg"))
    script = Script.load(folder)
    with desk_at(root, catalogue=script.catalogue()) as desk:
        again = ScriptedEnrollment(desk.enrollment, script, OFFICER.password)
        outcome = again.run(resume=outcome.registration.id, stop_after=Step.FACE)
    assert [each.state for each in outcome.steps[:5]] == ["done"] * 4 + ["open"]


def test_the_photograph_of_the_folder_is_what_is_kept(root: Path, folder: Path) -> None:
    script = Script.load(folder)
    with desk_at(root, catalogue=script.catalogue()) as desk:
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run(stop_after=Step.FACE)
        kept = desk.enrollment.sample_picture(outcome.registration.id, BiometricAttribute.FACE)
    with Image.open(PICTURES / "face.jpg") as original:
        assert np.array_equal(kept, np.asarray(original.convert("RGB")))


FINGERS = [
    f"{side}{finger}" for side in ("left", "right") for finger in ("Index", "Middle", "Ring", "Little", "Thumb")
]


def _named(folder: Path, names: list[str]) -> dict[str, str]:
    for name in names:
        (folder / f"{name}.png").write_bytes(picture(f"{name}.png"))
    return {name: f"{name}.png" for name in names}


@pytest.mark.parametrize(
    ("named", "missing"),
    [
        pytest.param(["leftThumb"], "leftIndex", id="one-finger"),
        pytest.param(FINGERS[:-1], "rightThumb", id="all-but-one"),
        pytest.param([*FINGERS, "rightEye"], "leftEye", id="one-eye"),
    ],
)
def test_fingers_or_eyes_of_which_only_some_are_named_are_refused_and_the_first_missing_is_told(
    folder: Path, named: list[str], missing: str
) -> None:
    error = _refused(_write(folder, biometrics=_named(folder, named)))
    assert (error.code.name, error.detail["attribute"]) == ("SCRIPT_PICTURE_MISSING", missing)


def test_an_exception_needs_no_picture(folder: Path) -> None:
    exceptions = [{"attribute": "leftLittle", "kind": "Permanent", "reason": "missing"}]
    named = [name for name in FINGERS if name != "leftLittle"]
    script = Script.load(_write(folder, biometrics=_named(folder, named), exceptions=exceptions))
    assert {each.value for each in script.pictures} == set(named)


def test_fingers_of_the_folder_and_eyes_of_the_device_go_together(root: Path, folder: Path) -> None:
    script = Script.load(_write(folder, biometrics={"face": "face.jpg", **_named(folder, FINGERS)}))
    with desk_at(root, catalogue=script.catalogue()) as desk:
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
    assert outcome.is_complete
    samples = outcome.registration.samples
    assert samples[BiometricAttribute.LEFT_THUMB].facts.device_code == "muster-files"
    assert samples[BiometricAttribute.LEFT_EYE].facts.device_code != "muster-files"


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("demographics", {"fullName": {"eng": "Erika \ud800", "fra": "Erika"}}),
        ("demographics", {"phone": "\udfff"}),
        ("demographics", {"\ud800": "a field"}),
        ("demographics", {"fullName": {"\ud800": "a language"}}),
        ("languages", ["\ud800"]),
        ("consent", "\ud800"),
        ("documents", [{"field": "proofOfIdentity", "type": "CIN", "reference": "\ud800"}]),
        ("documents", [{"field": "proofOfIdentity", "type": "CIN", "file": "\ud800.png"}]),
        ("exceptions", [{"attribute": "leftIndex", "kind": "Permanent", "reason": "\ud800"}]),
        ("biometrics", {"face": "\ud800.jpg"}),
    ],
)
def test_half_a_character_is_found_before_anything_is_written(folder: Path, part: str, value: Any) -> None:
    error = _refused(_write(folder, **{part: value}))
    assert (error.code.name, error.detail["part"]) == ("SCRIPT_UNREADABLE", part)


def test_half_a_character_in_a_parts_name_is_found_too(folder: Path) -> None:
    error = _refused(_write(folder, **{"\ud800": 1}))
    assert (error.code.name, error.detail["part"]) == ("SCRIPT_UNREADABLE", "the whole")


def test_a_smear_in_place_of_a_print_is_refused(root: Path, folder: Path) -> None:
    names = ("leftThumb", "rightThumb")
    for name in names:
        Image.new("L", (300, 400), 250).save(folder / f"{name}.png")
    pictures = {"face": "face.jpg", **{name: f"{name}.png" for name in names}}
    exceptions = [
        {"attribute": f"{side}{finger}", "kind": "Permanent", "reason": "missing"}
        for side in ("left", "right")
        for finger in ("Index", "Middle", "Ring", "Little")
    ]
    script = Script.load(_write(folder, biometrics=pictures, exceptions=exceptions))
    with desk_at(root, catalogue=script.catalogue()) as desk:
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
    report = _step(outcome.steps, "thumbs")
    assert report.state == "refused"
    assert "NO_RIDGES" in {each.code.name for each in report.findings}
    assert _step(outcome.steps, "right_slap").state == "done"  # everything there is an exception


def test_a_device_that_fails_leaves_the_draft_at_that_step(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "fingerprint=unplug_mid_capture")
    script = Script.load(folder)
    with desk_at(root, catalogue=script.catalogue()) as desk:
        with pytest.raises(DeviceUnavailable):
            ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
        assert [draft.next_step for draft in desk.enrollment.drafts()] == [Step.LEFT_SLAP]


def test_a_camera_that_fails_is_reported_by_its_own_sentence(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "camera=unplug_mid_capture")
    script = Script.load(_write(folder, biometrics={}))
    with desk_at(root, policy=Policy(face_good_for_s=60)) as desk, pytest.raises(DeviceUnavailable) as caught:
        ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
    assert caught.value.code.name == "DEVICE_UNPLUGGED"


def test_a_wrong_password_stops_at_the_signature(signed: tuple[Path, Any], folder: Path) -> None:
    root, registration_id = signed
    script = Script.load(_write(folder, demographics={**ERIKA["demographics"], "residenceStatus": "NFR"}))
    with desk_at(root) as desk:
        desk.enrollment.give_consent(registration_id, "eng")
        play = ScriptedEnrollment(desk.enrollment, script, "wrong password")
        with pytest.raises(SignInRefused):
            play.run(resume=registration_id)
        assert [draft.next_step for draft in desk.enrollment.drafts()] == [Step.SIGNATURE]


def test_a_finished_registration_is_not_resumed(sealed: tuple[Path, Any, str], folder: Path) -> None:
    root, registration_id, _ = sealed
    with desk_at(root) as desk, pytest.raises(Refused) as caught:
        ScriptedEnrollment(desk.enrollment, Script.load(folder), OFFICER.password).run(resume=registration_id)
    assert caught.value.code.name == "REGISTRATION_CLOSED"


def test_stopping_after_a_step_leaves_the_rest_open_and_reports_each(root: Path, folder: Path) -> None:
    told: list[str] = []
    with desk_at(root) as desk:
        play = ScriptedEnrollment(
            desk.enrollment, Script.load(folder), OFFICER.password, lambda report: told.append(report.name)
        )
        outcome = play.run(stop_after=Step.DEMOGRAPHICS)
    assert [each.state for each in outcome.steps[:3]] == ["done", "done", "open"]
    assert told == [step.value for step in USUAL_STEPS if step is not Step.EXCEPTION_PHOTO]


OTTO = {**ERIKA["demographics"], "fullName": {"eng": "Otto Mustermann", "fra": "Otto Mustermann"}}


def _resumed(root: Path, draft: Path, other: Path) -> tuple[Any, Any, BadInput]:
    """The draft of one folder up to its demographics before and after another was to go on with it."""
    with desk_at(root) as desk:
        begun = ScriptedEnrollment(desk.enrollment, Script.load(draft), OFFICER.password)
        before = begun.run(stop_after=Step.DEMOGRAPHICS).registration
        play = ScriptedEnrollment(desk.enrollment, Script.load(other), OFFICER.password)
        with pytest.raises(BadInput) as caught:
            play.run(resume=before.id)
        return before, desk.enrollment.registration(before.id), caught.value


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        pytest.param({"demographics": OTTO}, "demographics.fullName", id="another-name"),
        pytest.param({"demographics": {**OTTO, "fullName": {}}}, "demographics.fullName", id="no-name"),
        pytest.param(
            {"demographics": {**ERIKA["demographics"], "residenceStatus": "NFR"}},
            "demographics.residenceStatus",
            id="one-field-more",
        ),
        pytest.param({"process": "LOST"}, "process", id="another-process"),
    ],
)
def test_a_draft_is_not_gone_on_with_from_a_folder_that_says_something_else(
    root: Path, folder: Path, changes: dict[str, Any], part: str
) -> None:
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    before, after, error = _resumed(root, folder, _write(other, **changes))
    assert (error.code.name, error.detail["part"]) == ("SCRIPT_OF_ANOTHER", part)
    assert after == before


def test_a_correction_is_not_gone_on_with_for_another_request(root: Path, folder: Path) -> None:
    requests = [f"1000110001000012026112111401{digit}-BIOMETRIC_CORRECTION-1" for digit in "45"]
    correction = {"process": "BIOMETRIC_CORRECTION", "demographics": {}, "documents": []}
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    _write(folder, **correction, additionalInfoReqId=requests[0])
    _, _, error = _resumed(root, folder, _write(other, **correction, additionalInfoReqId=requests[1]))
    assert (error.code.name, error.detail["part"]) == ("SCRIPT_OF_ANOTHER", "additionalInfoReqId")


def test_what_stands_in_an_unfinished_form_must_be_the_folders_too(root: Path, folder: Path) -> None:
    with desk_at(root) as desk:
        registration_id = desk.enrollment.start().id
        play = ScriptedEnrollment(desk.enrollment, Script.load(folder), OFFICER.password)
        desk.enrollment.keep_draft(registration_id, {"phone": "0987654321"})
        with pytest.raises(BadInput) as caught:
            play.run(resume=registration_id, stop_after=Step.DEMOGRAPHICS)
        assert caught.value.detail["part"] == "demographics.phone"
        desk.enrollment.keep_draft(registration_id, {"phone": ERIKA["demographics"]["phone"]})
        assert play.run(resume=registration_id, stop_after=Step.DEMOGRAPHICS).registration.demographics_entered


def test_a_document_says_what_the_folder_leaves_open_and_what_is_written_counts(root: Path, folder: Path) -> None:
    shutil.copy(Path(__file__).parents[1] / "analysis" / "pages" / "passport.png", folder / "card.png")
    said = {name: value for name, value in ERIKA["demographics"].items() if name not in ("fullName", "gender")}
    changes = {"prefill": True, "demographics": {**said, "dateOfBirth": "1984/12/08"}}
    with desk_at(root) as desk:
        play = ScriptedEnrollment(desk.enrollment, Script.load(_write(folder, **changes)), OFFICER.password)
        state = play.run(stop_after=Step.DEMOGRAPHICS).registration
        assert state.demographics["fullName"] == LocalizedText.of(eng="Erika Mustermann", fra="Erika Mustermann")
        assert state.demographics["dateOfBirth"] == "1984/12/08"
        assert [each.field for each in desk.enrollment.prefill.conflicts(state)] == ["dateOfBirth"]
        assert play.run(resume=state.id, stop_after=Step.DEMOGRAPHICS).registration == state


def test_the_photo_of_exceptions_is_a_step_only_where_there_are_any(root: Path, folder: Path) -> None:
    exceptions = [{"attribute": "leftLittle", "kind": "Permanent", "reason": "missing"}]
    with desk_at(root) as desk:
        without = ScriptedEnrollment(desk.enrollment, Script.load(folder), OFFICER.password)
        steps = without.run(stop_after=Step.CONSENT).steps
        assert "exception_photo" not in {each.name for each in steps}
        script = Script.load(_write(folder, exceptions=exceptions))
        steps = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run(stop_after=Step.CONSENT).steps
        assert _step(steps, "exception_photo").state == "open"


def test_nothing_follows_a_step_to_stop_after_that_is_not_walked(root: Path, folder: Path) -> None:
    script = Script.load(_write(folder, process="LOST", documents=[]))
    with desk_at(root) as desk:
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run(stop_after=Step.DOCUMENTS)
    assert [(each.name, each.state) for each in outcome.steps[:3]] == [
        ("consent", "done"), ("demographics", "done"), ("face", "open"),
    ]  # fmt: skip


GUIDE = Path(__file__).parents[3] / "src" / "guide" / "enroll-from-a-folder.md"
EXAMPLES = re.findall(r"^```json\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_guide_has_an_example_of_each_process() -> None:
    assert {json.loads(each)["process"] for each in EXAMPLES} == {process.value for process in Process}
    assert len(EXAMPLES) == len(Process) + 1  # a child's as well


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: json.loads(each)["process"])
def test_an_example_of_the_guide_is_taken_as_it_stands(root: Path, example: str) -> None:
    script = Script.parse(example.replace("2024/05/17", BORN).encode(), picture)  # a child grows up
    with desk_at(root, catalogue=script.catalogue()) as desk:
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
    assert [(each.name, each.findings) for each in outcome.steps if each.state != "done"] == []


def test_what_an_officer_chooses_beside_the_values_can_be_said_too(folder: Path) -> None:
    form = {"changes": ["Contact"], "wordsKept": {"fullName.eng": "her name"}, "handles": []}
    assert Script.load(_write(folder, form=form)).choices == FormChoices(
        ("Contact",), {"fullName.eng": "her name"}, ()
    )
    assert Script.load(_write(folder, form={})).choices == FormChoices()


@pytest.mark.parametrize(
    "form", [[], {"changes": "Contact"}, {"wordsKept": ["x"]}, {"wordsKept": {"fullName": 1}}]
)
def test_choices_that_cannot_be_understood_are_blamed_on_their_part(folder: Path, form: object) -> None:
    error = _refused(_write(folder, form=form))
    assert (error.code.name, error.detail["part"]) == ("SCRIPT_UNREADABLE", "form")


def test_details_that_look_mistyped_are_taken_and_told(root: Path, folder: Path) -> None:
    details = {**ERIKA["demographics"], "email": "erika@gmial.com"}
    with desk_at(root) as desk:
        script = Script.load(_write(folder, demographics=details))
        outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run(stop_after=Step.DEMOGRAPHICS)
    report = _step(outcome.steps, "demographics")
    assert (report.state, [each.code.name for each in report.findings]) == ("done", ["EMAIL_UNLIKELY"])
