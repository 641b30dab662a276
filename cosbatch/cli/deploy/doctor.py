"""The command `doctor`: whether the function would work as it is configured; one finding for each check, with its fix."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from cosbatch.cli.remote.client import Client, connect
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import table
from cosbatch.configuration.profiles import Profile
from cosbatch.configuration.settings import Settings
from cosbatch.hints import hint_for
from cosbatch.model import names
from cosbatch.model.deadline import unix_seconds
from cosbatch.model.errors import ConfigurationError, CosbatchError, Problem
from cosbatch.model.messages import Request
from cosbatch.service import actions
from cosbatch.service.signature import EARLY, LIFETIME

OK, WARNING, WRONG = "ok", "warning", "wrong"

# What the service replies to keys that it does not accept.
_BAD_KEYS = ("ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch")


@dataclass(frozen=True)
class Finding:
    """What one check found; `fix` says what to do where the state is not `ok`."""

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
        doctor,
    )
    add_service(parser)


def doctor(options: argparse.Namespace) -> int:
    """`{Verdict, Checks: [{Check, State, Message, Fix}]}`; the exit code is 1 where something is wrong."""
    try:
        findings = list(examine(connect(options)))
    except ConfigurationError as error:
        findings = [_misconfigured(problem) for problem in error.problems]
        findings.append(
            Finding("service", WARNING, "not asked", "Fix the findings above first, then run doctor again.")
        )
    wrong = any(finding.state == WRONG for finding in findings)
    report = {"Verdict": WRONG if wrong else OK, "Checks": [finding.as_json() for finding in findings]}
    rows = [(finding.check, finding.state, finding.message, finding.fix) for finding in findings]
    output.show(report, options, lambda: table(("check", "state", "finding", "fix"), rows))
    return 1 if wrong else 0


def _misconfigured(problem: Problem) -> Finding:
    if problem.pointer.startswith("/profiles"):
        return Finding("profiles", WRONG, f"{problem.pointer} {problem.message}", "Fix the profiles file there.")
    name = problem.pointer.removeprefix("/")
    return Finding("settings", WRONG, f"{name} {problem.message}", f"Set {name} in the function's environment.")


def examine(client: Client) -> Iterator[Finding]:
    """The findings of all checks, for a configuration that is valid in itself."""
    settings = client.settings
    account = f"UIN {settings.account.uin}, APPID {settings.account.appid}, region {settings.account.region}"
    yield Finding("settings", OK, account)
    yield _endpoint(settings)
    yield _http(settings)
    yield from _profiles(client)
    listing = _send(client, actions.list_jobs_request({"maxResults": 1}, settings.account))
    yield _credentials(settings, listing.error)
    yield _clock(client, listing.date)
    yield _list_jobs(settings, listing.error)
    for role, bucket, region in sorted(set(_buckets(client))):
        yield _bucket(client, role, bucket, region)


def _endpoint(settings: Settings) -> Finding:
    if settings.endpoint is None:
        return Finding("endpoint", OK, "the service's own hosts")
    fix = "For the real service, take COSBATCH_ENDPOINT out of the environment."
    return Finding("endpoint", WARNING, f"requests go to {settings.endpoint}", fix)


def _http(settings: Settings) -> Finding:
    """Who may call the function over HTTP."""
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
    foreign = [finding for index, profile in enumerate(profiles) for finding in _foreign(index, profile, client)]
    yield from foreign
    if not profiles:
        yield Finding(
            "profiles", WARNING, "there are none: uploads start no jobs", "Write profiles.json; see the README."
        )
    elif not foreign:
        uploads = sum(1 for profile in profiles if profile.match)
        yield Finding("profiles", OK, f"{len(profiles)}, {uploads} of them for uploads; none overlap, none loop")


def _foreign(index: int, profile: Profile, client: Client) -> Iterator[Finding]:
    """The buckets and the role of other accounts that the profile names."""
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
class _Outcome:
    """How one attempt of a request ended: its error, None where it succeeded, and the Date of the response."""

    error: CosbatchError | None
    date: str | None


def _send(client: Client, request: Request) -> _Outcome:
    """One attempt: a check has to see what the retries would fix."""
    date = None
    try:
        response = client.wire.send(request, client.settings.timeout)
        date = response.headers.get("date")
        actions.checked(response)
    except CosbatchError as error:
        return _Outcome(error, date)
    return _Outcome(None, date)


def _credentials(settings: Settings, error: CosbatchError | None) -> Finding:
    """Their kind, and whether the service accepts them; temporary ones do not say when they end."""
    temporary = settings.credentials.token is not None
    kind = "temporary, with a session token" if temporary else "permanent, without a session token"
    if error and error.code in _BAD_KEYS:
        return Finding(
            "credentials", WRONG, f"{kind}; the service says {error.code}", hint_for(error.code, settings.language)
        )
    if error and not error.request_id:
        return Finding("credentials", WARNING, f"{kind}; whether they are valid is not known", "See ListJobs.")
    life = "; they do not say when they end, a role's last a few hours at most" if temporary else ""
    return Finding("credentials", OK, f"{kind}; valid now{life}")


def _clock(client: Client, date: str | None) -> Finding:
    """Whether a signature that is made by this clock is valid by the service's clock."""
    theirs = unix_seconds(date)
    if theirs is None:
        return Finding("clock", WARNING, "the service did not send its time", "See ListJobs.")
    ahead = round(client.clock.now() - theirs)
    message = f"{abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} the service's" if ahead else "as the service's"
    if EARLY - LIFETIME < ahead < EARLY:
        return Finding("clock", OK, message)
    fix = "Set this machine's clock; the function goes by the service's time by itself."
    return Finding("clock", WRONG, message, fix)


def _list_jobs(settings: Settings, error: CosbatchError | None) -> Finding:
    if error is None:
        return Finding("ListJobs", OK, "allowed")
    return Finding("ListJobs", WRONG, f"{error.code}: {error.message}", hint_for(error.code, settings.language))


def _buckets(client: Client) -> Iterator[tuple[str, str, str]]:
    """The buckets of manifests, reports and receipts: what they are for, their names and regions."""
    region = client.settings.account.region
    for profile in client.configuration.profiles.profiles:
        if profile.match:
            yield "manifests", profile.match.bucket, region
        for place in profile.places:
            if place.what != "copies":
                yield place.what, place.bucket, place.region or region
    for bucket in client.configuration.profiles.policy.get("manifest_buckets", ()):
        yield "manifests", bucket, region


def _bucket(client: Client, role: str, bucket: str, region: str) -> Finding:
    check = f"{role} {bucket}"
    error = _send(client, Request("HEAD", names.bucket_host(bucket, region), "/")).error
    if error is None:
        return Finding(check, OK, f"answers in {region}")
    if error.status == 404:
        return Finding(check, WRONG, f"is not there in {region}", "Create it, or fix its name or the region.")
    if error.status == 403:
        fix = "The function does not need that right; to check the bucket, these credentials need name/cos:HeadBucket."
        return Finding(check, WARNING, "may not be checked with these credentials", fix)
    return Finding(check, WRONG, f"{error.code}: {error.message}", hint_for(error.code, client.settings.language))
