"""The stage of a rehearsal, and what stands on it."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from cosbatch.cli.rehearse import local_stage
from cosbatch.cli.remote import objects
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Account

PLACE = Resource("manifest-1250000000", "restore/list.csv", None)


def test_has_just_the_variables_that_are_given_and_puts_the_others_back() -> None:
    before = dict(os.environ)
    with local_stage.environment({"ONE": "1"}):
        assert dict(os.environ) == {"ONE": "1"}
    assert dict(os.environ) == before


def test_puts_the_variables_back_after_a_failure() -> None:
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), local_stage.environment({"ONE": "1"}):
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_points_the_environment_at_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SESSIONTOKEN", "a real one")
    with local_stage.stage(Account(appid="1253970026"), Clock(), {"COSBATCH_LANG": "zh"}) as stage:
        assert os.environ["COSBATCH_ENDPOINT"] == stage.standin.endpoint
        assert os.environ["COSBATCH_APPID"] == "1253970026"
        assert os.environ["COSBATCH_LANG"] == "zh"
        assert "TENCENTCLOUD_SESSIONTOKEN" not in os.environ
        assert "COSBATCH_PROFILES" not in os.environ
        assert "PATH" in os.environ
        assert stage.client.settings.language == "zh"


def test_goes_by_the_profiles_that_it_is_given() -> None:
    with local_stage.stage(Account(), Clock(), {}, {"profiles": []}) as stage:
        assert stage.client.configuration.profiles.profiles == ()
        path = os.environ["COSBATCH_PROFILES"]
        assert json.loads(Path(path).read_text()) == {"profiles": []}
    assert not os.path.exists(path)


def test_delivers_an_event_to_the_handler(capsys: pytest.CaptureFixture[str]) -> None:
    assert local_stage.deliver([])[0]["Code"] == "InvalidEvent"
    assert capsys.readouterr() == ("", "")
    local_stage.deliver([], verbose=True)
    assert json.loads(capsys.readouterr().err)["request_id"] == "rehearsal"


def test_says_where_the_platform_would_deliver_again() -> None:
    event = {"Type": "Timer", "Time": "t", "TriggerName": "n", "Message": '{"Action": "DescribeJob", "JobId": "1"}'}
    with local_stage.stage(Account(), Clock(), {}) as stage:
        answer, again = local_stage.deliver(event)
        assert (answer["Code"], again) == ("NoSuchJob", False)
        stage.standin.order({"action": "DescribeJob", "fault": "TooManyJobs"})
        answer, again = local_stage.deliver(event)
        assert (answer["Code"], again) == ("TooManyJobs", True)


@pytest.mark.parametrize(
    ("content", "stored"),
    [(b"b-1,k\n", b"b-1,k\n"), (b"", b""), (None, local_stage.example_rows("1250000000", 3))],
)
def test_puts_the_manifest_in_place(content: bytes | None, stored: bytes) -> None:
    with local_stage.stage(Account(), Clock(), {}) as stage:
        local_stage.put_example_in_place(stage.client, PLACE, content)
        assert objects.read(stage.client, PLACE) == stored


@pytest.mark.parametrize("folder", ["", "inventory/"])
def test_puts_an_inventory_in_place(folder: str) -> None:
    place = Resource("manifest-1250000000", f"{folder}manifest.json", None)
    with local_stage.stage(Account(), Clock(), {}) as stage:
        local_stage.put_example_in_place(stage.client, place, None)
        inventory = json.loads(objects.read(stage.client, place))
        (described,) = inventory["files"]
        data = objects.read(stage.client, Resource(place.bucket, described["key"], None))
    assert described["size"] == str(len(data))
    assert gzip.decompress(data) == local_stage.example_rows("1250000000", 3)
