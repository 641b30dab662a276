"""What a cold start spares, and that nothing of it is left when the first call comes."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from cosbatch import cold_start

ROOT = Path(__file__).parent.parent


@pytest.fixture
def seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that is there to be imported and was not imported yet."""
    (tmp_path / "seldom_used.py").write_text("ANSWER = 42\ndef double(number): return 2 * number\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(cold_start, "_SELDOM_USED", {"seldom_used": ("double",)})
    monkeypatch.delitem(sys.modules, "seldom_used", raising=False)
    return "seldom_used"


@pytest.fixture(autouse=True)
def unfrozen() -> object:
    """The tests' own garbage is to be collected again."""
    yield
    gc.unfreeze()


def test_puts_off_a_module_until_something_of_it_is_used(seldom: str) -> None:
    with cold_start.frugal_imports():
        early = __import__(seldom)
    assert seldom not in sys.modules
    assert early.__version__ == "3.0.0"
    assert early.ANSWER == 42
    assert sys.modules[seldom].__file__
    assert sys.modules[seldom] is not early


def test_puts_off_a_module_of_which_a_function_is_taken_until_the_function_is_called(seldom: str) -> None:
    with cold_start.frugal_imports():
        double = __import__(seldom, fromlist=["double"]).double
    assert seldom not in sys.modules
    assert double(21) == 42
    assert seldom in sys.modules


def test_loads_the_module_itself_where_it_is_used_inside(seldom: str) -> None:
    with cold_start.frugal_imports():
        early = __import__(seldom)
        assert early.ANSWER == 42
        assert sys.modules[seldom] is not early
    assert early.ANSWER == 42


def test_gives_the_module_itself_to_everyone_else(seldom: str) -> None:
    with cold_start.frugal_imports():
        pass
    assert __import__(seldom).ANSWER == 42
    assert type(sys.modules[seldom]) is type(sys)


def test_does_not_answer_for_the_marks_of_the_import_system(seldom: str) -> None:
    with cold_start.frugal_imports():
        early = __import__(seldom)
        with pytest.raises(AttributeError):
            _ = early.__wrapped__
    assert seldom not in sys.modules


@pytest.mark.parametrize("name", ["json", "no_such_module_anywhere"])
def test_leaves_modules_alone_that_are_loaded_or_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold_start, "_SELDOM_USED", {name: ()})
    before = sys.modules.get(name)
    with cold_start.frugal_imports():
        assert sys.modules.get(name) is before
    assert sys.modules.get(name) is before


