"""Delivering events: in order, again after errors, as dead letters, twice or late where a fault says so, never round and round."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cosbatch.standin import Function, Standin, Trigger, running
from cosbatch.standin.store.creations import session_token
from tests.standin.client import Client, client_of, until
from tests.standin.clock import Moved, running_by_clock
from tests.standin.function.recorder import BUCKET, function_in, keys, told

REAL = {"TENCENTCLOUD_SESSIONTOKEN": "real", "TENCENTCLOUD_SECRET_ID": "real", "COSBATCH_HTTP_AUTH": "none"}


@contextmanager
def delivering(
    folder: Path, function: Function, speed: float = 1.0
) -> Iterator[tuple[Standin, Client, Callable[[float], None]]]:
    """A stand-in with a function, a client, and a way to let seconds pass."""
    clock = Moved()

    def wait(seconds: float) -> None:
        clock.seconds += seconds
        assert standin.deliverer is not None
        standin.deliverer.wake()

    running_one = running_by_clock(folder / "data", clock.now, speed, function=function)
    with running_one as standin, client_of(standin) as client:
        yield standin, client, wait


def put(client: Client, *names: str) -> None:
    for name in names:
        assert client.cos("PUT", BUCKET, f"in/{name}", body=b"x").status == 200


def deliveries(standin: Standin, place: int) -> Any:
    return standin.events()[place]["Deliveries"]


def states(standin: Standin) -> list[object]:
    return [event["State"] for event in standin.events()]


def test_gives_the_function_what_the_platform_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, _):
        put(client, "a")
        until(lambda: states(standin) == ["Delivered"])
    (found,) = told(tmp_path)
    environ = {**standin.environ, "TENCENTCLOUD_SESSIONTOKEN": session_token(1), "COSBATCH_HTTP_AUTH": "none"}
    assert environ.items() <= found["environ"].items()
    assert "real" not in found["environ"].values()
    context = {"time_limit_in_ms": 60000, "function_name": "recorder", "tencentcloud_appid": "1250000000"}
    assert context.items() <= found["context"].items()


def test_delivers_in_order_and_keeps_what_came_of_it(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, _):
        put(client, *"abc")
        until(lambda: states(standin) == ["Delivered"] * 3)
        assert keys(tmp_path) == ["a", "b", "c"]
        (delivery,) = json.loads(client.control("GET", "/_standin/events").body)["Events"][0]["Deliveries"]
        assert delivery["Reply"] == {"key": "/1250000000/watched/in/a"}


def test_tries_again_twice_a_minute_apart_and_keeps_a_dead_letter(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, wait):
        put(client, "raises", "b")
        until(lambda: states(standin) == ["Retrying", "Delivered"])
        wait(55)
        assert states(standin) == ["Retrying", "Delivered"]
        wait(10)
        until(lambda: len(deliveries(standin, 0)) == 2)
        wait(65)
        until(lambda: states(standin) == ["Dead", "Delivered"])
        wait(65)
        assert keys(tmp_path) == ["raises", "b", "raises", "raises"]
        event: Any = standin.events()[0]
    errors = [delivery["Error"] for delivery in event["Deliveries"]]
    assert {(error["statusCode"], error["errorMessage"]) for error in errors} == {(430, "user code exception caught")}
    assert errors[0]["stackTrace"].endswith("RuntimeError: no\n")


def test_a_later_try_can_succeed(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path, retry_seconds=100), speed=10) as (standin, client, wait):
        put(client, "raises")
        until(lambda: states(standin) == ["Retrying"])
        (tmp_path / "repaired").touch()
        wait(11)
        until(lambda: states(standin) == ["Delivered"])


@pytest.mark.parametrize(
    ("key", "status"), [("exits", 439), ("odd", 430), ("sleeps", 433)], ids=["ends", "no JSON", "too long"]
)
def test_takes_every_other_end_for_an_error(tmp_path: Path, key: str, status: int) -> None:
    with delivering(tmp_path, function_in(tmp_path, time_limit=1)) as (standin, client, _):
        put(client, key, "b")
        until(lambda: states(standin) == ["Retrying", "Delivered"])
        event: Any = standin.events()[0]
        assert event["Deliveries"][0]["Error"]["statusCode"] == status


def test_delivers_twice(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, _):
        standin.order({"action": "Event", "fault": "EventTwice"})
        put(client, *"ab")
        until(lambda: states(standin) == ["Delivered"] * 2)
    assert keys(tmp_path) == ["a", "a", "b"]


def test_delivers_twice_at_once_to_two_instances(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, _):
        standin.order({"action": "Event", "fault": "EventAtOnce"}, {"action": "*", "fault": "LostReply", "after": 9})
        put(client, "a")
        until(lambda: states(standin) == ["Delivered"])
        assert len(standin.faults.waiting()) == 1
    assert keys(tmp_path) == ["a", "a"]


def test_delivers_late(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, wait):
        standin.order({"action": "Event", "fault": "EventLate", "seconds": 100})
        put(client, *"ab")
        until(lambda: states(standin) == ["Waiting", "Delivered"])
        wait(101)
        until(lambda: states(standin) == ["Delivered"] * 2)
    assert keys(tmp_path) == ["b", "a"]


def test_delivers_out_of_order(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, wait):
        standin.order({"action": "Event", "fault": "EventOutOfOrder", "times": 2})
        put(client, *"abc")
        until(lambda: states(standin) == ["Delivered"] * 3)
        assert keys(tmp_path) == ["c", "a", "b"]
        standin.order({"action": "Event", "fault": "EventOutOfOrder"})
        put(client, "last")
        until(lambda: standin.events()[3]["Due"] != standin.events()[3]["Created"])
        wait(61)
        until(lambda: states(standin) == ["Delivered"] * 4)


def test_delivers_after_a_restart_what_was_left(tmp_path: Path) -> None:
    function = function_in(tmp_path)
    with delivering(tmp_path, function) as (standin, client, _):
        put(client, "sleeps")
        until(lambda: told(tmp_path))
    with delivering(tmp_path, function) as (standin, client, _):
        until(lambda: len(told(tmp_path)) == 2)
        assert states(standin) == ["Waiting"]


def test_begins_anew_in_the_middle_of_an_invocation(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, _):
        put(client, "sleeps", "b")
        until(lambda: told(tmp_path))
        standin.reset()
        assert standin.events() == []
        put(client, "c")
        until(lambda: states(standin) == ["Delivered"])
    assert keys(tmp_path) == ["sleeps", "c"]


def test_works_on_with_code_that_was_broken_meanwhile(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, wait):
        code = (tmp_path / "recorder.py").read_text()
        (tmp_path / "recorder.py").write_text("nonsense(")
        os.utime(tmp_path / "recorder.py", (1, 1))
        put(client, "exits", "b")
        until(lambda: states(standin) == ["Retrying"] * 2)
        event: Any = standin.events()[1]
        assert event["Deliveries"][0]["Error"]["statusCode"] == 443
        assert "SyntaxError" in event["Deliveries"][0]["Error"]["errorMessage"]
        (tmp_path / "recorder.py").write_text(code)
        wait(65)
        until(lambda: states(standin)[1] == "Delivered")


def test_takes_another_instance_where_one_has_died(tmp_path: Path) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, _):
        put(client, "a")
        until(lambda: states(standin) == ["Delivered"])
        os.kill(told(tmp_path)[0]["pid"], signal.SIGKILL)
        until(lambda: Path(f"/proc/{told(tmp_path)[0]['pid']}/cmdline").read_bytes() == b"")
        put(client, "b")
        until(lambda: states(standin) == ["Delivered"] * 2)


def test_goes_on_after_a_fault_of_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with delivering(tmp_path, function_in(tmp_path)) as (standin, client, _):
        for old, new in (("deliveries", "hidden"), ("hidden", "deliveries")):
            with standin.service.database.writing() as transaction:
                transaction.execute(f"ALTER TABLE {old} RENAME TO {new}")
            if new == "hidden":
                put(client, "a")
                until(lambda: "no such table: deliveries" in capfd.readouterr().err)
        until(lambda: states(standin) == ["Delivered"])


LOOPING = '''
import http.client, json, os
from urllib.parse import urlsplit

def main(event, context):
    """Write what it is told of once more, as the caller that the platform has made it."""
    key = event["Records"][0]["cos"]["cosObject"]["key"].split("/", 3)[3] + "+"
    headers = {"Host": "watched-1250000000.cos.ap-chengdu.myqcloud.com", "Content-Length": "1",
               "x-cos-security-token": os.environ["TENCENTCLOUD_SESSIONTOKEN"]}
    from tests.standin.client import Client
    with Client(os.environ["COSBATCH_ENDPOINT"]) as client:
        return client.call("PUT", headers.pop("Host"), "/" + key, (), headers, b"x").status
'''


def test_stops_a_loop_and_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (tmp_path / "looping.py").write_text(LOOPING)
    function = Function("looping.main", (Trigger(BUCKET),), tmp_path)
    with running(tmp_path / "data", function=function) as standin, client_of(standin) as client:
        put(client, "a")
        until(lambda: states(standin)[-1:] == ["Stopped"])
        assert [event["Round"] for event in standin.events()] == [0, 1, 2, 3, 4, 5]
        assert states(standin) == ["Delivered"] * 5 + ["Stopped"]
        last: Any = standin.events()[-1]
        assert last["Deliveries"][0]["Error"].startswith("Not delivered: 5 calls of the function")
        put(client, "b")
        until(lambda: states(standin).count("Stopped") == 2)
    assert f"{BUCKET}/in/a+++++: Not delivered" in capfd.readouterr().err
