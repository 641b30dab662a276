"""What hosts, paths and ARNs name."""

from __future__ import annotations

import pytest

from cosbatch.standin.wire.addresses import Resource, Target, find_target, parse_resource

BATCH = Target("batch", "ap-beijing", uin="1", path="/jobs")
TARGETS = {
    ("1.cos-control.ap-beijing.myqcloud.com", "/jobs"): BATCH,
    ("1.COS-CONTROL.AP-Beijing.MyQCloud.com:80", "/jobs"): BATCH,
    ("b-1.cos.ap-beijing.myqcloud.com", "/k/1"): Target("object", "ap-beijing", bucket="b-1", key="k/1"),
    ("b-1.cos.ap-beijing.tencentcos.cn", "/jobs"): Target("object", "ap-beijing", bucket="b-1", key="jobs"),
    ("b-1.cos.ap-beijing.myqcloud.com:8080", "/"): Target("bucket", "ap-beijing", bucket="b-1"),
    ("b-1.cos-internal.ap-beijing.tencentcos.cn", "/k"): Target("object", "ap-beijing", bucket="b-1", key="k"),
    ("b-1.cosbj.myqcloud.com", "/k"): Target("object", "ap-beijing", bucket="b-1", key="k"),
    ("b-1.cosxy.myqcloud.com", "/b-2/k"): Target("other", "home", path="/b-2/k"),
    ("b-1.ci.ap-beijing.myqcloud.com", "/"): Target("other", "home", path="/"),
    ("ci.ap-beijing.tencentcos.cn", "/jobs"): Target("other", "home", path="/jobs"),
    ("b-1.pic.ap-beijing.myqcloud.com", "/"): Target("other", "home", path="/"),
    ("service.cos.myqcloud.com", "/"): Target("service", "home", path="/"),
    ("cos.ap-beijing.myqcloud.com", "/"): Target("service", "ap-beijing", path="/"),
    ("127.0.0.1:80", "/jobs/1/status"): Target("batch", "home", path="/jobs/1/status"),
    ("localhost", "/b-1/k/1"): Target("object", "home", bucket="b-1", key="k/1"),
    ("[::1]:80", "/b-1/"): Target("bucket", "home", bucket="b-1"),
    ("", "/"): Target("standin", "home", path="/"),
    ("127.0.0.1", "/_standin/jobs"): Target("standin", "home", path="/_standin/jobs"),
    ("127.0.0.1", "/jobs-1250000000/k"): Target("object", "home", bucket="jobs-1250000000", key="k"),
}


@pytest.mark.parametrize(("asked", "target"), TARGETS.items(), ids=[" ".join(asked) for asked in TARGETS])
def test_finds_what_a_request_is_about(asked: tuple[str, str], target: Target) -> None:
    assert find_target([asked[0]], asked[1], "home") == target


def test_takes_the_first_host_that_names_a_service() -> None:
    assert find_target(["127.0.0.1:80", "1.cos-control.ap-beijing.myqcloud.com"], "/jobs", "home") == BATCH


RESOURCES = {
    "qcs::cos:ap-beijing::b-1": Resource("ap-beijing", "b-1"),
    "qcs::cos:ap-beijing:uid/1:b-1": Resource("ap-beijing", "b-1"),
    "qcs::cos:ap-beijing::b-1/k/1 é\n": Resource("ap-beijing", "b-1", "k/1 é\n"),
    "qcs::cos:ap-beijing:uid/2:b-1": None,
    "qcs::cos:ap-beijing::b-1/": None,
    "qcs::cos:ap-beijing::bucket": None,
    "qcs::cam:ap-beijing::b-1": None,
    "arn:aws:s3:::b-1": None,
    "": None,
}


@pytest.mark.parametrize(("arn", "resource"), RESOURCES.items())
def test_reads_an_arn(arn: str, resource: Resource | None) -> None:
    assert parse_resource(arn) == resource
