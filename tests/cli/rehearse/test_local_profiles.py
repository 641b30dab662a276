"""Profiles, as a rehearsal reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.rehearse import local_profiles
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.model.names import Resource

FILE = Path(__file__).parents[3] / "profiles.json"
PROFILES: Any = json.loads(FILE.read_text())


def test_reads_the_file_of_the_repository() -> None:
    assert local_profiles.read(str(FILE)) == PROFILES


def test_reads_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "profiles.json").write_text(FILE.read_text(), encoding="utf-8-sig")
    assert local_profiles.read(str(tmp_path / "profiles.json")) == PROFILES


@pytest.mark.parametrize("content", [b"\xff", b"not json", b"{}", b'{"profiles": [{"name": "a"}]}'])
def test_leaves_a_file_that_the_function_would_refuse_to_the_function(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "profiles.json").write_bytes(content)
    assert local_profiles.read(str(tmp_path / "profiles.json")) is None
    assert local_profiles.read(str(tmp_path / "nowhere.json")) is None


def test_moves_every_bucket_to_the_account_and_nothing_else() -> None:
    policy = {"target_buckets": ["archive-1250000000"], "roles": ["qcs::cam::uin/100000000001:roleName/R"]}
    place = {"ObjectArn": "qcs::cos:ap-chengdu:uid/1250000000:b-1250000000/k-1250000001"}
    moved = local_profiles.moved({**PROFILES, "policy": policy, "Location": place}, "1253970026")
    restore, archive = moved["profiles"][:2]
    assert restore["match"]["bucket"] == "manifest-1253970026"
    assert restore["job"]["Report"]["Bucket"] == "cos://report-1253970026"
    assert restore["job"]["RoleArn"] == PROFILES["profiles"][0]["job"]["RoleArn"]
    assert archive["job"]["Operation"]["COSPutObjectCopy"]["TargetResource"] == "cos://archive-1253970026"
    assert archive["limits"]["target_buckets"] == ["archive-1253970026"]
    assert moved["policy"] == {"target_buckets": ["archive-1253970026"], "roles": policy["roles"]}
    assert moved["Location"]["ObjectArn"] == "qcs::cos:ap-chengdu:uid/1253970026:b-1253970026/k-1250000001"
    assert parse_profiles(json.dumps({"profiles": moved["profiles"]}))[1] == ()


def test_lets_one_profile_take_the_upload() -> None:
    taking = local_profiles.taking(PROFILES, "clean-up", [Resource("testpic-1253970026", "testfile", None)])
    assert [profile["name"] for profile in taking["profiles"]] == ["clean-up"]
    assert taking["profiles"][0]["match"] == {"bucket": "testpic-1253970026"}


def test_leaves_the_profiles_as_they_are_where_nothing_was_uploaded() -> None:
    assert local_profiles.taking(PROFILES, "restore", []) == PROFILES


def test_says_which_profiles_there_are() -> None:
    with pytest.raises(WrongUsage, match="there are: restore, archive, clean-up"):
        local_profiles.taking(PROFILES, "other", [])


def test_tells_the_account_of_the_roles() -> None:
    assert local_profiles.uin_of(PROFILES) == "100000000001"
    assert local_profiles.uin_of({"profiles": [{"job": {}}]}) is None
