"""Settings and profiles together: all problems of both at once, and which file may be missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cosbatch.configuration import read_configuration
from cosbatch.configuration.profiles import Profiles
from cosbatch.model.errors import ConfigurationError
from tests.stage import ENVIRON, PROFILE, profiles_text


def raising(error: Exception) -> Callable[[str], str]:
    def read_file(path: str) -> str:
        raise error

    return read_file


def test_reads_both() -> None:
    paths: list[str] = []

    def read_file(path: str) -> str:
        paths.append(path)
        return profiles_text(PROFILE)

    configuration = read_configuration(ENVIRON, "/var/user/profiles.json", read_file)
    read_configuration({**ENVIRON, "COSBATCH_PROFILES": "other.json"}, "/var/user/profiles.json", read_file)
    assert configuration.settings.account.appid == ENVIRON["TENCENTCLOUD_APPID"]
    assert configuration.profiles.named("restore")
    assert paths == ["/var/user/profiles.json", "other.json"]


def test_does_without_profiles_where_there_is_no_file_in_its_usual_place() -> None:
    assert read_configuration(ENVIRON, "profiles.json", raising(FileNotFoundError())).profiles == Profiles()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), "it is not UTF-8"),
    ],
)
def test_says_why_a_file_that_is_named_cannot_be_read(error: Exception, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_configuration({**ENVIRON, "COSBATCH_PROFILES": "mine.json"}, "profiles.json", raising(error))
    (problem,) = refused.value.problems
    assert problem.pointer == "/COSBATCH_PROFILES"
    assert problem.message == f"the profiles file mine.json cannot be read: {reason}"


def test_says_why_the_usual_file_cannot_be_read_where_there_is_one() -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_configuration(ENVIRON, "usual.json", raising(IsADirectoryError(21, "Is a directory")))
    assert refused.value.problems[0].message == "the profiles file usual.json cannot be read: Is a directory"


def test_says_all_that_is_wrong_in_either_at_once() -> None:
    environ = {**ENVIRON, "COSBATCH_LANG": "de", "TENCENTCLOUD_SECRETKEY": ""}
    with pytest.raises(ConfigurationError) as refused:
        read_configuration(environ, "profiles.json", lambda path: profiles_text(PROFILE, PROFILE))
    assert [problem.pointer for problem in refused.value.problems] == [
        "/TENCENTCLOUD_SECRETKEY",
        "/COSBATCH_LANG",
        "/profiles/1/name",
        "/profiles/1/match",
    ]
    assert refused.value.message == "The variables and the profiles in profiles.json are not right; nothing was sent."


@pytest.mark.parametrize(
    ("variables", "text", "what"),
    [
        ({"COSBATCH_LANG": "de"}, profiles_text(), "The variables are"),
        ({}, "no JSON", "The profiles in usual.json are"),
        ({"COSBATCH_PROFILES": "mine.json"}, "no JSON", "The profiles in mine.json are"),
    ],
)
def test_says_which_file_is_not_right(variables: dict[str, str], text: str, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what):
        read_configuration({**ENVIRON, **variables}, "usual.json", lambda path: text)


def test_reads_the_environment_each_time() -> None:
    environ = dict(ENVIRON)

    def secret() -> str:
        return read_configuration(environ, "p", lambda path: profiles_text()).settings.credentials.secret_key

    before = secret()
    environ["TENCENTCLOUD_SECRETKEY"] = "rotated"
    assert (before, secret()) == (ENVIRON["TENCENTCLOUD_SECRETKEY"], "rotated")
