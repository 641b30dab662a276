"""What `doctor` asks the service: credentials, clock, rights, buckets; and what it cannot ask without changing something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from cosbatch.cli.deploy.finding import NOT_SEEN, OK, WARNING, WRONG, Finding
from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal.language import N_, Sentence, _
from cosbatch.configuration.settings import Settings
from cosbatch.model import names
from cosbatch.model.deadline import unix_seconds
from cosbatch.model.errors import CosbatchError, UnexpectedResponse
from cosbatch.model.hints import hint_for
from cosbatch.model.messages import Request, Response
from cosbatch.model.names import Resource
from cosbatch.service import actions
from cosbatch.service.manifest_object import head_request
from cosbatch.service.signature import EARLY, LIFETIME

# What the service replies to keys that it does not accept.
_BAD_KEYS = ("ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch")
# What buckets are for: as profiles say it of their places, and what lists are uploaded to.
_FOR, _MANIFESTS = (N_("reports"), N_("receipts")), N_("manifests")
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
    listing = _send(client, actions.list_jobs_request({"maxResults": 1}, settings.account), actions.listed)
    yield _credentials(settings, listing.error)
    yield _clock(client, listing.date)
    yield _right("ListJobs", listing.error, settings)
    request = actions.describe_job_request(_NO_JOB, settings.account)
    describing = _send(client, request, partial(actions.described, _NO_JOB))
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
    compare = _("Compare with what `cosbatch policy` prints.")
    whose = N_("the rights above are those of these credentials, which are no role's")
    if client.settings.credentials.token:
        whose = N_("the rights above are those of these credentials")
    yield Finding(N_("function's role"), NOT_SEEN, Sentence(whose), compare)
    asking = N_("asking would make a job; cam:PassRole, receipts alike")
    yield Finding("CreateJob", NOT_SEEN, Sentence(asking), compare)
    roles = {
        str(profile.job.get("RoleArn", "")).rpartition("/")[2] for profile in client.configuration.profiles.profiles
    }
    for role in sorted(roles - {""}):
        rights = Sentence(N_("what its jobs may do, and whether COS may take it"))
        yield Finding(Sentence(N_("role {name}"), {"name": role}), NOT_SEEN, rights, compare)
    if any(profile.match for profile in client.configuration.profiles.profiles):
        fix = _("In the console: one trigger for each match of profiles.json, with its prefix and suffix, switched on.")
        yield Finding(N_("triggers"), NOT_SEEN, Sentence(N_("whether uploads reach the function")), fix)


def _send(client: Client, request: Request, read: Callable[[Response], object] = actions.checked) -> _Outcome:
    """One attempt: a check has to see what the retries would fix."""
    date = None
    try:
        response = client.wire.send(request, client.settings.timeout)
        date = response.headers.get("date")
        read(response)
    except CosbatchError as error:
        return _Outcome(error, date)
    return _Outcome(None, date)


def _credentials(settings: Settings, error: CosbatchError | None) -> Finding:
    """Their kind, and whether the service accepts them; temporary ones do not say when they end."""
    kind, valid = N_("permanent, without a session token"), N_("{kind}; valid now")
    if settings.credentials.token is not None:
        kind = N_("temporary, with a session token")
        valid = N_("{kind}; valid now; they do not say when they end, a role's last a few hours at most")
    told = {"kind": Sentence(kind), "code": error.code if error else None}
    if error and error.code in _BAD_KEYS:
        refused = Sentence(N_("{kind}; the service says {code}"), told)
        return Finding(N_("credentials"), WRONG, refused, _fix(error, settings))
    if error and (not error.request_id or isinstance(error, UnexpectedResponse)):
        unknown = Sentence(N_("{kind}; whether they are valid is not known"), told)
        return Finding(N_("credentials"), WARNING, unknown, _("See ListJobs."))
    return Finding(N_("credentials"), OK, Sentence(valid, told))


def _clock(client: Client, date: str | None) -> Finding:
    """Whether a signature that is made by this clock is valid by the service's clock."""
    theirs = unix_seconds(date)
    if theirs is None:
        return Finding(N_("clock"), WARNING, Sentence(N_("the service did not send its time")), _("See ListJobs."))
    ahead = round(client.clock.now() - theirs)
    found = Sentence(N_("as the service's"))
    if ahead:
        off = N_("{seconds} s ahead of the service's") if ahead > 0 else N_("{seconds} s behind the service's")
        found = Sentence(off, {"seconds": abs(ahead)})
    if EARLY - LIFETIME < ahead < EARLY:
        return Finding(N_("clock"), OK, found)
    fix = _("Set this machine's clock; the function goes by the service's time by itself.")
    return Finding(N_("clock"), WRONG, found, fix)


