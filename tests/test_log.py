"""The log: one line of JSON a decision, of named fields only, without secrets."""

from __future__ import annotations

import json
from unittest.mock import Mock

import pytest

from cosbatch.log import FIELDS, Log


def logged(
    level: str, message: str, log_level: str = "INFO", secrets: tuple[str, ...] = (), **fields: object
) -> list[str]:
    lines: list[str] = []
    Log(lines.append, log_level, secrets)(level, message, **fields)
    return lines


def test_writes_one_line_of_json_with_the_fields_in_order() -> None:
    (line,) = logged("INFO", "done\nat last", job_id="job-1", attempts=0, trigger="cos", profile=None)
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    assert list(json.loads(line).items()) == [
        ("level", "INFO"),
        ("message", "done\nat last"),
        ("trigger", "cos"),
        ("job_id", "job-1"),
        ("attempts", 0),
    ]


def test_writes_what_any_stdout_takes() -> None:
    (line,) = logged("INFO", "清单 \ud800", manifest="\u2028")
    assert line.isascii()
    assert json.loads(line) == {"level": "INFO", "message": "清单 \ud800", "manifest": "\u2028"}


@pytest.mark.parametrize(
    ("log_level", "written"),
    [
        ("DEBUG", ["DEBUG", "INFO", "WARNING", "ERROR"]),
        ("INFO", ["INFO", "WARNING", "ERROR"]),
        ("WARNING", ["WARNING", "ERROR"]),
        ("ERROR", ["ERROR"]),
    ],
)
def test_writes_lines_of_its_level_and_above(log_level: str, written: list[str]) -> None:
    assert [level for level in ("DEBUG", "INFO", "WARNING", "ERROR") if logged(level, "x", log_level)] == written


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O on a closed file"), AttributeError("no stdout")])
def test_goes_on_where_stdout_is_broken(error: Exception) -> None:
    written = Mock(side_effect=error)
    Log(written)("INFO", "done")
    assert written.call_count == 1


def test_refuses_fields_that_have_no_name_in_the_contract() -> None:
    with pytest.raises(TypeError, match="not a field of the log: body, headers"):
        logged("DEBUG", "x", headers={}, body="", code="Forbidden")


@pytest.mark.parametrize("secret", ["plain-secret", 'quoted"secret', "back\\slash", "a+b/c=="])
def test_blots_out_secrets_wherever_they_are_quoted(secret: str) -> None:
    (line,) = logged(
        "ERROR", f"bad header {secret!r}", secrets=("", secret), traceback=f"  File x\n{secret}", attempts=2
    )
    values = json.loads(line)
    assert "".join(str(value) for value in values.values()).count("[secret]") >= 1
    assert secret not in values["traceback"]
    assert secret not in line


def test_knows_a_field_for_every_name_of_the_contract() -> None:
    assert set(FIELDS) == {
        "request_id", "trigger", "action", "profile", "manifest", "job_id", "outcome", "code", "attempts", "duration_ms",
        "cos_request_id", "traceback",
    }  # fmt: skip
