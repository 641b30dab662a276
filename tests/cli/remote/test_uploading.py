"""Uploads of lists: whole or in parts, none twice, and none left half done by a refusal."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client, client_of
from cosbatch.cli.remote.content import Content, content_of, whole_file
from cosbatch.cli.remote.uploading import upload
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import CosbatchError, UnexpectedResponse
from cosbatch.model.messages import Request
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import SteppingClock, Terminal
from tests.mocked_service import responses

MIB = 1024 * 1024
PLACE = Resource("manifest-1250000000", "lists/ü.csv", None)
URL = "https://manifest-1250000000.cos.ap-chengdu.myqcloud.com"


def client() -> Client:
    return client_of(os.environ, SteppingClock().clock()._replace(now=Clock().now))


def content(folder: Path, size: int = 2 * MIB + 5, part_size: int = MIB) -> Content:
    path = folder / "list.csv"
    path.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    return content_of(whole_file(str(path)), part_size)


def uploads() -> int:
    """How many uploads in parts are under way."""
    listing = Request("GET", URL.removeprefix("https://"), "/", (("uploads", ""),))
    return client().ask(listing, lambda response: response.body.count(b"<Upload>"))


@pytest.mark.parametrize("size", [0, 5, MIB, MIB + 1, 2 * MIB + 5])
def test_puts_a_file_of_any_size_there(standin: Standin, tmp_path: Path, size: int) -> None:
    file, shown = content(tmp_path, size), list[int]()
    assert upload(client(), PLACE, file, shown.append)
    assert objects.read(client(), PLACE) == (tmp_path / "list.csv").read_bytes()
    assert objects.head(client(), PLACE).etag == file.etag
    assert sum(shown) == size
    assert len(list(filter(None, shown))) == -(-size // MIB)
    assert uploads() == 0


def test_says_that_the_parts_are_joined_once_they_are_there(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    upload(client(), PLACE, content(tmp_path, 5), lambda size: None)
    assert capsys.readouterr().err == ""
    upload(client(), PLACE, content(tmp_path), lambda size: None)
    assert capsys.readouterr().err == "All parts are there; the service joins them, which may take a minute.\n"
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    large = content(tmp_path, 10 * MIB, 5 * MIB)
    with bytes_shown("Uploading", large.size, SteppingClock().clock()) as show:
        upload(client(), PLACE, large, show)
    *_, bar, told = terminal.getvalue().splitlines()
    assert ("100 %" in bar, told) == (True, "All parts are there; the service joins them, which may take a minute.")


@pytest.mark.parametrize("part_size", [MIB, 3 * MIB])
def test_sends_nothing_that_is_there(standin: Standin, tmp_path: Path, part_size: int) -> None:
    file = content(tmp_path, part_size=part_size)
    assert upload(client(), PLACE, file, lambda size: None) == file.etag
    for action in ("PutObject", "InitiateMultipartUpload", "UploadPart"):
        standin.order({"action": action, "fault": "AccessDenied", "times": None})
    assert upload(client(), PLACE, file, lambda size: None) == file.etag


def test_puts_it_in_the_place_of_something_else(standin: Standin, tmp_path: Path) -> None:
    objects.write(client(), PLACE, b"x" * (2 * MIB + 5))
    file = content(tmp_path)
    assert upload(client(), PLACE, file, lambda size: None)
    assert objects.head(client(), PLACE).etag == file.etag


def test_takes_a_stretch_of_a_file(standin: Standin, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"0123456789")
    file = content_of(replace(whole_file(str(tmp_path / "list.csv")), start=3, size=4))
    assert upload(client(), PLACE, file, lambda size: None)
    assert objects.read(client(), PLACE) == b"3456"


@pytest.mark.parametrize("fault", ["ServiceUnavailable", "CloseAfterReading"])
def test_goes_on_where_it_was_broken_off(standin: Standin, tmp_path: Path, fault: str) -> None:
    file = content(tmp_path)
    standin.order({"action": "UploadPart", "fault": fault, "after": 1, "times": 5})
    with pytest.raises(CosbatchError):
        upload(client(), PLACE, file, lambda size: None)
    assert uploads() == 1
    standin.order({"action": "InitiateMultipartUpload", "fault": "AccessDenied"})
    # Of three parts, the first is there: two are sent, a third would be refused.
    standin.order({"action": "UploadPart", "fault": "AccessDenied", "after": 2})
    shown: list[int] = []
    assert upload(client(), PLACE, file, shown.append)
    # What is there counts at once, so that no rate is shown for it.
    assert shown == [MIB, MIB, 5]
    assert objects.head(client(), PLACE).etag == file.etag


def test_leaves_the_parts_for_the_next_time_after_an_interruption(standin: Standin, tmp_path: Path) -> None:
    def interrupt(size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upload(client(), PLACE, content(tmp_path), interrupt)
    assert uploads() == 1


@pytest.mark.parametrize("action", ["UploadPart", "ListParts", "CompleteMultipartUpload"])
def test_leaves_no_parts_behind_after_a_refusal(standin: Standin, tmp_path: Path, action: str) -> None:
    standin.order({"action": action, "fault": "AccessDenied"})
    with pytest.raises(CosbatchError, match="enied"):
        upload(client(), PLACE, content(tmp_path), lambda size: None)
    assert uploads() == 0


def test_begins_anew_where_it_may_not_look_for_uploads(standin: Standin, tmp_path: Path) -> None:
    standin.order({"action": "ListMultipartUploads", "fault": "AccessDenied"})
    assert upload(client(), PLACE, content(tmp_path), lambda size: None)


@pytest.mark.parametrize(
    ("action", "fault"), [("HeadObject", "AccessDenied"), ("ListMultipartUploads", "InternalError")]
)
def test_passes_on_what_it_cannot_do_without(standin: Standin, tmp_path: Path, action: str, fault: str) -> None:
    standin.order({"action": action, "fault": fault, "times": 5})
    with pytest.raises(CosbatchError):
        upload(client(), PLACE, content(tmp_path), lambda size: None)


def test_knows_the_object_where_the_reply_to_the_end_is_lost(standin: Standin, tmp_path: Path) -> None:
    file = content(tmp_path)
    standin.order({"action": "CompleteMultipartUpload", "fault": "LostReply"})
    assert upload(client(), PLACE, file, lambda size: None)
    assert objects.head(client(), PLACE).etag == file.etag


@pytest.mark.parametrize("later", [0, 1])
def test_refuses_a_file_that_changes_meanwhile(standin: Standin, tmp_path: Path, later: int) -> None:
    """Also within one tick of the file system's clock."""
    file, path = content(tmp_path), tmp_path / "list.csv"
    written = path.stat().st_mtime_ns
    with open(path, "r+b") as changed:
        changed.seek(2 * MIB)
        changed.write(b"!")
    os.utime(path, ns=(written, written + later))
    with pytest.raises(WrongUsage, match="has changed"):
        upload(client(), PLACE, file, lambda size: None)
    assert uploads() == 0


