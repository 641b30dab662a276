"""A rehearsal: its environment, its handler, its example manifests."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from cosbatch.cli.rehearse.rehearsal import begin, deliver, environment, example_rows, put_example_manifest
from cosbatch.cli.remote import objects
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Account

PLACE = Resource("manifest-1250000000", "restore/list.csv", None)


def test_has_just_the_variables_that_are_given_and_puts_the_others_back() -> None:
    before = dict(os.environ)
    with environment({"ONE": "1"}):
        assert dict(os.environ) == {"ONE": "1"}
    assert dict(os.environ) == before


def test_puts_the_variables_back_after_a_failure() -> None:
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), environment({"ONE": "1"}):
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_points_the_environment_at_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SESSIONTOKEN", "a real one")
    with begin(Account(appid="1253970026"), Clock(), {"COSBATCH_LANG": "zh"}) as local:
        assert os.environ["COSBATCH_ENDPOINT"] == local.standin.endpoint
        assert os.environ["COSBATCH_APPID"] == "1253970026"
        assert os.environ["COSBATCH_LANG"] == "zh"
        assert "TENCENTCLOUD_SESSIONTOKEN" not in os.environ
        assert "COSBATCH_PROFILES" not in os.environ
        assert "PATH" in os.environ
        assert local.client.settings.language == "zh"


def test_goes_by_the_profiles_that_it_is_given() -> None:
    with begin(Account(), Clock(), {}, {"profiles": []}) as local:
        assert local.client.configuration.profiles.profiles == ()
        path = os.environ["COSBATCH_PROFILES"]
        assert json.loads(Path(path).read_text()) == {"profiles": []}
    assert not os.path.exists(path)


def test_delivers_an_event_to_the_handler(capsys: pytest.CaptureFixture[str]) -> None:
    assert deliver([])[0]["Code"] == "InvalidEvent"
    assert capsys.readouterr() == ("", "")
    deliver([], verbose=True)
    assert json.loads(capsys.readouterr().err)["request_id"] == "rehearsal"


def test_says_where_the_platform_would_deliver_again() -> None:
    event = {"Type": "Timer", "Time": "t", "TriggerName": "n", "Message": '{"Action": "DescribeJob", "JobId": "1"}'}
    with begin(Account(), Clock(), {}) as local:
        reply, again = deliver(event)
        assert (reply["Code"], again) == ("NoSuchJob", False)
        local.standin.order({"action": "DescribeJob", "fault": "TooManyJobs"})
        reply, again = deliver(event)
        assert (reply["Code"], again) == ("TooManyJobs", True)


def test_writes_an_example_manifest() -> None:
    with begin(Account(), Clock(), {}) as local:
        put_example_manifest(local.client, PLACE)
        assert objects.read(local.client, PLACE) == example_rows("1250000000", 3)


@pytest.mark.parametrize("folder", ["", "inventory/"])
def test_writes_an_example_inventory_and_its_data_file(folder: str) -> None:
    place = Resource("manifest-1250000000", f"{folder}manifest.json", None)
    with begin(Account(), Clock(), {}) as local:
        put_example_manifest(local.client, place)
        inventory = json.loads(objects.read(local.client, place))
        (described,) = inventory["files"]
        data = objects.read(local.client, Resource(place.bucket, described["key"], None))
    assert described["size"] == str(len(data))
    assert gzip.decompress(data) == example_rows("1250000000", 3)
