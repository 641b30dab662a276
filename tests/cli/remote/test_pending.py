"""Wires that know of a list on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosbatch.cli.remote.content import content_of, whole_file
from cosbatch.cli.remote.pending import PendingWire, ShownWire, headers_before
from cosbatch.model.messages import Request, Response
from tests.stage import NOON, Service, created

HOST = "lists-1250000000.cos.ap-chengdu.myqcloud.com"


@pytest.fixture
def beneath() -> Service:
    return Service({"POST /jobs": created()})


def wire(beneath: Service, folder: Path, content: bytes = b"0123456789") -> PendingWire:
    (folder / "list.csv").write_bytes(content)
    known = content_of(whole_file(str(folder / "list.csv")))
    return PendingWire(beneath, HOST, "a/list.csv", known, headers_before(known, NOON))


def ask(wire: PendingWire, method: str, *headers: tuple[str, str], path: str = "/a/list.csv") -> Response:
    return wire.send(Request(method, HOST, path, (), headers), 1.0)


def test_says_of_the_object_what_head_would_say(beneath: Service, tmp_path: Path) -> None:
    answer = ask(wire(beneath, tmp_path), "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers == {
        "etag": '"781e5e245d69b566979b86e28d23f2c7"',
        "last-modified": "Tue, 24 Nov 2026 12:00:00 GMT",
        "content-length": "10",
    }
    assert beneath.sent == []


@pytest.mark.parametrize(("wanted", "body"), [("0-3", b"0123"), ("8-20", b"89"), ("9-9", b"9")])
def test_gives_the_part_that_is_asked_for(beneath: Service, tmp_path: Path, wanted: str, body: bytes) -> None:
    answer = ask(wire(beneath, tmp_path), "GET", ("Range", f"bytes={wanted}"))
    start = int(wanted[0])
    assert (answer.status, answer.body) == (206, body)
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(body) - 1}/10"


def test_gives_nothing_of_an_empty_object(beneath: Service, tmp_path: Path) -> None:
    answer = ask(wire(beneath, tmp_path, b""), "GET", ("Range", "bytes=0-3"))
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/other.csv"), ("PUT", "/a/list.csv"), ("POST", "/jobs")])
def test_lets_all_else_go_over_the_wire_beneath(beneath: Service, tmp_path: Path, method: str, path: str) -> None:
    answered = Service({}, otherwise=created())
    ask(wire(answered, tmp_path), method, path=path)
    assert answered.sent == [f"{method} {path}"]


def test_tells_how_much_each_get_has_brought(beneath: Service, tmp_path: Path) -> None:
    brought: list[int] = []
    shown = ShownWire(wire(beneath, tmp_path), brought.append)
    for method in ("HEAD", "GET"):
        shown.send(Request(method, HOST, "/a/list.csv", (), (("Range", "bytes=0-3"),)), 1.0)
    assert brought == [4]
