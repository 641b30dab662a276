"""What `doctor` asks the service: credentials, clock, rights, buckets; and what it cannot ask without changing something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cosbatch.cli.deploy.finding import NOT_SEEN, OK, WARNING, WRONG, Finding
from cosbatch.cli.remote.client import Client
from cosbatch.configuration.settings import Settings
from cosbatch.hints import hint_for
from cosbatch.model import names
from cosbatch.model.deadline import unix_seconds
from cosbatch.model.errors import CosbatchError
from cosbatch.model.messages import Request
from cosbatch.model.names import Resource
from cosbatch.service import actions
from cosbatch.service.signature import EARLY, LIFETIME

# What the service replies to keys that it does not accept.
_BAD_KEYS = ("ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch")
# A job and an object that nobody has.
_NO_JOB = "00000000-0000-0000-0000-000000000000"
_NO_OBJECT = "cosbatch-doctor-looks-for-nothing"


@dataclass(frozen=True)
class _Outcome:
    """How one attempt of a request ended: its error, None where it succeeded, and the Date of the response."""

    error: CosbatchError | None
    date: str | None


def service_findings(client: Client) -> Iterator[Finding]:
    """What the service says to these credentials. Nothing is created or changed."""
    settings = client.settings
    listing = _send(client, actions.list_jobs_request({"maxResults": 1}, settings.account))
    yield _credentials(settings, listing.error)
    yield _clock(client, listing.date)
    yield _right("ListJobs", listing.error, settings)
    describing = _send(client, actions.describe_job_request(_NO_JOB, settings.account))
    yield _right("DescribeJob", describing.error, settings)
    absent = set()
    for role, bucket, region in sorted(set(_buckets(client))):
        finding = _bucket(client, role, bucket, region)
        absent |= {bucket} if finding.state == WRONG else set()
        yield finding
    for bucket, prefix in sorted(set(_manifests(client))):
        if bucket not in absent:
            yield _readable(client, Resource(bucket, f"{prefix}{_NO_OBJECT}", None))


def unseen(client: Client) -> Iterator[Finding]:
    """What no question shows that changes nothing."""
    compare = "Compare with what `cosbatch policy` prints."
    whose = "these credentials" if client.settings.credentials.token else "these credentials, which are no role's"
    yield Finding("function's role", NOT_SEEN, f"the rights above are those of {whose}", compare)
    yield Finding("CreateJob", NOT_SEEN, "asking would make a job; cam:PassRole, receipts alike", compare)
    roles = {
        str(profile.job.get("RoleArn", "")).rpartition("/")[2] for profile in client.configuration.profiles.profiles
    }
    for role in sorted(roles - {""}):
        yield Finding(f"role {role}", NOT_SEEN, "what its jobs may do, and whether COS may take it", compare)
    if any(profile.match for profile in client.configuration.profiles.profiles):
        fix = "In the console: one trigger for each match of profiles.json, with its prefix and suffix, switched on."
        yield Finding("triggers", NOT_SEEN, "whether uploads reach the function", fix)


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


def _right(action: str, error: CosbatchError | None, settings: Settings) -> Finding:
    """Whether these credentials may do it; a job that is not there is as good an answer as one that is."""
    if error is None or error.status == 404:
        return Finding(action, OK, "allowed")
    return Finding(action, WRONG, f"{error.code}: {error.message}", hint_for(error.code, settings.language))


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


def _manifests(client: Client) -> Iterator[tuple[str, str]]:
    """The buckets of manifests, and how the keys of manifests begin there."""
    for profile in client.configuration.profiles.profiles:
        if profile.match:
            yield profile.match.bucket, profile.match.prefix
    for bucket in client.configuration.profiles.policy.get("manifest_buckets", ()):
        yield bucket, ""


def _readable(client: Client, place: Resource) -> Finding:
    """Whether manifests may be read: an object that is not there is a 404 to whoever may read it, else a 403."""
    check = f"reading {place.bucket}/{(place.key or '').removesuffix(_NO_OBJECT)}"
    error = _send(client, actions.object_request("HEAD", place, client.settings.account)).error
    if error is None or error.status == 404:
        return Finding(check, OK, "allowed")
    if error.status == 403:
        return Finding(
            check, WARNING, "not allowed to these credentials", "The function's role needs name/cos:GetObject."
        )
    return Finding(check, WRONG, f"{error.code}: {error.message}", hint_for(error.code, client.settings.language))
