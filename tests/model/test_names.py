"""Names of resources, roles, regions and hosts: read and written."""

from __future__ import annotations

import random

import pytest

from cosbatch.model import names
from cosbatch.model.names import Resource

READ = [
    ("qcs::cos:ap-chengdu::b-1250000000", "b-1250000000", None, "ap-chengdu"),
    ("qcs::cos:ap-chengdu::b-1250000000/", "b-1250000000", None, "ap-chengdu"),
    ("qcs::cos:ap-chengdu::b-1250000000/a/b.csv", "b-1250000000", "a/b.csv", "ap-chengdu"),
    ("qcs::cos:ap-beijing-1:uid/1250000000:b-1250000000", "b-1250000000", None, "ap-beijing-1"),
    ("qcs::cos:ap-chengdu:uid/1250000000:b-1250000000/k", "b-1250000000", "k", "ap-chengdu"),
    ("cos://b-c-d-1250000000", "b-c-d-1250000000", None, None),
    ("cos://b-1250000000/k%41 ?#\n清单", "b-1250000000", "k%41 ?#\n清单", None),
    ("cos://b-1250000000//k", "b-1250000000", "/k", None),
    ("https://b-1250000000.cos.ap-chengdu.myqcloud.com", "b-1250000000", None, "ap-chengdu"),
    ("https://b-1250000000.cos.ap-chengdu.myqcloud.com/", "b-1250000000", None, "ap-chengdu"),
    ("https://b-1250000000.cos.ap-chengdu.myqcloud.com/a%20b%2Fc+d%25", "b-1250000000", "a b/c+d%", "ap-chengdu"),
    ("https://b-1250000000.cos.ap-chengdu.tencentcos.cn/%E6%B8%85", "b-1250000000", "清", "ap-chengdu"),
    ("http://b-1250000000.cos.ap-chengdu.myqcloud.com/清", "b-1250000000", "清", "ap-chengdu"),
]


@pytest.mark.parametrize(("text", "bucket", "key", "region"), READ)
def test_reads_every_form_of_a_resource_name(text: str, bucket: str, key: str | None, region: str | None) -> None:
    resource = names.parse_resource(text)
    assert resource == Resource(bucket, key, region)
    assert resource.appid == "1250000000"


REFUSED = [
    "",
    "b-1250000000",
    "qcs::cos:ap-chengdu::b",
    "qcs::cos:ap-chengdu::b-01",
    "qcs::cos:ap-chengdu::-1250000000",
    "qcs::cos:ap-chengdu::B-1250000000",
    "qcs::cos:ap-chengdu::b_c-1250000000",
    "qcs::cos:ap-chengdu:b-1250000000",
    "qcs::cos:::b-1250000000",
    "qcs::cos:chengdu::b-1250000000",
    "qcs::cos:ap-chengdu:uid/:b-1250000000",
    "qcs::cos:ap-chengdu:uin/1:b-1250000000",
    "qcs::cam:ap-chengdu::b-1250000000",
    "qcs::cos:ap-chengdu::b-1250000000\n",
    "qcs::cos:ap-chengdu::b-١٢٥",
    "\nqcs::cos:ap-chengdu::b-1250000000",
    "cos://b-1250000000\n",
    "s3://b-1250000000/k",
    "https://b-1250000000.cos.ap-chengdu.myqcloud.com.evil.example/k",
    "https://evil.example/b-1250000000.cos.ap-chengdu.myqcloud.com/k",
    "https://user@b-1250000000.cos.ap-chengdu.myqcloud.com/k",
    "https://b-1250000000.cos.ap-chengdu.myqcloud.com:8443/k",
    "https://b-1250000000.cos.ap-chengdu.myqcloud.com/k?sign=1",
    "https://b-1250000000.cos.ap-chengdu.myqcloud.com/k#top",
    "https://b-1250000000.cos.accelerate.myqcloud.com/k",
]


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_is_no_resource_name(text: str) -> None:
    with pytest.raises(ValueError, match="not a resource name"):
        names.parse_resource(text)


@pytest.mark.parametrize("text", ["cos://photos/a.jpg", "cos://my-photos"])
def test_says_so_where_a_bucket_has_no_appid(text: str) -> None:
    with pytest.raises(ValueError, match="not a resource name: behind its bucket's name stands no APPID"):
        names.parse_resource(text)


def test_refuses_a_uid_that_is_not_the_appid_of_the_bucket() -> None:
    with pytest.raises(ValueError, match="uid/125 is not the APPID at the end of bucket b-1250000000"):
        names.parse_resource("qcs::cos:ap-chengdu:uid/125:b-1250000000")


