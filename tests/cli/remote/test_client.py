"""The way to the service: what the environment and the options say, and what goes over the wire."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from cosbatch.cli.remote.client import connect
from cosbatch.model.errors import ConfigurationError, NotFound, ServiceError
from tests.cli.running import Run, SteppingClock
from tests.mocked_service import responses

JOB = "53dc6228-c50b-46f7-8ad7-65e7159f1aae"
HOST = "https://100000000001.cos-control.ap-chengdu.myqcloud.com"


def options(**given: object) -> argparse.Namespace:
    defaults = {"endpoint": None, "region": None, "verbose": False, "clock": SteppingClock().clock()}
    return argparse.Namespace(**{**defaults, **given})


def test_goes_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_ENDPOINT", "http://127.0.0.1:9")
    settings = connect(options()).settings
    assert (settings.account.region, settings.endpoint) == ("ap-chengdu", "http://127.0.0.1:9")


def test_goes_by_the_options_first() -> None:
    settings = connect(options(region="ap-beijing", endpoint="http://127.0.0.1:1")).settings
    assert (settings.account.region, settings.endpoint) == ("ap-beijing", "http://127.0.0.1:1")


def test_reads_the_profiles_beside_the_handler() -> None:
    names = [profile.name for profile in connect(options()).configuration.profiles.profiles]
    assert "restore" in names


def test_reads_profiles_with_a_byte_order_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.json").write_text('{"profiles": []}', encoding="utf-8-sig")
    monkeypatch.setenv("COSBATCH_PROFILES", str(tmp_path / "p.json"))
    assert connect(options()).configuration.profiles.profiles == ()


def test_reads_no_profiles_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "p.json").open("wb") as file:
        file.truncate(9 << 20)
    monkeypatch.setenv("COSBATCH_PROFILES", str(tmp_path / "p.json"))
    with pytest.raises(ConfigurationError) as caught:
        connect(options())
    assert "p.json cannot be read: File too large" in caught.value.problems[0].message


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "call.json"],
        ["create", "call.json", "--profile", "restore"],
        ["invoke", "call.json", "--local"],
        ["policy"],
        ["standin"],
    ],
)
def test_takes_no_profiles_from_what_may_never_end(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    (tmp_path / "call.json").write_text("{}")
    os.mkfifo(tmp_path / "profiles.json")
    monkeypatch.chdir(tmp_path)
    for variable, path in (("", "profiles.json"), ("/dev/zero", "/dev/zero")):
        monkeypatch.setenv("COSBATCH_PROFILES", variable)
        said = run(*arguments)
        assert (said.code, f"{path} is no regular file; let COSBATCH_PROFILES name one" in said.err) == (2, True)


@pytest.fixture
def bad_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a list, and with profiles that are not right."""
    monkeypatch.chdir(tmp_path)
    Path("profiles.json").write_text("[]")
    Path("list.csv").write_text("photos-1250000000,1.jpg\n")
    monkeypatch.setenv("COSBATCH_ENDPOINT", "http://127.0.0.1:1")


@pytest.mark.usefixtures("bad_profiles")
@pytest.mark.parametrize(
    "arguments",
    [
        *(["jobs"], ["describe", JOB], ["wait", JOB]),
        *([name, JOB, "--yes"] for name in ("cancel", "confirm", "delete")),
        *(["retry", JOB], ["retry", "cos://report-1250000000/r/manifest.json"]),
        *(["check", "cos://lists-1250000000/1.csv"], ["split", "cos://lists-1250000000/1/", "--rows", "5"]),
        ["split", "cos://lists-1250000000/1/manifest.json", "--rows", "5"],
        ["build", "--bucket", "photos"],
    ],
)
def test_goes_to_the_service_whatever_the_profiles_are_where_no_job_is_made(run: Run, arguments: list[str]) -> None:
    said = run(*arguments, clock=SteppingClock().clock())
    assert said.code == 5 and "UpstreamUnreachable" in said.err


@pytest.mark.usefixtures("bad_profiles")
@pytest.mark.parametrize(
    "arguments",
    [
        ["restore", "list.csv", "--days", "7", "--yes"],
        ["create", "list.csv", "--profile", "restore"],
        ["retry", JOB, "--create", "--yes"],
        ["priority", JOB, "5"],
    ],
)
def test_asks_nobody_while_profiles_that_would_bind_the_job_are_not_right(run: Run, arguments: list[str]) -> None:
    failure = run(*arguments).json
    assert (failure["Code"], failure["Errors"][0]["Message"]) == ("ConfigurationError", "must be an object")


def test_says_all_that_is_wrong_with_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COSBATCH_UIN")
    with pytest.raises(ConfigurationError) as caught:
        connect(options(endpoint="ftp://x"))
    assert {problem.pointer for problem in caught.value.problems} == {"/COSBATCH_UIN", "/COSBATCH_ENDPOINT"}


@responses.activate
def test_tells_of_each_exchange_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    body = "<DescribeJobResult><Job><JobId>1</JobId></Job></DescribeJobResult>"
    responses.get(f"{HOST}/jobs/1", status=503)
    responses.get(f"{HOST}/jobs/1", body=body, headers={"x-cos-request-id": "NWRm"})
    connect(options(verbose=True)).call({"Action": "DescribeJob", "JobId": "1"})
    first, second = capsys.readouterr().err.splitlines()
    where = "GET 100000000001.cos-control.ap-chengdu.myqcloud.com/jobs/1:"
    assert (first, second) == (f"{where} 503 (0.00 s)", f"{where} 200 NWRm (0.00 s)")


@responses.activate
def test_tells_of_an_exchange_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    responses.get(f"{HOST}/jobs/1", body=ConnectionResetError())
    with pytest.raises(Exception, match="broke"):
        connect(options(verbose=True)).call({"Action": "DescribeJob", "JobId": "1"})
    assert capsys.readouterr().err.count("UpstreamUnreachable (0.00 s)") == 5


@responses.activate
def test_goes_by_the_service_s_clock_where_ours_is_off() -> None:
    error = "<Error><Code>RequestTimeTooSkewed</Code></Error>"
    responses.delete(f"{HOST}/jobs/1", status=403, body=error, headers={"Date": "Mon, 23 Nov 2026 18:00:00 GMT"})
    responses.delete(f"{HOST}/jobs/1", status=200)
    assert connect(options(verbose=True)).call({"Action": "DeleteJob", "JobId": "1"}) == {"JobId": "1"}


@responses.activate
def test_raises_what_the_service_refuses() -> None:
    responses.get(f"{HOST}/jobs/1", status=404, body="<Error><Code>NoSuchJob</Code><Message>none</Message></Error>")
    with pytest.raises(ServiceError, match="none") as caught:
        connect(options()).call({"Action": "DescribeJob", "JobId": "1"})
    assert not isinstance(caught.value, NotFound)
