"""The plan of a job: what would be sent, and the warnings of a careful colleague."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.jobs.perform import CallContext, perform
from cosbatch.model.errors import IdempotencyMismatch
from cosbatch.model.messages import Call, Response
from tests.stage import (
    APPID,
    BUCKET,
    DOCUMENT,
    PROFILE,
    PROFILES,
    REPORT,
    SPEC,
    Service,
    configuration,
    created,
    exchange,
    profiles_text,
)

Json = dict[str, Any]
COPY = {"TargetResource": f"cos://target-{APPID}"}


def call(service: Service, fields: Json, profiles: str = PROFILES, check: str = "off") -> Json:
    context = CallContext(
        configuration(profiles, COSBATCH_MANIFEST_CHECK=check),
        exchange(service),
        lambda size: bytes(size),
    )
    return perform(Call("CreateJob", fields), context)


def plan(profiles: str = PROFILES, /, **changes: Any) -> Json:
    answer: Json = call(Service(), {**DOCUMENT, "DryRun": True, **changes}, profiles)["Plan"]
    return answer


def warnings(profiles: str = PROFILES, /, **changes: Any) -> dict[str, str]:
    return {warning["Warning"]: warning["Pointer"] for warning in plan(profiles, **changes)["Warnings"]}


def test_shows_the_request_and_sends_nothing() -> None:
    service = Service()
    shown = call(service, {**DOCUMENT, "DryRun": "true"})["Plan"]
    assert service.sent == []
    assert (shown["Method"], shown["Path"]) == ("POST", "/jobs")
    assert shown["Host"] == shown["Headers"]["Host"] == "100000000001.cos-control.ap-chengdu.myqcloud.com"
    assert shown["ClientRequestToken"] == "token-1"
    assert shown["Manifest"] == {"ETag": '"abc"', "Size": None, "Rows": None}
    assert int(shown["Headers"]["Content-Length"]) == len(shown["Body"].encode())
    assert not {"authorization", "x-cos-security-token"} & {name.lower() for name in shown["Headers"]}


def test_shows_the_very_bytes_that_are_sent() -> None:
    service = Service()
    call(service, DOCUMENT)
    assert service.requests[0].body.decode() == plan()["Body"]


def test_creates_the_job_whose_plan_was_seen() -> None:
    digest = plan()["Digest"]
    assert digest.startswith("sha256:")
    result = call(Service(), {**DOCUMENT, "PlanDigest": digest})
    assert result["Outcome"] == "created"


@pytest.mark.parametrize("change", [{"Priority": 2}, {"Description": "other"}, {"Operation": {"COSDeleteObject": {}}}])
def test_refuses_when_anything_has_changed_since_the_plan(change: Json) -> None:
    digest, service = plan()["Digest"], Service()
    with pytest.raises(IdempotencyMismatch) as caught:
        call(service, {**DOCUMENT, **change, "PlanDigest": digest})
    assert service.sent == []
    assert caught.value.problems[0].pointer == "/PlanDigest"


def test_refuses_when_the_manifest_was_overwritten_since_the_plan() -> None:
    location = {"ObjectArn": f"cos://{BUCKET}/list.csv"}
    fields = {**DOCUMENT, "Manifest": {"Location": location, "Spec": SPEC}}

    def service(etag: str) -> Service:
        return Service({"HEAD /list.csv": Response(200, {"etag": etag}), "POST /jobs": created()})

    digest = call(service('"e1"'), {**fields, "DryRun": True})["Plan"]["Digest"]
    assert call(service('"e1"'), {**fields, "PlanDigest": digest})["JobId"] == "job-1"
    with pytest.raises(IdempotencyMismatch):
        call(service('"e2"'), {**fields, "PlanDigest": digest})


def test_the_token_is_no_part_of_what_was_planned() -> None:
    assert plan(ClientRequestToken="other")["Digest"] == plan()["Digest"]


def test_tells_size_rows_and_what_the_look_at_the_manifest_warns_of() -> None:
    content = f"target-{APPID},a b\n".encode()
    headers = {"etag": '"abc"', "content-range": f"bytes 0-{len(content) - 1}/{len(content)}"}
    service = Service({"GET /list.csv": Response(206, headers, content)})
    fields = {**DOCUMENT, "Operation": {"COSPutObjectCopy": COPY}, "DryRun": True}
    shown = call(service, fields, check="head")["Plan"]
    assert shown["Manifest"] == {"ETag": '"abc"', "Size": len(content), "Rows": 1}
    assert [warning.get("Warning", warning.get("Fault")) for warning in shown["Warnings"]] == [
        "CopyOntoItself",
        "NotEncoded",
    ]


def test_has_nothing_to_warn_of_in_an_ordinary_job() -> None:
    assert warnings() == {}


def with_report(**changes: Any) -> Json:
    return {"Report": {**REPORT, **changes}}


def copying(**options: Any) -> Json:
    return {"Operation": {"COSPutObjectCopy": {**COPY, **options}}}


TARGET = "/Operation/COSPutObjectCopy/TargetResource"
PREFIX = "/Operation/COSPutObjectCopy/TargetKeyPrefix"
DELETING: Json = {"Operation": {"COSDeleteObject": {}}}


@pytest.mark.parametrize(
    ("changes", "warning", "pointer"),
    [
        (with_report(Enabled=False), "NoReport", "/Report/Enabled"),
        ({"Priority": 0}, "LowestPriority", "/Priority"),
        (copying(PrefixReplace=True, ResourcesPrefix="a/"), "EmptiesKeys", PREFIX),
        (DELETING, "DeletesWithoutVersions", "/Manifest/Spec/Fields"),
        (
            {**DELETING, "Manifest": {**DOCUMENT["Manifest"], "Spec": {"Format": "COSInventoryReport_CSV_V1"}}},
            "DeletesInventory",
            "/Manifest/Spec/Format",
        ),
    ],
)
def test_warns_of_what_a_careful_colleague_would_ask_about(changes: Json, warning: str, pointer: str) -> None:
    assert warnings(**changes) == {warning: pointer}


def test_does_not_warn_of_reports_and_copies_beside_the_triggers() -> None:
    caller = {"name": "calls-only", "job": PROFILE["job"]}
    profiles = profiles_text(PROFILE, caller)
    assert warnings(profiles, **with_report(Bucket=f"cos://{BUCKET}", Prefix="elsewhere")) == {}
    assert warnings(profiles, **copying(PrefixReplace=True, ResourcesPrefix="a", TargetKeyPrefix="b")) == {}


def test_does_not_warn_of_deleting_by_version() -> None:
    spec = {"Format": "COSBatchOperations_CSV_V1", "Fields": ["Bucket", "Key", "VersionId"]}
    assert warnings(**DELETING, Manifest={**DOCUMENT["Manifest"], "Spec": spec}) == {}