def _right(action: str, error: CosbatchError | None, settings: Settings) -> Finding:
    """Whether these credentials may do it; a job that is not there is as good an answer as one that is."""
    if error is None or error.code == "NoSuchJob":
        return Finding(action, OK, Sentence(N_("allowed")))
    return _failed(action, error, settings)


def _failed(check: str | Sentence, error: CosbatchError, settings: Settings) -> Finding:
    found = Sentence(N_("{code}: {message}"), {"code": error.code, "message": error.message})
    return Finding(check, WRONG, found, _fix(error, settings), error.code)


def _fix(error: CosbatchError, settings: Settings) -> str:
    """What to do about it: where both sides signed the same texts, it can only be the key."""
    signed: list[Any] = list(error.fields.values()) if error.code == "SignatureDoesNotMatch" else []
    if signed and all(text["Service"] == text["Function"] for text in signed):
        return _("The SecretKey is not that of the SecretId: set the two that belong together.")
    return hint_for(error.code, settings.language)


def _buckets(client: Client) -> Iterator[tuple[str, str, str]]:
    """The buckets of manifests, reports and receipts: what they are for, their names and regions."""
    region = client.settings.account.region
    yield from ((_MANIFESTS, bucket, region) for bucket, _prefix in _manifests(client))
    for profile in client.configuration.profiles.profiles:
        for place in profile.places:
            if place.what in _FOR:
                yield place.what, place.bucket, place.region or region


def _bucket(client: Client, role: str, bucket: str, region: str) -> Finding:
    check = Sentence(N_("{what} {name}"), {"what": Sentence(role), "name": bucket})
    error = _send(client, Request("HEAD", names.bucket_host(bucket, region), "/")).error
    if error is None:
        return Finding(check, OK, Sentence(N_("answers in {region}"), {"region": region}))
    if error.status == 404:
        absent = Sentence(N_("is not there in {region}"), {"region": region})
        return Finding(check, WRONG, absent, _("Create it, or fix its name or the region."))
    if error.status == 403:
        fix = _(
            "The function does not need that right; to check the bucket, these credentials need name/cos:HeadBucket."
        )
        return Finding(check, WARNING, Sentence(N_("may not be checked with these credentials")), fix)
    return _failed(check, error, client.settings)


def _manifests(client: Client) -> Iterator[tuple[str, str]]:
    """The buckets of manifests, and how the keys of manifests begin there."""
    for profile in client.configuration.profiles.profiles:
        if profile.match:
            yield profile.match.bucket, profile.match.prefix
    for bucket in client.configuration.profiles.policy.get("manifest_buckets", ()):
        yield bucket, ""


def _readable(client: Client, place: Resource) -> Finding:
    """Whether manifests may be read: an object that is not there is a 404 to whoever may read it, else a 403."""
    prefix = (place.key or "").removesuffix(_NO_OBJECT)
    check = Sentence(N_("reading {place}"), {"place": f"{place.bucket}/{prefix}"})
    error = _send(client, head_request(place, client.settings.account)).error
    if error is None or error.status == 404:
        return Finding(check, OK, Sentence(N_("allowed")))
    if error.status == 403:
        fix = _("The function's role needs name/cos:GetObject.")
        return Finding(check, WARNING, Sentence(N_("not allowed to these credentials")), fix)
    return _failed(check, error, client.settings)
