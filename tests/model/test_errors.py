"""The failure object, and what each error says of retries and of whom it concerns."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from cosbatch.model import errors
from cosbatch.model.errors import (
    CosbatchError,
    InvalidRequest,
    MethodNotAllowed,
    Problem,
    RetryableInvocationError,
    ServiceError,
    ServiceSideError,
    UnexpectedResponse,
    quoted,
)

# Code, status, Retryable: the table that callers rely on.
CODES = [
    (errors.InvalidEvent, 400, False),
    (errors.InvalidRequest, 400, False),
    (errors.InvalidManifest, 422, False),
    (errors.IdempotencyMismatch, 422, False),
    (errors.Unauthorized, 401, False),
    (errors.Forbidden, 403, False),
    (errors.NotFound, 404, False),
    (errors.PayloadTooLarge, 413, False),
    (errors.UnsupportedMediaType, 415, False),
    (errors.ConfigurationError, 500, False),
    (errors.InternalError, 500, False),
    (errors.DuplicateUnresolved, 409, True),
    (errors.UpstreamUnreachable, 502, True),
    (errors.UpstreamTimeout, 504, True),
    (errors.UpstreamTLS, 502, False),
    (errors.UnexpectedResponse, 502, False),
]


@pytest.mark.parametrize(("kind", "status", "retryable"), CODES)
def test_names_each_error_by_its_class_with_its_status_and_advice(
    kind: type[CosbatchError], status: int, retryable: bool
) -> None:
    assert kind("what and how to fix it").as_json() == {
        "Code": kind.__name__,
        "Message": "what and how to fix it",
        "Status": status,
        "Retryable": retryable,
    }


def test_says_its_message_and_its_first_problems() -> None:
    problems = [Problem(f"/Tags/{number}", "must have a Key") for number in range(5)]
    told = "; ".join(f"/Tags/{number} must have a Key" for number in range(3))
    assert str(InvalidRequest("Nothing was sent.", problems)) == f"Nothing was sent: {told}"
    changed = ServiceError("SlowDown", "Too fast.", 503)
    changed.message += " Given up."
    assert str(changed) == "Too fast. Given up."
    assert str(InvalidRequest("?", [Problem("/" + "a" * 5000, "b" * 5000)])) == f"?: /{'a' * 98}… {'b' * 99}…"


def test_is_a_bug_of_this_function_where_nothing_better_is_known() -> None:
    assert CosbatchError("?").as_json() == {"Code": "InternalError", "Message": "?", "Status": 500, "Retryable": False}


@pytest.mark.parametrize("may_have_acted", [True, False])
def test_knows_whether_the_service_may_have_acted(may_have_acted: bool) -> None:
    assert errors.UpstreamTimeout("?", may_have_acted=may_have_acted).may_have_acted is may_have_acted
    assert errors.UpstreamTimeout("?").may_have_acted is False


def test_lists_all_problems_with_pointer_and_message() -> None:
    error = InvalidRequest("two faults", [Problem("/Priority", "is required; add it"), Problem("", "is no object")])
    assert error.as_json()["Errors"] == [
        {"Pointer": "/Priority", "Message": "is required; add it"},
        {"Pointer": "", "Message": "is no object"},
    ]


def test_shows_what_is_known_of_the_call_and_leaves_out_the_rest() -> None:
    error = InvalidRequest("no")
    error.request_id = "NWRm"
    error.trace_id = ""
    error.fields = {"Manifest": "qcs::cos:ap-chengdu::m-1/k", "Profile": None}
    assert error.as_json() == {
        "Code": "InvalidRequest",
        "Message": "no",
        "Status": 400,
        "Retryable": False,
        "RequestId": "NWRm",
        "Manifest": "qcs::cos:ap-chengdu::m-1/k",
    }


def test_writes_its_message_when_printed() -> None:
    assert str(InvalidRequest("what is wrong")) == "what is wrong"


def test_keeps_the_methods_that_a_route_has() -> None:
    error = MethodNotAllowed("only POST", allowed=["POST"])
    assert (error.as_json()["Status"], error.allowed) == (405, ("POST",))


# An error of every class.
ERRORS = [
    *(kind("what is wrong") for kind, _, _ in CODES),
    CosbatchError("what is wrong"),
    MethodNotAllowed("only POST", allowed=["POST"]),
    ServiceSideError("what is wrong", may_have_acted=True),
    ServiceError("SlowDown", "too fast", 503),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_is_the_same_as_a_copy_and_in_another_process(error: CosbatchError) -> None:
    error.problems = (Problem("/Priority", "is required"),)
    error.fields = {"Manifest": "qcs::cos:ap-chengdu::m-1/k"}
    error.message += " Given up."
    for same in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert (type(same), same.args, vars(same)) == (type(error), error.args, vars(error))


def test_knows_an_error_of_every_class() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CosbatchError)]
    assert {type(error) for error in ERRORS} == {*kinds}


# code, HTTP status of the service | status of the answer, Retryable, may it have acted
SERVICE = [
    ("InvalidRequest", 400, 400, False, False),
    ("AccessDenied", 403, 403, False, False),
    ("NoSuchJob", 404, 404, False, False),
    ("SlowDown", 400, 400, True, False),
    ("RequestTimeout", 400, 400, True, False),
    ("InternalError", 500, 502, True, True),
    ("ServiceUnavailable", 503, 502, True, True),
    ("SlowDown", 503, 502, True, False),
    ("TooManyJobs", 500, 502, True, False),
    ("InternalError", 200, 502, False, False),
    ("PermanentRedirect", 301, 502, False, False),
]


@pytest.mark.parametrize(("code", "http_status", "status", "retryable", "may_have_acted"), SERVICE)
def test_judges_an_error_document_by_code_and_status(
    code: str, http_status: int, status: int, retryable: bool, may_have_acted: bool
) -> None:
    error = ServiceError(code, "in the service's words", http_status)
    assert error.as_json() == {
        "Code": code,
        "Message": "in the service's words",
        "Status": status,
        "Retryable": retryable,
    }
    assert error.may_have_acted is may_have_acted
    assert (error.retry_after, error.clock_off) == (None, None)  # until the transport has read the headers


@pytest.mark.parametrize("may_have_acted", [True, False])
def test_advises_to_retry_a_strange_answer_only_where_the_service_may_have_acted(may_have_acted: bool) -> None:
    error = UnexpectedResponse("no XML", may_have_acted=may_have_acted)
    assert (error.retryable, error.may_have_acted) == (may_have_acted, may_have_acted)


def test_holds_all_failures_of_the_service_s_side_under_one_name() -> None:
    kinds = {
        errors.ServiceError,
        errors.UpstreamUnreachable,
        errors.UpstreamTimeout,
        errors.UpstreamTLS,
        UnexpectedResponse,
    }
    assert set(ServiceSideError.__subclasses__()) >= kinds


def test_keeps_the_error_for_the_platform_apart_from_answers() -> None:
    assert not issubclass(RetryableInvocationError, CosbatchError)
    assert json.loads(str(RetryableInvocationError('{"Results": []}'))) == {"Results": []}


@pytest.mark.parametrize(("text", "shown"), [("", ""), ("x" * 100, "x" * 100), ("x" * 101, "x" * 99 + "…")])
def test_quotes_no_more_than_a_hundred_characters_of_others(text: str, shown: str) -> None:
    assert quoted(text) == shown
