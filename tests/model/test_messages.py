"""What crosses the socket, and what of it may be printed."""

from __future__ import annotations

import pytest

from cosbatch.model.errors import InvalidRequest, UpstreamTimeout
from cosbatch.model.messages import (
    ANSWER_LIMIT,
    LISTING_LIMIT,
    Call,
    Outcome,
    Request,
    Response,
    Skipped,
    Upload,
    as_result,
    as_text,
    retryable,
)


def test_hides_headers_and_bodies_when_printed() -> None:
    request = Request("POST", "h", "/jobs", headers=(("x-cos-security-token", "hush"),), body=b"hush")
    response = Response(200, {"x-cos-request-id": "NWRm"}, b"hush")
    call = Call("CreateJob", {"Description": "hush"}, token="t")
    assert "hush" not in repr([request, response, call])


def test_finds_the_request_id_of_a_response_or_none() -> None:
    assert Response(200, {"x-cos-request-id": "NWRm"}).request_id == "NWRm"
    assert Response(200, {}).request_id is None


def test_says_why_a_record_was_skipped_and_which_manifest_it_was() -> None:
    assert Skipped("removal").as_json() == {"Outcome": "skipped", "Reason": "removal"}
    assert Skipped("loop guard", "qcs::cos:ap-chengdu::b-1/k").as_json() == {
        "Outcome": "skipped",
        "Reason": "loop guard",
        "Manifest": "qcs::cos:ap-chengdu::b-1/k",
    }


def test_reads_replies_of_64_kib_and_listings_of_8_mib() -> None:
    assert Request("GET", "h", "/").limit == ANSWER_LIMIT == 65_536
    assert LISTING_LIMIT == 8_388_608


@pytest.mark.parametrize(
    "value",
    [
        Request("GET", "h", "/"),
        Response(200, {}),
        Call("ListJobs", {}),
        Upload(
            "b-1",
            "k",
            "qcs::cos:ap-chengdu::b-1/k",
        ),
        Skipped("removal"),
    ],
)
def test_cannot_be_changed(value: Request | Response | Call | Upload | Skipped) -> None:
    name = value._fields[0]
    with pytest.raises(AttributeError):
        setattr(value, name, "other")


def test_says_each_kind_of_outcome() -> None:
    assert as_result({"JobId": "j"}) == {"JobId": "j"}
    assert as_result(Skipped("why")) == {"Outcome": "skipped", "Reason": "why"}
    assert as_result(InvalidRequest("no")) == InvalidRequest("no").as_json()


def test_knows_what_a_later_try_can_fix() -> None:
    assert retryable(UpstreamTimeout("late"))
    lasting: list[Outcome] = [InvalidRequest("no"), Skipped("why"), {"Retryable": True}]
    assert not any(retryable(outcome) for outcome in lasting)


def test_writes_text_for_people_that_utf8_can_carry() -> None:
    assert as_text({"a": "清单"}) == '{"a": "清单"}'
    assert as_text(["\ud800"]) == '["?"]'


@pytest.mark.parametrize("text", ["a token%2Bof%3Dours", "a token%2bof%3dours", "a TOKEN%2BOF%3Dours"])
def test_strikes_a_secret_out_of_a_text_however_its_escapes_are_written(text: str) -> None:
    response = Response(403, {}, secrets=("token%2Bof%3D",))
    assert (response.told(text), repr(response)) == ("a ***ours", "Response(403, None)")
