"""`doctor`: what it finds for settings, credentials, clock, profiles and buckets."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from cosbatch.cli.deploy import doctor
from cosbatch.cli.deploy.finding import Finding
from cosbatch.cli.deploy.function_settings import Deployment
from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal.tables import width
from cosbatch.configuration import Configuration
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.configuration.settings import read_settings
from cosbatch.model.errors import ServiceSideError, UpstreamUnreachable
from cosbatch.model.messages import Request, Response
from cosbatch.standin import Standin
from tests.cli.conftest import ACCOUNT
from tests.cli.running import NOW, Run, SteppingClock, Terminal
from tests.standin.client import client_of

ROLE = "qcs::cam::uin/100000000001:roleName/Jobs"
JOB: dict[str, object] = {
    "Operation": {"COSPutObjectCopy": {"TargetResource": "cos://to-1250000000"}},
    "Priority": 1,
    "Report": {"Bucket": "qcs::cos:ap-beijing::report-1250000000", "Enabled": True, "Prefix": "reports/"},
    "RoleArn": ROLE,
}
ONE: dict[str, object] = {"name": "one", "match": {"bucket": "lists-1250000000", "prefix": "in/"}, "job": JOB}
UNSEEN = ["function's role", "CreateJob", "role Jobs", "triggers"]
EMPTY_LISTING = b"<ListJobsResult></ListJobsResult>"
NO_JOB = b"<Error><Code>NoSuchJob</Code></Error>"


def refusal(code: str, status: int = 403) -> Response:
    return Response(
        status,
        {"date": formatdate(NOW, usegmt=True), "x-cos-request-id": "of-the-service"},
        f"<Error><Code>{code}</Code><Message>Refused.</Message></Error>".encode(),
    )


class ScriptedWire:
    """Answers the listing, and a HEAD of each bucket; keeps what was asked."""

    def __init__(self, listing: Response | ServiceSideError | None = None, **buckets: int) -> None:
        self._listing = listing
        self._buckets = buckets
        self.asked: list[tuple[str, str, str]] = []
        self.date = NOW

    def send(self, request: Request, seconds: float) -> Response:
        self.asked.append((request.method, request.host, request.path))
        headers = {"date": formatdate(self.date, usegmt=True), "x-cos-request-id": "of-the-service"}
        if request.method == "HEAD":
            name = request.host.partition("-")[0] if request.path == "/" else "objects"
            return Response(self._buckets.get(name, 200), headers)
        if isinstance(self._listing, ServiceSideError):
            raise self._listing
        is_listing = request.path == "/jobs"
        answer = Response(200, headers, EMPTY_LISTING) if is_listing else Response(404, headers, NO_JOB)
        return self._listing or answer


def findings(
    wire: ScriptedWire | None = None, *profiles: object, policy: object = None, **variables: str
) -> dict[str, Finding]:
    """What is found of each check, for these profiles (or ONE) and variables besides the account's."""
    settings, problems = read_settings({**ACCOUNT, **variables})
    parsed, more = parse_profiles(json.dumps({"profiles": profiles or [ONE], "policy": policy or {}}))
    assert (problems, more) == ((), ())
    client = Client(Configuration(settings, parsed), wire or ScriptedWire(), SteppingClock().clock())
    return {str(finding.check): finding for finding in doctor.examine(client, None, {})}


def test_finds_nothing_wrong_where_all_is_as_it_should_be() -> None:
    found = findings()
    assert {name for name, finding in found.items() if finding.state != "ok"} == {"function", *UNSEEN}
    assert {finding.state for finding in found.values()} == {"ok", "not seen"}
    assert list(found) == [
        "settings",
        "endpoint",
        "function",
        "http",
        "profiles",
        "credentials",
        "clock",
        "ListJobs",
        "DescribeJob",
        "manifests lists-1250000000",
        "reports report-1250000000",
        "reading lists-1250000000/in/",
        *UNSEEN,
    ]


