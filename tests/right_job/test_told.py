"""Whoever uploaded a list finds in the bucket what came of it, whatever the list is called and whatever came of it."""

from __future__ import annotations

import json

import pytest

from cosbatch.standin import Standin
from tests.right_job.function import KEY, Function, Json, event
from tests.right_job.uploader import Uploader
from tests.stage import BUCKET

FOLDER = f"cos://{BUCKET}/receipts/"
GOOD, BAD = b"data-1250000000,a.txt\n", b"data-1250000000,a.txt\ndata-1250000000,\n"
HEAD = {"COSBATCH_MANIFEST_CHECK": "head"}


def receipt(uploader: Uploader, key: str = KEY) -> Json:
    text: Json = json.loads(uploader.read(f"receipts/{BUCKET}/{key}.json"))
    return text


KEYS = [
    *(KEY, "restore/清 单+50%.csv", "restore/a?b#c&d.csv", "restore//x.csv", "restore/../x.csv", "restore/./x.csv"),
    *("restore/x%2F.csv", 'restore/"quoted".csv', "restore/tab\there.csv", "restore/x.csv.json.csv"),
]


@pytest.mark.parametrize("key", KEYS)
def test_leaves_a_receipt_beside_any_key(uploader: Uploader, function: Function, key: str) -> None:
    uploader.put(GOOD, key)
    url = f"http://{BUCKET}.cos.ap-chengdu.myqcloud.com/" + "".join(f"%{byte:02X}" for byte in key.encode())
    result = function.told(event(key=key, url=url), receipts=FOLDER)
    assert result["Outcome"] == "created", result
    left = receipt(uploader, key)
    assert {"Raised": False, **left} == result
    assert {"JobId", "Manifest", "Profile", "ClientRequestToken"} <= left.keys()


def test_says_in_the_receipt_how_many_rows_there_are_and_what_may_be_wrong(
    uploader: Uploader, function: Function
) -> None:
    uploader.put(GOOD * 2 + b"data-1250000000,/b.txt\n")
    function.told(event(), HEAD, receipts=FOLDER)
    left = receipt(uploader)
    assert (left["Rows"], [warning["Warning"] for warning in left["Warnings"]]) == (3, ["DuplicateRow", "LeadingSlash"])
    assert [warning["Message"].partition(": ")[0] for warning in left["Warnings"]] == ["line 2", "line 3, column 2"]


def test_says_in_the_receipt_what_is_wrong_with_the_list_and_where(uploader: Uploader, function: Function) -> None:
    uploader.put(BAD)
    function.told(event(), HEAD, receipts=FOLDER)
    left = receipt(uploader)
    assert (left["Outcome"], left["Code"]) == ("failed", "InvalidManifest")
    assert left["Errors"][0]["Message"].startswith("EmptyKey at line 2, column 2: ")
    assert left["Hint"]


def test_replaces_the_receipt_where_the_list_is_put_right_and_where_its_event_comes_again(
    uploader: Uploader, function: Function
) -> None:
    outcomes = []
    for content in (BAD, GOOD, None):
        if content:
            uploader.put(content)
        function.told(event(), HEAD, receipts=FOLDER)
        outcomes.append(receipt(uploader)["Outcome"])
    assert outcomes == ["failed", "created", "recovered"]


FAULTS = ["AccessDenied", "NoSuchBucket", "InternalError", "HtmlError", "Redirect", "CloseAfterReading", "Empty"]


@pytest.mark.parametrize("fault", FAULTS)
def test_makes_the_job_though_its_receipt_cannot_be_written(
    standin: Standin, uploader: Uploader, function: Function, fault: str
) -> None:
    uploader.put(GOOD)
    standin.order({"action": "PutObject", "fault": fault, "times": None})
    result = function.told(event(), receipts=FOLDER)
    assert (result["Outcome"], result["Raised"], len(standin.jobs())) == ("created", False, 1)
    assert [line["level"] for line in function.log] == ["INFO", *["WARNING"] * (fault != "Empty")]
    assert all(line["message"].startswith("The receipt was not written") for line in function.log[1:])


def test_leaves_no_receipt_in_a_bucket_of_another_account(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(GOOD)
    assert function.told(event(), receipts="cos://receipts-1250000001/")["Outcome"] == "created"
    assert (function.log[1]["level"], function.log[1]["code"]) == ("WARNING", "Forbidden")