@pytest.mark.parametrize("enabled", [True, False])
def test_collects_garbage_again_afterwards_if_it_was_before(enabled: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with cold_start.frugal_imports():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()


def test_collects_again_even_where_an_import_fails() -> None:
    with pytest.raises(ImportError), cold_start.frugal_imports():
        raise ImportError("broken")
    assert gc.isenabled()


@pytest.fixture
def early() -> re.Pattern[str]:
    """An expression that was made while the function was imported."""
    with cold_start.frugal_imports():
        return re.compile(r"(\w+)@(\w+)", re.ASCII)


def test_compiles_an_expression_when_it_is_first_used(early: re.Pattern[str], monkeypatch: pytest.MonkeyPatch) -> None:
    compile_now = Mock(side_effect=re.compile)
    monkeypatch.setattr(cold_start, "_compile", compile_now)
    assert not hasattr(early, "__isabstractmethod__")
    compile_now.assert_not_called()
    assert early.sub(r"\2", "me@here") == "here"
    assert early.groups == 2
    assert early.fullmatch("me@here")
    compile_now.assert_called_once_with(r"(\w+)@(\w+)", re.ASCII)


def test_takes_the_early_expression_for_any_other(early: re.Pattern[str]) -> None:
    late = re.compile(r"(\w+)@(\w+)", re.ASCII)
    assert isinstance(early, re.Pattern)
    assert re.search(early, "me@here")
    assert re.compile(early).pattern == late.pattern
    assert early == late == early == copy.deepcopy(early) == pickle.loads(pickle.dumps(early))
    assert {early: "one"}[late] == "one"
    assert repr(early) == repr(late)
    assert early != re.compile("another")


def test_finds_two_early_expressions_equal(early: re.Pattern[str]) -> None:
    with cold_start.frugal_imports():
        twin, other = re.compile(early.pattern, re.ASCII), re.compile("another")
    assert early == twin
    assert early != other


def test_says_what_is_wrong_with_an_early_expression_when_it_is_used() -> None:
    with cold_start.frugal_imports():
        broken = re.compile("(")
    with pytest.raises(re.error, match="unterminated"):
        broken.search("")


def test_compiles_at_once_again_afterwards_even_where_an_import_fails() -> None:
    compile_now = re.compile
    with pytest.raises(ImportError), cold_start.frugal_imports():
        raise ImportError("broken")
    assert re.compile is compile_now


# Each of these costs a cold start from one to twenty milliseconds, and no event needs it at once.
SPARED = (
    "charset_normalizer",
    "importlib.metadata",
    "cosbatch.manifest",
    "cosbatch.hints",
    "cosbatch.cli",
    "cosbatch.standin",
    "argparse",
    "sqlite3",
    "difflib",
)


def test_loads_only_what_an_event_needs() -> None:
    code = f"import handler, json, sys; print(json.dumps([name for name in {SPARED!r} if name in sys.modules]))"
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(process.stdout) == []


# How many expressions are compiled while the function is imported: the standard library's own that are used meanwhile.
COMPILED = """
import re, sys
engine, made = sys.modules.get("re._compiler") or sys.modules["sre_compile"], []
compile_now = engine.compile
engine.compile = lambda pattern, flags=0: made.append(pattern) or compile_now(pattern, flags)
import handler
print(len(made))
"""


def test_compiles_hardly_an_expression_while_it_is_imported() -> None:
    process = subprocess.run([sys.executable, "-c", COMPILED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(process.stdout) < 20, "without frugal_imports it is 100 and more"


# What is done once for a process, however many calls it answers; and a look at the sockets of ten calls.
TEN_CALLS = """
import json, os, socket, sys, time
from cosbatch.standin.running import running
from marshmallow import Schema
from requests.adapters import HTTPAdapter
connects, made, adapters = [], [], []
real_connect, real_init = socket.socket.connect, Schema.__init__
socket.socket.connect = lambda self, address: (connects.append(address), real_connect(self, address))[1]
Schema.__init__ = lambda self, *a, **k: (made.append(type(self).__name__), real_init(self, *a, **k))[1]
real_adapter = HTTPAdapter.__init__
HTTPAdapter.__init__ = lambda self, *a, **k: (adapters.append(self), real_adapter(self, *a, **k))[1]
import handler
from cosbatch.service import signature
one_second = signature.key_time(int(time.time()))
signature.key_time = lambda now: one_second
with running() as standin:
    os.environ.update(standin.environ, COSBATCH_LOG_LEVEL="ERROR", COSBATCH_MANIFEST_CHECK="off")
    handler.main_handler({"Action": "ListJobs"}, {})
    before, opened, keys = len(made), len(connects), signature.sign_key.cache_info().misses
    for number in range(10):
        document = json.loads(sys.argv[1])
        document["ClientRequestToken"] = f"token-{number}"
        result = handler.main_handler(document, {})
        assert result["Outcome"] == "created", result
    counts = {"schemas": len(made) - before, "connections": len(connects) - opened, "adapters": len(adapters)}
    print(json.dumps({**counts, "sign keys": signature.sign_key.cache_info().misses - keys}))
"""


def test_builds_schemas_adapters_and_sign_keys_once_and_keeps_one_connection() -> None:
    document = {
        "Manifest": {
            "Location": {"ETag": "abc", "ObjectArn": "cos://manifest-1250000000/list.csv"},
            "Spec": {"Format": "COSBatchOperations_CSV_V1", "Fields": ["Bucket", "Key"]},
        },
        "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
        "Priority": 1,
        "Report": {"Bucket": "cos://report-1250000000", "Enabled": False},
        "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
    }
    arguments = [sys.executable, "-c", TEN_CALLS, json.dumps(document)]
    process = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
    counted = json.loads(process.stdout.splitlines()[-1])
    # The nested schemas are made at the first document that has them.
    assert counted["schemas"] <= 12
    # The connection of the call before is kept, and so is the sign key as long as its time is the same.
    assert (counted["connections"], counted["sign keys"], counted["adapters"]) == (0, 0, 1)