def test_changes_nothing() -> None:
    wire = ScriptedWire()
    findings(wire)
    assert wire.asked == [
        ("GET", "100000000001.cos-control.ap-chengdu.myqcloud.com", "/jobs"),
        ("GET", "100000000001.cos-control.ap-chengdu.myqcloud.com", "/jobs/00000000-0000-0000-0000-000000000000"),
        ("HEAD", "lists-1250000000.cos.ap-chengdu.myqcloud.com", "/"),
        ("HEAD", "report-1250000000.cos.ap-beijing.myqcloud.com", "/"),
        ("HEAD", "lists-1250000000.cos.ap-chengdu.myqcloud.com", "/in/cosbatch-doctor-looks-for-nothing"),
    ]


def test_has_a_fix_for_all_that_is_not_as_it_should_be() -> None:
    wire = ScriptedWire(UpstreamUnreachable("No connection."), lists=404, report=403)
    found = findings(wire, COSBATCH_HTTP_AUTH="none", COSBATCH_ENDPOINT="http://127.0.0.1:1")
    assert all(bool(finding.fix) == (finding.state != "ok") for finding in found.values())
    assert {name for name, finding in found.items() if finding.state == "ok"} == {
        "settings",
        "profiles",
    }


def test_warns_where_requests_do_not_go_to_the_service() -> None:
    assert findings(COSBATCH_ENDPOINT="http://127.0.0.1:1")["endpoint"].state == "warning"


@pytest.mark.parametrize(
    ("variables", "state", "message"),
    [
        ({}, "ok", "closed"),
        ({"COSBATCH_HTTP_AUTH": "bearer", "COSBATCH_HTTP_TOKENS": "0" * 64}, "ok", "bearer tokens that are let in: 1"),
        ({"COSBATCH_HTTP_AUTH": "gateway"}, "ok", "gateway in front"),
        ({"COSBATCH_HTTP_AUTH": "none"}, "warning", "whoever knows the address"),
    ],
)
def test_says_who_may_come_in_over_http(variables: dict[str, str], state: str, message: str) -> None:
    finding = findings(None, **variables)["http"]
    assert finding.state == state
    assert message in finding.message


def test_knows_temporary_credentials_by_their_session_token() -> None:
    assert findings(TENCENTCLOUD_SESSIONTOKEN="a-token")["credentials"].message.startswith("temporary")
    assert findings()["credentials"].message.startswith("permanent")


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_says_where_the_service_does_not_take_the_credentials(code: str) -> None:
    finding = findings(ScriptedWire(refusal(code)))["credentials"]
    assert finding.state == "wrong"
    assert code in finding.message


def test_has_the_key_for_the_one_fix_where_both_sides_signed_the_same() -> None:
    both = "<StringToSign>s</StringToSign><FormatString>f</FormatString>"
    body = f"<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message>{both}</Error>".encode()
    for signed, is_settled in ((("s", "f"), True), (("s", "another"), False)):
        refused = Response(403, {"x-cos-request-id": "id"}, body, signed=signed)
        found = findings(ScriptedWire(refused))
        for name in ("credentials", "ListJobs", "DescribeJob"):
            assert found[name].fix.startswith("The SecretKey is not that of the SecretId: set the two") is is_settled
            assert ("StringToSign" not in found[name].fix) is is_settled


def test_takes_credentials_for_valid_that_only_lack_a_right() -> None:
    found = findings(ScriptedWire(refusal("AccessDenied")))
    assert found["credentials"].state == "ok"
    assert found["ListJobs"].state == "wrong"
    assert "AccessDenied" in found["ListJobs"].message


NONSENSE = Response(200, {"x-cos-request-id": "of-the-service"}, b"<CreateJobResult/>")


def test_takes_an_answer_that_it_cannot_read_for_no_leave() -> None:
    found = findings(ScriptedWire(NONSENSE))
    states = {name: found[name].state for name in ("credentials", "ListJobs", "DescribeJob")}
    assert states == {"credentials": "warning", "ListJobs": "wrong", "DescribeJob": "wrong"}
    assert "is not what the service answers: the root element is 'CreateJobResult'" in found["ListJobs"].message


def test_does_not_know_about_credentials_where_nobody_answers() -> None:
    found = findings(ScriptedWire(UpstreamUnreachable("No connection.")))
    assert (found["credentials"].state, found["clock"].state, found["ListJobs"].state) == (
        "warning",
        "warning",
        "wrong",
    )


