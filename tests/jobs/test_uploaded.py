"""Which list an upload's job is of, whatever its event says."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.jobs.uploaded import UploadedManifest, find_uploaded
from cosbatch.model.errors import ServiceSideError, UnexpectedResponse
from cosbatch.model.messages import Response, Upload
from tests.stage import BUCKET, NOON, REGION, Service, exchange, found, refused

KEY = "in/list.csv"
ARN = f"qcs::cos:{REGION}::{BUCKET}/{KEY}"
HEAD = f"HEAD /{KEY}"


def look(*answers: Any, profile: str = "restore", **said: Any) -> UploadedManifest:
    """What is found for an upload whose event says so, where HEAD is answered so, one after the other."""
    service = Service({HEAD: [*answers]})
    return find_uploaded(Upload(BUCKET, KEY, ARN, **said), profile, exchange(service))


def warned(manifest: UploadedManifest) -> list[object]:
    return [warning["Warning"] for warning in manifest.warnings]


def versioned(version: str, etag: str = '"abc"', **more: Any) -> Response:
    plain = found(etag, **more)
    return plain._replace(headers={**plain.headers, "x-cos-version-id": version})


# The state of the object gives the token, and nothing else does.


def test_gives_one_state_of_the_object_one_token_whatever_the_events_say() -> None:
    events: list[dict[str, Any]] = [{}, {"size": 5}, {"size": 6}, {"etag": '"old"'}, {"time": 0}, {"version": "junk"}]
    tokens = {look(found(), found(), **event).token for event in events}
    assert len(tokens) == 1


def test_gives_other_states_other_tokens() -> None:
    states = [
        found(),
        found('"other"'),
        found(modified=NOON),
        versioned("1"),
        versioned("2"),
        versioned("null", '"third"'),
    ]
    assert len({look(state).token for state in states}) == len(states)


def test_takes_the_version_alone_for_the_state_where_there_is_one() -> None:
    assert look(versioned("1")).token == look(versioned("1", modified=NOON)).token


def test_gives_another_profile_another_token() -> None:
    assert look(found()).token != look(found(), profile="archive").token


def test_keeps_the_token_of_a_state_for_ever() -> None:
    """A redelivery may meet another version of this program."""
    assert look(found()).token == "event-4eed280e-31ab-d948-c391-a79e53e15853"


def test_says_when_the_object_was_written() -> None:
    assert look(found(modified=NOON), time=NOON - 9 * 86400).modified == NOON


# Where the event contradicts the object.

CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"size": 6}, "it has 5 bytes, not 6"),
    ({"etag": '"v1"'}, "it has another ETag"),
    ({"time": NOON - 86400 - 6}, "it was written later"),
]


@pytest.mark.parametrize(("said", "message"), CONTRADICTIONS)
def test_warns_where_the_object_is_another_one_than_the_event_tells_of(said: dict[str, Any], message: str) -> None:
    (warning,) = look(found(), **said).warnings
    assert warning["Warning"] == "Superseded"
    assert message in str(warning["Message"])


@pytest.mark.parametrize(
    "said", [{}, {"size": 5}, {"etag": '"abc"'}, {"etag": "abc"}, {"time": NOON - 86400 - 5}, {"time": NOON}]
)
def test_does_not_warn_where_the_event_fits(said: dict[str, Any]) -> None:
    assert warned(look(found(), **said)) == []


# Versions.


def test_takes_the_version_that_the_event_names_though_there_is_a_later_one() -> None:
    manifest = look(versioned("1", size=7), size=7, version="1")
    assert manifest.manifest.location == {"ETag": '"abc"', "ObjectArn": ARN, "ObjectVersionId": "1"}
    assert warned(manifest) == []


NO_VERSIONS: dict[str, Any] = {
    "no such version": refused("NoSuchVersion", status=404),
    "no version id": Response(400, {"x-cos-request-id": "r-3"}),
    "a bucket without versions": found(),
    "another size": versioned("vid", size=9),
    "another version": versioned("other"),
}


@pytest.mark.parametrize("case", NO_VERSIONS)
def test_takes_the_object_as_it_is_where_the_event_names_no_version_of_it(case: str) -> None:
    manifest = look(NO_VERSIONS[case], found('"now"'), size=5, version="vid")
    assert manifest.manifest.location == {"ETag": '"now"', "ObjectArn": ARN}


def test_does_not_take_a_service_that_is_ill_for_a_missing_version() -> None:
    with pytest.raises(ServiceSideError) as error:
        look(*[refused("SlowDown", status=503)] * 9, version="vid")
    assert error.value.code == "SlowDown"


def test_does_not_take_a_refusal_of_something_on_the_way_for_a_missing_version() -> None:
    with pytest.raises(UnexpectedResponse):
        look(Response(400, {}), found('"now"'), size=5, version="vid")


def test_needs_the_time_of_the_object() -> None:
    with pytest.raises(ServiceSideError) as error:
        look(Response(200, {"etag": '"abc"', "content-length": "5"}))
    assert (error.value.code, error.value.retryable) == ("UnexpectedResponse", True)


def test_names_the_object_in_every_failure() -> None:
    with pytest.raises(ServiceSideError) as error:
        look(Response(404, {"x-cos-request-id": "r"}))
    told = f"{KEY} in {BUCKET}: There is no such object, or no such bucket."
    assert (error.value.code, error.value.message) == ("NoSuchKey", told)
