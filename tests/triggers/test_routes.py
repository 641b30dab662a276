"""The routes: which method on which path is which action, and which paths lead nowhere."""

from __future__ import annotations

import pytest

from cosbatch.model.errors import InvalidEvent, MethodNotAllowed, NotFound
from cosbatch.schemas.calls import ACTIONS
from cosbatch.triggers.routes import PARAMETERS, WITH_BODY, methods_of, route

ROUTES = [
    ("POST", "/jobs", "CreateJob", None),
    ("GET", "/jobs", "ListJobs", None),
    ("GET", "/jobs/j-1", "DescribeJob", "j-1"),
    ("DELETE", "/jobs/j-1", "DeleteJob", "j-1"),
    ("POST", "/jobs/j-1/priority", "UpdateJobPriority", "j-1"),
    ("POST", "/jobs/j-1/status", "UpdateJobStatus", "j-1"),
]


@pytest.mark.parametrize(("method", "path", "action", "job_id"), ROUTES)
@pytest.mark.parametrize("prefix", ["", "/release", "/v1/batch", "/jobs-of-mine", "/%2F"])
@pytest.mark.parametrize("end", ["", "/"])
def test_finds_the_action(method: str, path: str, action: str, job_id: str | None, prefix: str, end: str) -> None:
    assert route(method, prefix + path + end) == (action, {"JobId": job_id} if job_id else {})


@pytest.mark.parametrize(
    ("path", "job_id"),
    [
        ("/jobs/jobs", "jobs"),
        ("/jobs/a%20b", "a b"),
        ("/jobs/%2e%2e", ".."),
        ("/jobs/a%2Fb", "a/b"),
        ("/jobs/priority", "priority"),
        ("/jobs/%", "%"),
        ("/jobs/清", "清"),
        ("/jobs/..", ".."),
    ],
)
def test_hands_the_job_id_on_decoded_for_the_schema_to_judge(path: str, job_id: str) -> None:
    assert route("GET", path) == ("DescribeJob", {"JobId": job_id})


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "jobs",
        "//jobs",
        "/jobs//",
        "/jobs//status",
        "/Jobs",
        "/job",
        "/jobsx",
        "/xjobs",
        "/%6Aobs",
        "/jobs?dryRun=true",
        "/jobs/j/other",
        "/jobs/j/status/x",
        "/jobs/j/priority/status",
        "/jobs/jobs/jobs",
        "/x/jobs/j/jobs",
        "/jobs\n",
        "https://host/jobs",
    ],
)
def test_finds_nothing_elsewhere(path: str) -> None:
    with pytest.raises(NotFound, match="There is no such route; there are /jobs"):
        route("GET", path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/jobs", ("GET", "POST")),
        ("PUT", "/jobs", ("GET", "POST")),
        ("HEAD", "/jobs", ("GET", "POST")),
        ("OPTIONS", "/jobs", ("GET", "POST")),
        ("POST", "/jobs/j-1", ("DELETE", "GET")),
        ("GET", "/jobs/j-1/status", ("POST",)),
        ("PUT", "/x/jobs/j-1/priority", ("POST",)),
        ("", "/jobs", ("GET", "POST")),
    ],
)
def test_says_which_methods_a_path_has(method: str, path: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        route(method, path)
    assert refused.value.allowed == allowed
    assert tuple(sorted(methods_of(path))) == allowed


def test_refuses_a_path_that_is_no_utf8() -> None:
    with pytest.raises(InvalidEvent, match="The path is not UTF-8"):
        route("GET", "/jobs/%FF")


@pytest.mark.parametrize("path", ["/jobs" * 50_000 + "/x", "/" * 200_000, "/a" * 100_000 + "/jobs/x/y/z"])
def test_is_done_with_an_endless_path_in_one_go(path: str) -> None:
    """Were the pattern one that tries every split, this would never end."""
    with pytest.raises(NotFound):
        methods_of(path)


def test_knows_parameters_for_every_action() -> None:
    assert set(PARAMETERS) == set(ACTIONS)
    assert set(WITH_BODY) < set(ACTIONS)