def test_has_no_more_than_ten_thousand_parts(tmp_path: Path) -> None:
    file = content(tmp_path, 30_000, part_size=1)
    assert (len(file.md5s), file.part_size) == (10_000, 3)


@responses.activate
def test_refuses_a_beginning_without_an_id(tmp_path: Path) -> None:
    responses.head(f"{URL}/lists/%C3%BC.csv", status=404, headers={"x-cos-request-id": "1"})
    responses.get(URL, body="<ListMultipartUploadsResult></ListMultipartUploadsResult>")
    responses.post(
        f"{URL}/lists/%C3%BC.csv", body="<InitiateMultipartUploadResult><Key>a</Key></InitiateMultipartUploadResult>"
    )
    with pytest.raises(UnexpectedResponse, match="no UploadId"):
        upload(client(), PLACE, content(tmp_path), lambda size: None)


@responses.activate
def test_reads_all_pages_of_the_parts(tmp_path: Path) -> None:
    file, at = content(tmp_path), f"{URL}/lists/%C3%BC.csv"
    responses.head(at, status=404, headers={"x-cos-request-id": "1"})
    upload_element = "<Upload><Key>lists/%C3%BC.csv</Key><UploadId>7</UploadId></Upload>"
    responses.get(URL, body=f"<ListMultipartUploadsResult>{upload_element}</ListMultipartUploadsResult>")
    for number, more in ((1, "true"), (2, "true"), (3, "false")):
        part = f'<Part><PartNumber>{number}</PartNumber><ETag>"{file.md5s[number - 1]}"</ETag></Part>'
        marks = f"<IsTruncated>{more}</IsTruncated>" + (
            "<NextPartNumberMarker>1</NextPartNumberMarker>" * (number == 1)
        )
        responses.get(at, body=f"<ListPartsResult>{part}{marks}</ListPartsResult>")
    responses.post(at, body="<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>")
    assert upload(client(), PLACE, file, lambda size: None)
    assert not [call for call in responses.calls if call.request.method == "PUT"]