def test_shows_no_secret() -> None:
    secrets = {"TENCENTCLOUD_SECRETKEY": "the-secret-key", "TENCENTCLOUD_SESSIONTOKEN": "the-session-token"}
    shown = repr(findings(ScriptedWire(refusal("ExpiredToken")), **secrets))
    assert not [secret for secret in secrets.values() if secret in shown]


@pytest.mark.parametrize(
    ("ahead", "state", "message"),
    [
        (0, "ok", "as the service's"),
        (59, "ok", "59 s ahead of"),
        (60, "wrong", "60 s ahead of"),
        (-839, "ok", "839 s behind"),
        (-840, "wrong", "840 s behind"),
    ],
)
def test_compares_the_clock_with_the_service_s(ahead: int, state: str, message: str) -> None:
    wire = ScriptedWire()
    wire.date = NOW - ahead
    finding = findings(wire)["clock"]
    assert finding.state == state
    assert message in finding.message


@pytest.mark.parametrize(
    ("status", "state", "message"),
    [
        (200, "ok", "answers in ap-chengdu"),
        (403, "warning", "may not be checked"),
        (404, "wrong", "is not there in ap-chengdu"),
        (503, "wrong", "ServiceUnavailable"),
    ],
)
def test_looks_at_the_buckets_of_manifests(status: int, state: str, message: str) -> None:
    finding = findings(ScriptedWire(lists=status))["manifests lists-1250000000"]
    assert finding.state == state
    assert message in finding.message


def test_asks_for_nothing_in_a_bucket_that_is_not_there() -> None:
    assert "reading lists-1250000000/in/" not in findings(ScriptedWire(lists=404))


def test_looks_at_the_buckets_of_callers_manifests() -> None:
    assert "manifests calls-1250000000" in findings(policy={"manifest_buckets": ["calls-1250000000"]})


FOREIGN: dict[str, dict[str, object]] = {
    "match/bucket": {"match": {"bucket": "lists-666", "prefix": "in/"}},
    "job/Report/Bucket": {"job": {**JOB, "Report": {"Bucket": "cos://report-666", "Enabled": True, "Prefix": "r/"}}},
    "job/Operation/COSPutObjectCopy/TargetResource": {
        "job": {**JOB, "Operation": {"COSPutObjectCopy": {"TargetResource": "cos://to-666"}}}
    },
    "receipts": {"receipts": "cos://report-666/receipts/"},
    "limits/target_buckets/0": {"limits": {"target_buckets": ["to-666"]}},
    "job/RoleArn": {"job": {**JOB, "RoleArn": "qcs::cam::uin/666:roleName/Jobs"}},
}


@pytest.mark.parametrize("pointer", FOREIGN)
def test_finds_what_a_profile_names_of_another_account(pointer: str) -> None:
    finding = findings(None, {**ONE, **FOREIGN[pointer]})["profiles"]
    assert finding.state == "wrong"
    assert f"/profiles/0/{pointer} " in finding.message


@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        ({"manifest_buckets": ["lists-1250000000", "lists-666"]}, "/policy/manifest_buckets/1"),
        ({"report_buckets": ["report-666"]}, "/policy/report_buckets/0"),
        ({"target_buckets": ["to-666"]}, "/policy/target_buckets/0"),
        ({"roles": ["qcs::cam::uin/666:roleName/Jobs"]}, "/policy/roles/0"),
    ],
)
def test_finds_what_the_policy_names_of_another_account(policy: object, pointer: str) -> None:
    finding = findings(policy=policy)["profiles"]
    assert (finding.state, finding.message.split()[0]) == ("wrong", pointer)


def test_lets_manifests_list_another_account_s_objects() -> None:
    assert findings(None, {**ONE, "limits": {"source_buckets": ["data-666"]}})["profiles"].state == "ok"


def test_warns_where_there_are_no_profiles() -> None:
    settings, _ = read_settings(ACCOUNT)
    parsed, _ = parse_profiles('{"profiles": []}')
    client = Client(Configuration(settings, parsed), ScriptedWire(), SteppingClock().clock())
    assert {str(finding.check): finding.state for finding in doctor.examine(client, None, {})}["profiles"] == "warning"


