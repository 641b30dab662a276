"""The plugin of pytest, in sessions of its own."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.pages import ROOT, blocks, page

pytest_plugins = ["pytester"]

# A session gets the plugin from its test, whether or not the project is installed as well.
WITHOUT = ("-p", "no:cacheprovider", "-p", "no:cosbatch")

USER = """
import http.client

import pytest
from cosbatch.standin import Standin

def status(standin: Standin, path: str) -> int:
    connection = http.client.HTTPConnection(standin.endpoint.removeprefix("http://"))
    connection.request("GET", path, headers={"Host": "localhost"})
    found = connection.getresponse().status
    connection.close()
    return found

endpoints = []

def test_has_what_it_needs(cos_standin: Standin) -> None:
    assert cos_standin.environ["COSBATCH_ENDPOINT"] == cos_standin.endpoint
    assert cos_standin.environ["COSBATCH_APPID"] == "1257654321"
    assert cos_standin.jobs() == cos_standin.events() == []
    cos_standin.order({"action": "*", "fault": "SlowDown"})
    endpoints.append(cos_standin.endpoint)

def test_begins_empty_on_the_same_server(cos_standin: Standin) -> None:
    assert cos_standin.endpoint == endpoints[0]
    assert cos_standin.faults.waiting() == []
    assert status(cos_standin, "/_standin/health") == 200
"""
CONFTEST = """
import pytest
from cosbatch.standin import Account

@pytest.fixture(scope="session")
def cos_standin_account() -> Account:
    return Account(appid="1257654321")
"""
# As much of the vendor's SDK as the page shows; tests/runtimes has the real one.
SDK = """
from cosbatch.standin import Account
from tests.standin.client import Client

def CosConfig(Region, Scheme, Proxies, SecretId, SecretKey):
    return Client(Proxies[Scheme], Account(region=Region, secret_id=SecretId, secret_key=SecretKey))

class CosS3Client:
    def __init__(self, client):
        self.client = client

    def put_object(self, Bucket, Key, Body, StorageClass="STANDARD"):
        with self.client as client:
            client.cos("PUT", Bucket, Key, headers={"x-cos-storage-class": StorageClass}, body=Body)
"""
NOT_A_USER = """
import sys

def test_costs_nothing() -> None:
    assert "cosbatch.standin.pytest_plugin" in sys.modules
    assert not {"cosbatch.standin.assembly", "sqlite3", "http.server"} & sys.modules.keys()
"""


def test_gives_each_test_an_empty_stand_in_on_one_server(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(USER)
    plugin = import_module("cosbatch.standin.pytest_plugin")
    pytester.inline_run(*WITHOUT, plugins=[plugin]).assertoutcome(passed=2)


def test_has_the_default_account_and_no_function(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test(cos_standin): assert cos_standin.account.appid == '1250000000'")
    plugin = import_module("cosbatch.standin.pytest_plugin")
    pytester.inline_run(*WITHOUT, plugins=[plugin]).assertoutcome(passed=1)


@pytest.mark.parametrize("has_server", [False, True])
def test_waits_and_sees_that_each_fault_came_as_the_page_shows(pytester: pytest.Pytester, has_server: bool) -> None:
    conftest, in_tests, server = blocks(page("docs/standin.md"), "python")
    pytester.makeconftest(conftest + server if has_server else conftest)
    pytester.makepyfile(test_as_written=in_tests, qcloud_cos=SDK)
    pytester.syspathinsert()
    plugin = import_module("cosbatch.standin.pytest_plugin")
    pytester.inline_run(*WITHOUT, plugins=[plugin]).assertoutcome(passed=1)


@pytest.mark.slow
def test_costs_nothing_where_it_is_not_used(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(NOT_A_USER)
    pytester.runpytest_subprocess(*WITHOUT, "-p", "cosbatch.standin.pytest_plugin").assert_outcomes(passed=1)
