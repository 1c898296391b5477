"""The answers of the document, with its own misspellings, and what nobody should send."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster import base64url
from muster.errors import MalformedData, MusterError
from muster.formats import mitrust
from muster.formats.mitrust import FailedBecause, RedirectError, SessionStatus

BACK = "https://station.example/back"
SHARED = {
    "data": {
        "links": [{"href": "https://sbx-app.m-itrust.com/user_data/v1/userinfo", "rel": "self"}],
        "user_consent": {"jwe": "encryptedConsent", "links": []},
        "user_info": {
            "address": {"country": "FR", "formatted": "3 RUE BELLINI", "locality": "", "postal_code": "92800"},
            "family_name": "DOE",
            "gender": "Mr",
            "postal_address": {
                "formatted": "3 rue Bellini 92800 Puteaux",
                "proof_of_residence": {
                    "file_wrapper": {"base64": base64.b64encode(b"%PDF-1.7").decode(), "filename": "RE1_01.pdf"}
                },
            },
        },
    },
    "message": "Here are some data about user",
    "status": "succes",
}


def sent(document: Any) -> bytes:
    return json.dumps(document).encode()


def jws(payload: object) -> str:
    return ".".join(base64url.encode(json.dumps(each).encode()) for each in ({"alg": "RS256"}, payload)) + ".c2ln"


def test_a_clients_token() -> None:
    body = {"access_token": "client", "expires_in": 3599, "scope": "headless", "token_type": "bearer"}
    assert mitrust.access_token(sent(body)) == "client"


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"access_token_wrapper": {"access_token": "token", "expires_in": 3600}}, "status": "success"},
        {"date": {"autoupdate": {"access_token_wrapper": {"access_token": "token"}}}, "status": "success"},
        {"data": {"autoupdate": {"access_token_wrapper": {"access_token": "token"}}}},
    ],
)
def test_k13_a_headless_token_is_found_wherever_a_sample_has_it(body: Any) -> None:
    assert mitrust.headless_token(sent(body)) == "token"


def test_a_session() -> None:
    body = {"data": {"headless_session": "session", "sharing_flow_id": "2c2c05e4"}, "status": "success"}
    session = mitrust.headless_session(sent(body))
    assert (session.token, session.sharing_flow_id) == ("session", "2c2c05e4")


@pytest.mark.parametrize(
    ("body", "status", "because"),
    [
        ({"status": "ongoing"}, SessionStatus.ONGOING, None),
        ({"data": {"status": "completed"}, "status": "success"}, SessionStatus.COMPLETED, None),
        ({"message": "Completed"}, SessionStatus.COMPLETED, None),
        ({"status": "failed", "reason": "login"}, SessionStatus.FAILED, FailedBecause.LOGIN),
        ({"data": {"status": "failed", "reason": "profile_ambiguity"}}, SessionStatus.FAILED,
         FailedBecause.PROFILE_AMBIGUITY),
        ({"status": "failed", "reason": "new"}, SessionStatus.FAILED, FailedBecause.INTERNAL),
        ({"status": "failed"}, SessionStatus.FAILED, FailedBecause.INTERNAL),
    ],
)  # fmt: skip
def test_how_a_session_stands(body: Any, status: SessionStatus, because: FailedBecause | None) -> None:
    found = mitrust.polled(sent(body))
    assert (found.status, found.because) == (status, because)


def test_what_a_person_shared_is_read_by_paths_and_empty_answers_are_none() -> None:
    info = mitrust.user_info(sent(SHARED))
    assert info.claims == {
        "address.country": "FR",
        "address.formatted": "3 RUE BELLINI",
        "address.postal_code": "92800",
        "family_name": "DOE",
        "gender": "Mr",
        "postal_address.formatted": "3 rue Bellini 92800 Puteaux",
    }
    (file,) = info.files
    assert (file.path, file.content, file.filename) == (
        "postal_address.proof_of_residence",
        b"%PDF-1.7",
        "RE1_01.pdf",
    )
    assert info.consent == "encryptedConsent"


def _wrapped(token: object, **more: str) -> dict[str, Any]:
    """As the source shows it of a renewed token, and of a headless one."""
    links = [{"href": "https://sbx-app.m-itrust.com/v2/sp/headless", "rel": "self"}]
    return {"access_token_wrapper": {"access_token": token, "expires_in": 7776000, "links": links, **more}}


@pytest.mark.parametrize(
    "data",
    [
        {"autoupdate": _wrapped("first", token_type="headless"), "user_info": {"name": "DOE JOHN"}},
        {**_wrapped("first", token_type="headless_token"), "user_info": {"name": "DOE JOHN"}},
        {"user_info": {"name": "DOE JOHN", "autoupdate": _wrapped("first", token_type="headless")}},
        {"user_info": {"name": "DOE JOHN", "autoupdate": _wrapped("first")}},
    ],
    ids=["as renewed", "as headless", "as asked for", "of no type"],
)
def test_the_first_autoupdate_token_is_found_where_the_source_shows_others_and_is_no_claim(data: Any) -> None:
    info = mitrust.user_info(sent({"data": data, "status": "succes"}))
    assert (info.autoupdate, info.claims) == ("first", {"name": "DOE JOHN"})


@pytest.mark.parametrize(
    "data",
    [
        _wrapped("another", token_type="bearer"),
        {"autoupdate": _wrapped(7)},
        {"autoupdate": _wrapped("")},
        {"autoupdate": {"access_token_wrapper": "text"}},
        {"autoupdate": "text"},
    ],
)
def test_what_is_no_autoupdate_token_is_taken_for_none(data: Any) -> None:
    assert mitrust.user_info(sent({"data": {**data, "user_info": {}}})).autoupdate == ""


def test_a_claim_that_is_called_like_the_feature_is_kept() -> None:
    assert mitrust.user_info(sent({"data": {"user_info": {"autoupdate": True}}})).claims == {"autoupdate": "True"}


def test_a_files_name_is_no_path_here() -> None:
    wrapped = {"file_wrapper": {"base64": "", "filename": "../../etc\\passwd"}}
    body = {"data": {"user_info": {"x": wrapped}}}
    assert mitrust.user_info(sent(body)).files[0].filename == "passwd"


@pytest.mark.parametrize("text", ["!!!", "abc", 5, None])
def test_a_file_that_is_none_is_refused(text: Any) -> None:
    body = {"data": {"user_info": {"x": {"file_wrapper": {"base64": text}}}}}
    with pytest.raises(MalformedData, match="MITRUST_FILE_UNREADABLE"):
        mitrust.user_info(sent(body))


def test_more_files_than_anybody_has_are_refused() -> None:
    many = [{"file_wrapper": {"base64": ""}}] * 51
    with pytest.raises(MalformedData, match="MITRUST_FILE_UNREADABLE"):
        mitrust.user_info(sent({"data": {"user_info": {"x": many}}}))


def test_the_last_day_of_a_token_stands_in_the_token_it_is_renewed_by() -> None:
    refresh = jws({"exp": 1_800_000_000})
    assert mitrust.final_day(jws({"refresh_token": refresh})) == datetime.fromtimestamp(1_800_000_000, UTC)


@pytest.mark.parametrize(
    "token",
    ["", "a.b.c", jws({}), jws([]), jws({"refresh_token": 5}), jws({"refresh_token": "x"}),
     jws({"refresh_token": jws({"exp": "soon"})}), jws({"refresh_token": jws({"exp": 10**30})}),
     jws({"refresh_token": jws({"exp": True})})],
)  # fmt: skip
def test_of_a_token_nobody_can_read_the_last_day_is_unknown(token: str) -> None:
    assert mitrust.final_day(token) is None


def test_how_many_sources_could_answer() -> None:
    body = {"status": "success", "data": {"active_dps": 53, "client_id": "x", "scope": "name"}}
    assert mitrust.active_sources(sent(body)) == 53


@pytest.mark.parametrize("count", [None, -1, True, "53", 1.5])
def test_a_count_that_is_none_is_refused(count: Any) -> None:
    with pytest.raises(MalformedData):
        mitrust.active_sources(sent({"data": {"active_dps": count}}))


@pytest.mark.parametrize("error", list(RedirectError))
def test_the_browser_brings_back_why_nothing_was_shared(error: RedirectError) -> None:
    back = mitrust.redirected(f"{BACK}?state=s&error={error.value}&error_description=L%26%2339%3Busager%20%3Cb%3E")
    assert (back.state, back.error, back.description) == ("s", error, "L'usager <b>")


def test_an_error_nobody_knows_is_a_damaged_session() -> None:
    assert mitrust.redirected(f"{BACK}?state=s&error=odd").error is RedirectError.SESSION_CORRUPTED
    assert mitrust.redirected(f"{BACK}?state=s").error is None


def test_without_a_state_nobody_knows_whose_answer_it_is() -> None:
    with pytest.raises(MalformedData):
        mitrust.redirected(f"{BACK}?error=timeout")


_READERS = (
    mitrust.access_token, mitrust.headless_token, mitrust.headless_session, mitrust.polled, mitrust.user_info,
    mitrust.active_sources,
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "date", "user_info", "status", "file_wrapper", "base64", "x"]), inner
        )
    ),
    max_leaves=10,
)


@pytest.mark.parametrize("read", _READERS, ids=lambda each: each.__name__)
@given(body=_JSON.map(sent) | st.binary(max_size=40))
def test_no_answer_breaks_the_reader(read: Any, body: bytes) -> None:
    try:
        read(body)
    except MusterError as error:
        assert isinstance(error, MalformedData)


def test_an_answer_of_nothing_inside_nothing_is_none() -> None:
    shared = mitrust.user_info(sent({"data": {"user_info": {"a": None, "b": [None, {"c": "d"}]}}}))
    assert shared.claims == {"b.1.c": "d"}


def test_answers_deeper_than_anybody_nests_them_are_refused() -> None:
    inner: Any = "x"
    for _ in range(100):
        inner = {"a": inner}
    with pytest.raises(MalformedData, match="MITRUST_UNREADABLE"):
        mitrust.user_info(sent({"data": {"user_info": inner}}))


@pytest.mark.parametrize("token", ["", "a.b.c", jws({}), jws({"iat": "today"}), jws({"iat": True})])
def test_of_a_token_nobody_can_read_the_day_it_was_made_is_unknown(token: str) -> None:
    assert mitrust.given_on(token) is None


def test_the_day_a_token_was_made_stands_in_it() -> None:
    assert mitrust.given_on(jws({"iat": 1_800_000_000})) == datetime.fromtimestamp(1_800_000_000, UTC)