def test_leaves_out_what_a_profile_for_callers_does_not_say() -> None:
    bare = {"name": "bare", "job": {"Operation": {"COSDeleteObject": {}}, "Priority": 1}, "open": ["Report", "RoleArn"]}
    found = findings(None, bare)
    assert found["profiles"].state == "ok"
    assert not [check for check in found if check.startswith(("manifests", "reports"))]


@pytest.mark.parametrize(
    ("status", "state", "message"),
    [
        (404, "ok", "allowed"),
        (403, "warning", "not allowed"),
        (503, "wrong", "ServiceUnavailable"),
    ],
)
def test_asks_whether_manifests_may_be_read(status: int, state: str, message: str) -> None:
    finding = findings(ScriptedWire(objects=status))["reading lists-1250000000/in/"]
    assert finding.state == state
    assert message in finding.message


@pytest.mark.parametrize(
    ("code", "status", "state"), [("NoSuchJob", 404, "ok"), ("NoSuchKey", 404, "wrong"), ("AccessDenied", 403, "wrong")]
)
def test_asks_whether_jobs_may_be_described(code: str, status: int, state: str) -> None:
    assert findings(ScriptedWire(refusal(code, status)))["DescribeJob"].state == state


@pytest.mark.parametrize(("token", "words"), [("", "which are no role's"), ("a-token", "these credentials")])
def test_says_whose_rights_it_has_seen(token: str, words: str) -> None:
    finding = findings(TENCENTCLOUD_SESSIONTOKEN=token)["function's role"]
    assert finding.message.endswith(words)


def test_looks_at_who_may_call_the_function_where_its_variables_are_known() -> None:
    settings, _ = read_settings({**ACCOUNT, "COSBATCH_HTTP_AUTH": "gateway"})
    client = Client(
        Configuration(settings, parse_profiles('{"profiles": []}')[0]), ScriptedWire(), SteppingClock().clock()
    )
    whole = Deployment({**ACCOUNT, "COSBATCH_HTTP_AUTH": "none"}, ())
    for deployment, message in (
        (whole, "whoever knows"),
        (replace(whole, missing=("REGION",)), "gateway"),
        (None, "gateway"),
    ):
        found = {str(finding.check): finding for finding in doctor.examine(client, deployment, {})}
        assert message in found["http"].message


def make_buckets(standin: Standin) -> None:
    with client_of(standin) as client:
        for bucket in ("manifest-1250000000", "report-1250000000"):
            assert client.cos("PUT", bucket, "object", body=b"x").status == 200


def test_examines_an_account_on_the_stand_in(run: Run, standin: Standin) -> None:
    make_buckets(standin)
    said = run("doctor")
    assert said.code == 0
    assert said.json["Verdict"] == "ok"
    states = {check["Check"]: check["State"] for check in said.json["Checks"]}
    assert (states.pop("endpoint"), states.pop("function")) == ("warning", "warning")
    assert set(states.values()) == {"ok", "not seen"}


def test_finds_no_fault_with_what_serverless_yml_sets(
    run: Run, standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploying = {
        "REGION": "ap-chengdu",
        "COSBATCH_FUNCTION_ROLE": "r",
        "COSBATCH_MANIFEST_BUCKET": "manifest-1250000000",
    }
    for name, value in {**deploying, "COSBATCH_HTTP_TOKENS": "0" * 64}.items():
        monkeypatch.setenv(name, value)
    make_buckets(standin)
    monkeypatch.chdir(tmp_path)
    states = {check["Check"]: check for check in run("doctor").json["Checks"]}
    assert (states["function"]["State"], states["http"]["Message"]) == ("ok", "bearer tokens that are let in: 1")


def test_says_so_where_there_is_no_serverless_yml(
    run: Run, standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "function_file", tmp_path.joinpath)
    states = {check["Check"]: check["State"] for check in run("doctor").json["Checks"]}
    assert states["function"] == "not seen"


def test_fails_where_something_is_wrong(run: Run, standin: Standin) -> None:
    said = run("doctor")
    assert said.code == 1
    assert said.json["Verdict"] == "wrong"
    wrong = [check for check in said.json["Checks"] if check["State"] == "wrong"]
    assert [check["Check"] for check in wrong] == [
        "manifests manifest-1250000000",
        "receipts report-1250000000",
        "reports report-1250000000",
    ]
    assert all(check["Fix"] for check in wrong)


@pytest.mark.parametrize(("bucket", "code"), [("lists-1250000000", 5), ("lists-666", 1)])
def test_says_by_its_exit_code_that_only_the_service_is_missing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, code: int
) -> None:
    profile = {**ONE, "match": {"bucket": bucket, "prefix": "in/"}}
    (tmp_path / "profiles.json").write_text(json.dumps({"profiles": [profile]}))
    monkeypatch.setenv("COSBATCH_PROFILES", str(tmp_path / "profiles.json"))
    said = run("doctor", "--endpoint", "http://127.0.0.1:1")
    assert (said.code, said.json["Verdict"]) == (code, "wrong")


