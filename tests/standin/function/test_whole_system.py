"""The whole system on one machine: a list is put by hand, and nothing else is; the rest comes by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cosbatch.standin import Function, Trigger, running
from tests.standin.client import client_of

ROOT = Path(__file__).parents[3]
PROFILE = {
    "name": "restore",
    "match": {"bucket": "manifest-1250000000", "prefix": "restore/", "suffix": ".csv"},
    "job": {
        "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
        "Priority": 10,
        "Report": {"Bucket": "cos://report-1250000000", "Enabled": True, "Prefix": "reports"},
        "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
    },
    "receipts": "cos://report-1250000000/receipts/",
}


@pytest.mark.slow
def test_a_list_becomes_a_job_a_report_and_a_receipt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = tmp_path / "profiles.json"
    profiles.write_text(json.dumps({"profiles": [PROFILE]}), encoding="utf-8")
    monkeypatch.setenv("COSBATCH_PROFILES", str(profiles))
    function = Function("handler.main_handler", [Trigger("manifest-1250000000")], ROOT)
    with running(function=function) as standin, client_of(standin) as client:
        standin.order({"action": "Event", "fault": "EventAtOnce"})
        client.cos("PUT", "data-1250000000", "a b.txt", headers={"x-cos-storage-class": "ARCHIVE"}, body=b"old")
        client.cos("PUT", "manifest-1250000000", "restore/list.csv", body=b"data-1250000000,a%20b.txt\n")
        standin.wait()
        (job,), (event,) = standin.jobs(), standin.events()
        assert (job["Status"], event["State"]) == ("Complete", "Delivered")
        deliveries: Any = event["Deliveries"]
        told = [delivery["Reply"]["Results"][0] for delivery in deliveries]
        assert {result["JobId"] for result in told} == {job["JobId"]}
        assert sorted(result["Outcome"] for result in told) == ["created", "recovered"]
        report = client.cos("GET", "report-1250000000", f"reports/job-{job['JobId']}/manifest.json")
        assert len(json.loads(report.body)["Results"]) == 1
        receipt = client.cos("GET", "report-1250000000", "receipts/manifest-1250000000/restore/list.csv.json")
        assert json.loads(receipt.body)["JobId"] == job["JobId"]
        head = client.cos("HEAD", "data-1250000000", "a b.txt")
        assert head.headers["x-cos-restore"] == 'ongoing-request="true"'
