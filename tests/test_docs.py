"""The pages of docs/ say what the code does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.main import parser
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.configuration.settings import read_settings
from cosbatch.dispatch import dispatch, recognise
from cosbatch.log import FIELDS
from cosbatch.manifest.verdict import FAULTS, WARNINGS
from cosbatch.model.errors import InvalidEvent, RetryableInvocationError, UpstreamTimeout
from cosbatch.model.messages import Response
from cosbatch.schemas.profiles_file import Limits, Match, Policy, Profile
from tests import errors_page
from tests.pages import ROOT, anchors, blocks, links, names, page, table
from tests.stage import (
    BUCKET,
    ENVIRON,
    PROFILE,
    Answer,
    Service,
    created,
    listed,
    profiles_text,
    refused,
    runtime,
    upload,
)

PAGES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/*.md"))


@pytest.mark.parametrize("name", [*PAGES, "README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_holds_no_conflict_of_a_merge(name: str) -> None:
    assert not re.search(r"^(<{7}|>{7}) ", page(name), re.MULTILINE)


CONFIGURATION, OPERATING = page("docs/configuration.md"), page("docs/operating.md")
TERRAFORM = ROOT / "docs" / "terraform"


@pytest.mark.parametrize("name", PAGES)
def test_opens_each_page_with_what_its_reader_can_do_then(name: str) -> None:
    assert page(name).split("\n\n")[1].startswith("After ")


@pytest.mark.parametrize("name", [*PAGES, "README.md", "SECURITY.md", "CONTRIBUTING.md"])
def test_leads_to_what_is_there(name: str) -> None:
    for link in links(page(name)):
        path, _, anchor = link.partition("#")
        place = (ROOT / name).parent / path if path else ROOT / name
        assert place.exists(), link
        assert not anchor or anchor in anchors(place.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", [*PAGES, "README.md"])
def test_shows_commands_that_the_command_line_has(name: str) -> None:
    (actions,) = [action for action in parser()._actions if action.choices]
    shown = set(re.findall(r"(?m)(?:`|^ *)cosbatch ([a-z-]+)", page(name)))
    assert shown <= {*(actions.choices or ())}


# What is configured.


class Environment(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(name)
        return default


def test_names_every_variable_that_the_settings_read() -> None:
    environment = Environment()
    read_settings(environment)
    told = {*names(CONFIGURATION, "variable"), *re.findall(r"`(TENCENTCLOUD_\w+|LANG)`", CONFIGURATION)}
    assert told == environment.asked


def fields() -> Iterator[str]:
    for name in Profile().fields:
        below = {"match": Match, "limits": Limits}.get(name)
        yield from [f"{name}.{inner}" for inner in below().fields] if below else [name]


def test_names_every_field_of_a_profile() -> None:
    assert sorted(names(CONFIGURATION, "field of a profile")) == sorted(fields())


def test_names_every_field_of_the_policy() -> None:
    assert sorted(names(CONFIGURATION, "field of the policy")) == sorted(Policy().fields)


def test_shows_profiles_that_are_right() -> None:
    (example,) = blocks(CONFIGURATION, "json")
    profiles, problems = parse_profiles(example)
    assert problems == ()
    assert profiles.profiles[0].receipts


def test_names_every_variable_that_the_deployment_takes() -> None:
    taken = re.findall(r"\$\{env:(\w+)\}", page("serverless.yml"))
    assert {*names(page("docs/deploying.md"), "variable of the deployment")} == {*taken}


def test_explains_every_code_in_the_words_of_its_hint() -> None:
    assert page("docs/errors.md") == errors_page.page(), "make it anew: python -m tests.errors_page > docs/errors.md"


def test_explains_every_fault_and_warning_of_a_list() -> None:
    text = page("docs/manifests.md")
    assert {*names(text, "fault")} >= FAULTS.keys()
    assert {*names(text, "list warning")} >= WARNINGS.keys()


# The log, its searches and alarms.


def test_names_every_field_of_the_log() -> None:
    assert names(OPERATING, "field of the log") == ["level", "message", *FIELDS]


def test_indexes_every_field_of_the_log_with_its_type() -> None:
    indexed = dict(re.findall(r"^ +(\w+) += \"(text|long|double)\"$", page("docs/terraform/logs.tf"), re.MULTILINE))
    told = {row[0].strip("`"): row[1] for row in table(OPERATING, "field of the log")}
    assert {name: kind for name, kind in indexed.items() if not name.startswith("SCF_")} == told


SEARCHES = {row[0].strip("`"): row[1].strip("`") for row in table(OPERATING, "alarm")}
Line = Mapping[str, Any]


def test_shows_lines_that_the_log_can_write() -> None:
    lines = [json.loads(line) for line in blocks(OPERATING, "json")[0].splitlines()]
    order = ["level", "message", *FIELDS]
    assert [[*line] for line in lines] == [[name for name in order if name in line] for line in lines]


def test_makes_the_alarms_of_the_page_with_terraform() -> None:
    made = re.findall(
        r'^ +"([a-z-]+)" += \{ search = "(.+)", minutes = (\d+), more_than = (\d+) \}$',
        page("docs/terraform/alarms.tf"),
        re.MULTILINE,
    )
    told = [(row[0].strip("`"), row[1].strip("`"), row[2]) for row in table(OPERATING, "alarm")]
    assert [
        (name, search.replace('\\"', '"'), f"more than {most} in {minutes} minutes")
        for name, search, minutes, most in made
    ] == told


def finds(search: str, line: Line) -> bool:
    """Whether the search, in the part of CQL that the page uses, finds the line."""
    return all(_fits(term, line) for term in re.split(r" AND (?![^(]*\))", search))


def _fits(term: str, line: Line) -> bool:
    name, _, wanted = term.partition(":")
    value = line.get(name)
    if comparison := re.fullmatch(r">(=?)(\d+)", wanted):
        return isinstance(value, int) and value >= int(comparison[2]) + (not comparison[1])
    alternatives = wanted.strip("()").split(" OR ")
    return any(re.search(rf"(?<!\w){re.escape(word.strip(chr(34)))}(?!\w)", str(value or "")) for word in alternatives)


def happened(answers: Mapping[str, Answer], environ: Mapping[str, str] = ENVIRON, **profile: Any) -> list[Line]:
    """The lines of the log for an upload, where the service answers so."""
    lines: list[str] = []
    service = Service({"POST /jobs": created(), "GET /jobs": listed(), **answers})
    stage = runtime(service, lines, environ, profiles_text({**PROFILE, **profile}))
    with suppress(RetryableInvocationError):
        dispatch({"Records": [upload()]}, {"time_limit_in_ms": 60_000}, stage)
    return [json.loads(line) for line in lines]


def test_shows_what_the_log_says_of_a_list_that_is_refused() -> None:
    rows = Response(200, {"etag": '"abc"'}, f"{BUCKET},a\n{BUCKET},\n".encode())
    (line,) = happened({"GET /restore/2026-11.csv": rows}, {**ENVIRON, "COSBATCH_MANIFEST_CHECK": "head"})
    shown = json.loads(blocks(OPERATING, "json")[0].splitlines()[2])
    varied = {"request_id": "", "manifest": "", "duration_ms": 0}
    assert {**line, **varied} == {**shown, **varied}


HAPPENED: list[tuple[str, list[Line]]] = [
    ("", happened({})),
    ("misconfigured", happened({}, {**ENVIRON, "COSBATCH_TIMEOUT": "soon"})),
    ("no-rights", happened({"POST /jobs": refused("AccessDenied", status=403)})),
    ("refused-lists", happened({}, limits={"operations": ["COSDeleteObject"]})),
    ("unreachable", happened({"POST /jobs": refused("ServiceUnavailable", status=500)})),
    ("unreachable", happened({"POST /jobs": UpstreamTimeout("no", may_have_acted=True)})),
    ("too-many-jobs", happened({"POST /jobs": refused("TooManyJobs", status=500)})),
    ("unresolved", happened({"POST /jobs": refused("InvalidRequest", "duplicate request")})),
    ("lost-lists", happened({"HEAD /restore/2026-11.csv": refused("NoSuchKey", status=404)})),
    ("to-confirm", happened({}, limits={"max_objects": 1})),
    (
        "no-receipts",
        happened(
            {f"PUT /receipts/{BUCKET}/restore/2026-11.csv.json": refused("NoSuchBucket", status=404)},
            receipts="cos://report-1250000000/receipts/",
        ),
    ),
    ("a-bug", [{"level": "ERROR", "outcome": "failed", "code": "InternalError", "trigger": "cos"}]),
    ("invocations", [{"SCF_Type": "Platform", "SCF_StatusCode": 430}]),
]


@pytest.mark.parametrize(("alarm", "lines"), HAPPENED)
def test_finds_what_happened_with_the_search_for_it_and_with_no_other(alarm: str, lines: list[Line]) -> None:
    found = [name for name, search in SEARCHES.items() if any(finds(search, line) for line in lines)]
    assert found == ([alarm] if alarm else []), lines


def test_has_something_happen_for_each_alarm() -> None:
    assert {alarm for alarm, _ in HAPPENED if alarm} == SEARCHES.keys()


# What is there to be run.


def test_takes_the_event_out_of_a_dead_letter(tmp_path: Path) -> None:
    event = {"Records": [upload()]}
    letter = {
        "RequestId": "b615b896",
        "ErrorCode": -1,
        "ErrorMessage": "{}",
        "Body": {"ClientContext": json.dumps(event)},
    }
    with pytest.raises(InvalidEvent, match="dead-letter message"):
        recognise(letter)
    (tmp_path / "letter.json").write_text(json.dumps(letter))
    (command,) = [block for block in blocks(OPERATING, "sh") if "ClientContext" in block]
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, check=True)
    assert recognise(json.loads((tmp_path / "event.json").read_text())) == ("cos", event)


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on this machine")
def test_writes_terraform_as_terraform_does() -> None:
    done = subprocess.run(["terraform", "fmt", "-check", "-diff", str(TERRAFORM)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_opens_with_terraform_what_serverless_yml_opens() -> None:
    filters = re.findall(r"prefix: (\S+)\n +suffix: (\S+)", page("serverless.yml"))
    uploads = re.findall(r'\{ prefix = "(.+)", suffix = "(.+)" \}', page("docs/terraform/variables.tf"))
    assert uploads == filters