def test_shows_a_table_on_a_terminal(run: Run, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("doctor").code == 1
    header, *rows = terminal.getvalue().splitlines()
    assert header.split() == ["check", "state", "finding", "fix"]
    assert rows[0].startswith("settings")


def test_sets_findings_and_fixes_on_lines_of_their_own_where_the_terminal_is_narrow(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    lines = run("doctor", "--table", "--endpoint", "http://127.0.0.1:1").out.splitlines()
    assert lines[lines.index("    finding: the service did not send its time") + 1] == "    fix: See ListJobs."


def test_speaks_the_language_of_people_and_english_to_programs(
    run: Run, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = run("doctor").json["Checks"]
    monkeypatch.setenv("COSBATCH_LANG", "zh_CN.UTF-8")
    checks = run("doctor").json["Checks"]
    # A second may go by between the two.
    assert [each["Message"] for each in checks if each["Check"] != "clock"] == [
        each["Message"] for each in english if each["Check"] != "clock"
    ]
    assert not [check for check in checks if re.search("[\u4e00-\u9fff]", check["Message"])]
    # As hints do.
    assert [check for check in checks if "Fix" in check and not re.search("[\u4e00-\u9fff]", check["Fix"])] == []
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    run("doctor")
    shown = terminal.getvalue()
    assert "临时密钥" in shown or "永久密钥" in shown
    assert not re.search(
        r"^(settings|function|role|reading|clock)|  (ok|wrong|not seen|warning)\b", shown, re.MULTILINE
    )
    assert not [check["Message"] for check in english if check["Message"][:30] in shown]
    assert max(map(width, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("[]", "profiles.json must be an object"),
        ('{"profiles": [], "policy": {"foo": 1}}', "/policy/foo "),
        ('{"profiles": [], "COSBATCH_X": 1}', "/COSBATCH_X "),
        ("{", "/profiles the profiles file cannot be read: not JSON"),
    ],
)
def test_has_faults_of_the_profiles_file_fixed_in_the_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, found: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("profiles.json").write_text(content)
    check = run("doctor").json["Checks"][0]
    assert (check["Check"], check["Fix"]) == ("profiles", "Fix the profiles file there.")
    assert check["Message"].startswith(found)


def test_has_another_file_named_where_the_profiles_file_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_PROFILES", "nofile")
    check = run("doctor").json["Checks"][0]
    assert (check["Check"], check["Message"]) == (
        "profiles",
        "COSBATCH_PROFILES the profiles file nofile cannot be read: No such file or directory",
    )
    assert "have COSBATCH_PROFILES name another" in check["Fix"]


def test_lists_all_that_is_wrong_with_settings_and_profiles(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.json").write_text('{"profiles": [{}]}')
    monkeypatch.setenv("COSBATCH_PROFILES", str(tmp_path / "p.json"))
    monkeypatch.delenv("COSBATCH_UIN")
    said = run("doctor")
    assert said.code == 1
    shown = {(check["Check"], check["Message"].split()[0]) for check in said.json["Checks"]}
    assert {("settings", "COSBATCH_UIN"), ("profiles", "/profiles/0/name"), ("service", "not")} <= shown
    assert said.json["Checks"][0]["Fix"] == "Set COSBATCH_UIN in the environment."
