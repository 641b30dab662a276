"""Looks whether the function would work as it is configured: one line for each thing looked at, with its fix."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from cosbatch.cli.remote.client import Client, connect
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.output import show
from cosbatch.cli.terminal.tables import table
from cosbatch.configuration.profiles import Profile
from cosbatch.configuration.settings import Settings
from cosbatch.hints import hint_for
from cosbatch.model import names
from cosbatch.model.errors import ConfigurationError, CosbatchError, Problem, ServiceSideError
from cosbatch.model.messages import Request, Response
from cosbatch.service import actions
from cosbatch.service.signature import EARLY, LIFETIME

OK, WARNING, WRONG = "ok", "warning", "wrong"

# What the service answers to keys that it does not take.
_BAD_KEYS = ("ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch")


@dataclass(frozen=True)
class Finding:
    """What was found of one thing, and what to do about it where it is not as it should be."""

    check: str
    state: str
    message: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        finding = {"Check": self.check, "State": self.state, "Message": self.message, "Fix": self.fix}
        return {name: text for name, text in finding.items() if text}


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "doctor",
        "Check settings, credentials, clock, profiles, buckets and rights; nothing is created or changed.",
        "  python -m cosbatch doctor\n  python -m cosbatch doctor --json > findings.json",
        run,
    )
    add_service(parser)


def run(options: argparse.Namespace) -> int:
    """`{Verdict, Checks: [{Check, State, Message, Fix}]}`; the exit code is 1 where something is wrong."""
    try:
        findings = list(examine(connect(options)))
    except ConfigurationError as error:
        findings = [_misconfigured(problem) for problem in error.problems]
        findings.append(Finding("service", WARNING, "not asked", "Fix what stands above first, and look again."))
    wrong = any(finding.state == WRONG for finding in findings)
    report = {"Verdict": WRONG if wrong else OK, "Checks": [finding.as_json() for finding in findings]}
    show(report, options, lambda: _lines(findings))
    return 1 if wrong else 0


def _misconfigured(problem: Problem) -> Finding:
    if problem.pointer.startswith("/profiles"):
        return Finding("profiles", WRONG, f"{problem.pointer} {problem.message}", "Fix the profiles file there.")
    name = problem.pointer.removeprefix("/")
    return Finding("settings", WRONG, f"{name} {problem.message}", f"Set {name} in the function's environment.")


def _lines(findings: Iterable[Finding]) -> list[str]:
    return table(("check", "state", "finding", "fix"), [(f.check, f.state, f.message, f.fix) for f in findings])


def examine(client: Client) -> Iterator[Finding]:
    """Everything that can be looked at with a configuration that is right in itself."""
    settings = client.settings
    account = f"UIN {settings.account.uin}, APPID {settings.account.appid}, region {settings.account.region}"
    yield Finding("settings", OK, account)
    yield _endpoint(settings)
    yield _http(settings)
    yield from _profiles(client)
    listing = _asked(client, actions.list_jobs_request({"maxResults": 1}, settings.account))
    yield _credentials(settings, listing.error)
    yield _clock(client, listing.date)
    yield _list_jobs(client, listing.error)
    for role, bucket, region in sorted(set(_buckets(client))):
        yield _bucket(client, role, bucket, region)


def _endpoint(settings: Settings) -> Finding:
    if settings.endpoint is None:
        return Finding("endpoint", OK, "the service's own hosts")
    fix = "For the real service, take COSBATCH_ENDPOINT out of the environment."
    return Finding("endpoint", WARNING, f"requests go to {settings.endpoint}", fix)


def _http(settings: Settings) -> Finding:
    """Whether the function lets in over HTTP whom it should."""
    auth = settings.http_auth
    if auth == "none":
        return Finding("http", WARNING, "whoever knows the address may call", "Set COSBATCH_HTTP_AUTH to bearer.")
    known = {
        "bearer": f"{len(settings.http_tokens)} bearer tokens are let in",
        "gateway": "left to the gateway in front",
    }
    return Finding("http", OK, known.get(auth or "", "closed: COSBATCH_HTTP_AUTH is not set"))


def _profiles(client: Client) -> Iterator[Finding]:
    profiles = client.configuration.profiles.profiles
    strangers = [finding for index, profile in enumerate(profiles) for finding in _strangers(index, profile, client)]
    yield from strangers
    if not profiles:
        yield Finding(
            "profiles", WARNING, "there are none: uploads start no jobs", "Write profiles.json; see the README."
        )
    elif not strangers:
        uploads = sum(1 for profile in profiles if profile.match)
        yield Finding("profiles", OK, f"{len(profiles)}, {uploads} of them for uploads; none overlap, none loop")


def _strangers(index: int, profile: Profile, client: Client) -> Iterator[Finding]:
    """What the profile names of other accounts."""
    settings = client.settings
    for pointer, bucket in _buckets_of(profile):
        if names.appid_of(bucket) != settings.account.appid:
            message = f"/profiles/{index}/{pointer} {bucket} is not a bucket of APPID {settings.account.appid}"
            yield Finding("profiles", WRONG, message, "Name a bucket of this account, or set COSBATCH_APPID rightly.")
    role = profile.job.get("RoleArn")
    if role and names.role_uin(role) != settings.account.uin:
        message = f"/profiles/{index}/job/RoleArn {role} is not a role of UIN {settings.account.uin}"
        yield Finding("profiles", WRONG, message, "Name a role of this account, or set COSBATCH_UIN rightly.")


def _buckets_of(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.match:
        yield "match/bucket", profile.match.bucket
    if "Report" in profile.job:
        yield "job/Report/Bucket", names.parse_resource(profile.job["Report"]["Bucket"]).bucket
    copy = profile.job.get("Operation", {}).get("COSPutObjectCopy")
    if copy:
        yield "job/Operation/COSPutObjectCopy/TargetResource", names.parse_resource(copy["TargetResource"]).bucket


@dataclass(frozen=True)
class _Answer:
    """What came of a request: the error that it ended in, if it did, and what time the service said it was."""

    error: CosbatchError | None
    date: str | None


def _asked(client: Client, request: Request) -> _Answer:
    try:
        response = client.wire.send(request, client.settings.timeout)
    except CosbatchError as error:
        return _Answer(error, None)
    return _Answer(_refusal(response), response.headers.get("date"))


def _refusal(response: Response) -> CosbatchError | None:
    try:
        actions.checked(response)
    except ServiceSideError as error:
        return error
    return None


def _credentials(settings: Settings, error: CosbatchError | None) -> Finding:
    """Their kind, and whether they are alive: how long temporary ones last does not stand in them."""
    temporary = settings.credentials.token is not None
    kind = "temporary, with a session token" if temporary else "permanent, without a session token"
    if error and error.code in _BAD_KEYS:
        return Finding(
            "credentials", WRONG, f"{kind}; the service says {error.code}", hint_for(error.code, settings.language)
        )
    if error and not error.request_id:
        return Finding("credentials", WARNING, f"{kind}; whether they are alive is not known", "See ListJobs.")
    life = "; when they end does not stand in them, a role's last a few hours at most" if temporary else ""
    return Finding("credentials", OK, f"{kind}; alive just now{life}")


def _clock(client: Client, date: str | None) -> Finding:
    """Whether a signature that is made by this clock holds by the service's."""
    try:
        theirs = parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError):
        return Finding("clock", WARNING, "the service has not told its time", "See ListJobs.")
    ahead = round(client.clock.now() - theirs)
    message = f"{abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} the service's" if ahead else "as the service's"
    if EARLY - LIFETIME < ahead < EARLY:
        return Finding("clock", OK, message)
    fix = "Set this machine's clock; the function goes by the service's time by itself."
    return Finding("clock", WRONG, message, fix)