@pytest.mark.parametrize("path", ["%", "a%2", "%zz", "%2g/b", "a%"])
def test_refuses_a_percent_sign_that_is_no_escape(path: str) -> None:
    with pytest.raises(ValueError, match="% that is no escape"):
        names.parse_resource(f"https://b-1.cos.ap-chengdu.myqcloud.com/{path}")


@pytest.mark.parametrize("path", ["%ff", "a%E6%B8", "%ED%A0%80", "%C0%AF"])
def test_refuses_escapes_that_are_not_utf_8(path: str) -> None:
    with pytest.raises(ValueError, match="the escapes of the URL are not UTF-8"):
        names.parse_resource(f"https://b-1.cos.ap-chengdu.myqcloud.com/{path}")


def test_writes_names_that_read_back_as_they_were() -> None:
    chance = random.Random(1)
    for _ in range(300):
        bucket = f"{''.join(chance.choices('ab-9', k=chance.randint(0, 8)))}x-{chance.randint(1, 10**10)}".lstrip("-")
        key = "".join(chance.choices("ab/%25 +?#&清\r\n", k=chance.randint(1, 30)))
        region = chance.choice(["ap-chengdu", "ap-beijing-1", "na-siliconvalley"])
        assert names.parse_resource(Resource(bucket, key, None).arn(region)) == Resource(bucket, key, region)
        assert names.parse_resource(Resource(bucket, None, None).arn(region)) == Resource(bucket, None, region)
        assert names.parse_resource(names.target_arn(bucket, region)) == Resource(bucket, None, region)
        assert names.parse_resource(Resource(bucket, key, region).uri) == Resource(bucket, key, None)
        assert names.parse_resource(f"cos://{bucket}/{key}") == Resource(bucket, key, None)


def test_writes_objects_short_and_targets_long() -> None:
    assert Resource("b-1", "k", None).arn("ap-x") == "qcs::cos:ap-x::b-1/k"
    assert Resource("b-1", None, None).arn("ap-x") == "qcs::cos:ap-x::b-1"
    assert Resource("b-1", "k", "ap-x").uri == "cos://b-1/k"
    assert Resource("b-1", None, None).uri == "cos://b-1"
    assert names.target_arn("b-1", "ap-x") == "qcs::cos:ap-x:uid/1:b-1"


ROLES = [
    ("qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole", "100000000001"),
    ("qcs::cam::uin/1:roleName/a+b=c,d.e@f-g", "1"),
    ("qcs::cam::uin/1:roleName/", None),
    ("qcs::cam::uin/:roleName/r", None),
    ("qcs::cam::uin/1:roleName/a/b", None),
    ("qcs::cam::uin/1:roleName/a b", None),
    ("qcs::cam::uin/1:roleName/r\n", None),
    ("qcs::cam::uin/1:roleName/角色", None),
    ("qcs::cam::uin/1:uin/1", None),
    ("x qcs::cam::uin/1:roleName/r", None),
]


@pytest.mark.parametrize(("text", "uin"), ROLES)
def test_reads_the_account_of_a_role(text: str, uin: str | None) -> None:
    assert names.role_uin(text) == uin


def test_builds_the_hosts_of_the_service() -> None:
    assert names.control_host("100000000001", "ap-chengdu") == "100000000001.cos-control.ap-chengdu.myqcloud.com"
    assert names.bucket_host("b-1", "ap-chengdu") == "b-1.cos.ap-chengdu.myqcloud.com"


def test_knows_each_short_code_as_a_region() -> None:
    assert {code: names.SHORT_REGIONS[code] for code in ("cd", "bj", "gz")} == {
        "cd": "ap-chengdu",
        "bj": "ap-beijing",
        "gz": "ap-guangzhou",
    }
    assert all(names.REGION.fullmatch(region) for region in names.SHORT_REGIONS.values())


def test_matches_whole_bucket_names_in_linear_time() -> None:
    assert names.BUCKET.fullmatch("a-1")
    assert not names.BUCKET.fullmatch("a-1" * 100_000 + "!")


COLUMNS = [
    (["Bucket", "Key"], []),
    (["Ignore", "Key", "Ignore", "VersionId", "Bucket"], []),
    ([], ["must name Bucket once, not 0 times", "must name Key once, not 0 times"]),
    (["Key", "Bucket", "Key"], ["must name Key once, not 2 times"]),
    (
        ["Bucket", "Key", "VersionId", "VersionId"],
        ["must name VersionId at most once; a column that is not used is called Ignore"],
    ),
]


@pytest.mark.parametrize(("columns", "faults"), COLUMNS)
def test_asks_for_one_bucket_one_key_and_at_most_one_version(columns: list[str], faults: list[str]) -> None:
    assert names.column_faults(columns) == faults