def _list_jobs(client: Client, error: CosbatchError | None) -> Finding:
    if error is None:
        return Finding("ListJobs", OK, "allowed")
    fix = hint_for(error.code, client.settings.language)
    return Finding("ListJobs", WRONG, f"{error.code}: {error.message}", fix)


def _buckets(client: Client) -> Iterator[tuple[str, str, str]]:
    """The buckets of manifests and reports: what they are for, their names and regions."""
    region = client.settings.account.region
    for profile in client.configuration.profiles.profiles:
        if profile.match:
            yield "manifests", profile.match.bucket, region
        if profile.report:
            there = names.parse_resource(profile.job["Report"]["Bucket"]).region
            yield "reports", profile.report.bucket, there or region
    for bucket in client.configuration.profiles.policy.get("manifest_buckets", ()):
        yield "manifests", bucket, region


def _bucket(client: Client, role: str, bucket: str, region: str) -> Finding:
    check = f"{role} {bucket}"
    error = _asked(client, Request("HEAD", names.bucket_host(bucket, region), "/")).error
    if error is None:
        return Finding(check, OK, f"answers in {region}")
    if error.status == 404:
        return Finding(check, WRONG, f"is not there in {region}", "Create it, or fix its name or the region.")
    if error.status == 403:
        fix = "The function does without; to look, these credentials need name/cos:HeadBucket."
        return Finding(check, WARNING, "may not be looked at with these credentials", fix)
    return Finding(check, WRONG, f"{error.code}: {error.message}", hint_for(error.code, client.settings.language))
