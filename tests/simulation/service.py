"""The model of the service: it keeps a job for each token, refuses a token that it has seen, and lists with a lag."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from html import escape, unescape
from random import Random
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from requests import PreparedRequest

from cosbatch.model.messages import Response
from tests.simulation.bucket import EPOCH, Bucket
from tests.simulation.copies import Change
from tests.simulation.stage import Stage

ETAG = '"15150651828fa9cdcb8356b6d1c7638b"'
_ELEMENTS = re.compile(rb"<(ClientRequestToken|Description|ObjectArn|ETag|ObjectVersionId|Priority)>([^<]*)<")
# A role that there was once, and what the service says to a job that names it.
GONE = b"roleName/Gone"
# After so many seconds every lag is over, and whatever was on its way has arrived.
CALM_AFTER = 4000.0
ROLE_IS_GONE = (400, "InvalidArgument", "The role cannot be assumed.")
_SIGN_TIME = re.compile(r"q-sign-time=([0-9]+);([0-9]+)")


@dataclass(frozen=True)
class Habits:
    """What no page says of the service, so that each scenario has another one.

    `lag` is how long a job is missing from the listing; `dates` how the Date header is written; `last_token` what
    NextToken the last page of a listing has; `refusal` the words for a token that it knows; `rules_first` whether it looks
    at a document's rules before its token; `flicker` how often a listing misses a job, before the calm; in seconds where it is
    time.
    """

    lag: float = 0.0
    work: float = 0.01
    page_size: int = 1000
    last_token: str = "absent"
    dates: str = "right"
    refusal: str = "Duplicate request"
    skew: float = 0.0
    strangers: int = 0
    salt: int = 0
    rules_first: bool = True
    flicker: float = 0.0


@dataclass(frozen=True)
class Job:
    """A job as it is stored; `listed` is the moment from which a listing shows it. A copy bears the marker of another."""

    job_id: str
    token: str
    arn: str
    body: bytes
    description: str
    stored: float
    listed: float
    copy: bool = False


@dataclass
class Service:
    """Its clock runs `habits.skew` seconds ahead of the stage's; `wrong` has status, Code and Message for a job that is
    always refused; the objects of `bucket` change, any other is there and stays.
    """

    stage: Stage
    chance: Random
    habits: Habits
    wrong: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    bucket: Bucket = field(default_factory=Bucket)

    def __post_init__(self) -> None:
        for number in range(self.habits.strangers):
            text = self.chance.choice(["", "nightly", f"old [cb:{number:020x}.{number:020x}]", "[cb:] <&> é"])
            self.jobs.append(Job(self._job_id(), f"stranger {number}", "", b"", text, -1.0, -1.0))

    def now(self) -> float:
        """Unix seconds."""
        return EPOCH + self.stage.now + self.habits.skew

    def answer(self, request: PreparedRequest) -> Response:
        """What it answers to a request that arrives at this moment."""
        url = urlsplit(str(request.url))
        if not self._is_timely(str(request.headers["Authorization"])):
            return self.failure(403, "RequestTimeTooSkewed", "The difference is too large.", request)
        if url.hostname and ".cos." in url.hostname:
            return self._of_object(request, unquote(url.path[1:]), parse_qs(url.query))
        if request.method == "POST":
            assert isinstance(request.body, bytes)
            return self._create(request.body)
        if url.path == "/jobs":
            return self._list(parse_qs(url.query))
        return self._describe(url.path.removeprefix("/jobs/"))

    def reply(self, body: bytes, status: int = 200, **headers: str) -> Response:
        """A Response with the headers that all have."""
        date = {"right": formatdate(self.now(), usegmt=True), "none": "", "odd": "yesterday"}[self.habits.dates]
        known = {"date": date} if date else {}
        request_id = f"request-{self.chance.getrandbits(32):08x}"
        return Response(status, {**known, "x-cos-request-id": request_id, **headers}, body)

    def failure(self, status: int, code: str, message: str, request: PreparedRequest | None = None) -> Response:
        """An Error document; a HEAD has none."""
        document = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
        return self.reply(b"" if request is not None and request.method == "HEAD" else document, status)

    def jobs_of(self, arn: str) -> list[Job]:
        return [job for job in self.jobs if job.arn == arn and not job.copy]

    def clones_of(self, arn: str) -> list[str]:
        """The ids of the jobs that bear a copied marker, and do the very same as its job."""
        bodies = {job.body for job in self.jobs_of(arn)}
        return [job.job_id for job in self.jobs if job.copy and job.body in bodies]

    def _is_timely(self, authorization: str) -> bool:
        found = _SIGN_TIME.search(authorization)
        return found is not None and int(found[1]) <= self.now() <= int(found[2])

    def _of_object(self, request: PreparedRequest, key: str, query: dict[str, list[str]]) -> Response:
        if all(state.key != key for state in self.bucket.states):
            return self.reply(b"", 200, **{"last-modified": formatdate(EPOCH, usegmt=True), "etag": ETAG})
        version = query.get("versionId", [None])[0]
        headers = {name: str(value) for name, value in request.headers.items()}
        answer = self.bucket.answer(str(request.method), key, version, headers)
        return self.reply(b"" if request.method == "HEAD" else answer.body, answer.status, **answer.headers)

    def copy_a_marker(self, change: Change) -> None:
        """Somebody makes a job of the description that another job has: of the newest that is listed."""
        now = self.stage.now
        listed = [
            job for job in self.jobs if job.arn and job.listed <= now and job.stored + 1.0 <= now and not job.copy
        ]
        if listed:
            original, job_id = listed[-1], self._job_id()
            self.stage.tell(f"somebody copies the marker of {original.job_id[:8]} into {job_id[:8]}")
            body = change(original.body)
            arn = elements_of(body)["ObjectArn"]
            self.jobs.append(Job(job_id, f"copy {job_id}", arn, body, original.description, now, now, copy=True))

    def _create(self, body: bytes) -> Response:
        elements = elements_of(body)
        token, arn = elements["ClientRequestToken"], elements["ObjectArn"]
        wrong = self.wrong.get(arn) or (ROLE_IS_GONE if GONE in body else None)
        known = token in self.tokens
        if wrong and (self.habits.rules_first or not known):
            return self.failure(*wrong)
        if known:
            return self.failure(400, "InvalidRequest", self.habits.refusal)
        self.tokens.add(token)
        stored = self.stage.now + self.habits.work
        job = Job(self._job_id(), token, arn, body, elements["Description"], stored, stored + self.habits.lag)
        self.stage.at(stored, lambda: self._store(job))
        return self.reply(f"<CreateJobResult><JobId>{job.job_id}</JobId></CreateJobResult>".encode())

    def _store(self, job: Job) -> None:
        self.stage.tell(f"the service stores {job.job_id[:8]} for {job.arn[-6:]}")
        self.jobs.append(job)

    def _list(self, query: dict[str, list[str]]) -> Response:
        jobs = sorted((job for job in self.jobs if self._shows(job)), key=self._place)
        after = query.get("nextToken", [""])[0]
        start = next((place for place, job in enumerate(jobs, 1) if job.job_id == after), 0)
        page, rest = jobs[start : start + self.habits.page_size], jobs[start + self.habits.page_size :]
        token = self._next_token(page, rest, after)
        members = "".join(
            f"<member><Description>{escape(job.description)}</Description><JobId>{job.job_id}</JobId></member>"
            for job in page
        )
        return self.reply(f"<ListJobsResult><Jobs>{members}</Jobs>{token}</ListJobsResult>".encode())

    def _shows(self, job: Job) -> bool:
        """A listing may come of a copy of the data that is behind; jobs of others are in all of them."""
        flickers = self.habits.flicker and not job.copy and self.stage.now < CALM_AFTER
        return job.listed <= self.stage.now and not (flickers and self.chance.random() < self.habits.flicker)

    def _next_token(self, page: list[Job], rest: list[Job], after: str) -> str:
        last = page[-1].job_id if page else after
        token = {"absent": None, "empty": "", "unchanged": after, "always": last}[self.habits.last_token]
        token = last if rest else token
        return "" if token is None else f"<NextToken>{token}</NextToken>"

    def _place(self, job: Job) -> int:
        """No page says how a listing is ordered: in each scenario otherwise, but always the same within one."""
        return zlib.crc32(f"{self.habits.salt}{job.job_id}".encode())

    def _describe(self, job_id: str) -> Response:
        found = [job for job in self.jobs if job.job_id == job_id]
        if not found:
            return self.failure(404, "NoSuchJob", "The job does not exist.")
        made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EPOCH + found[0].stored)).encode()
        body = found[0].body.replace(
            b"</CreateJobRequest>", b"<CreationTime>%s</CreationTime></CreateJobRequest>" % made
        )
        document = body.replace(b"CreateJobRequest>", b"Job>")
        return self.reply(b"<DescribeJobResult>" + document + b"</DescribeJobResult>")

    def _job_id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128)))


def elements_of(body: bytes) -> dict[str, str]:
    """Token, description, manifest and priority of a CreateJob."""
    return {name.decode(): unescape(text.decode()) for name, text in _ELEMENTS.findall(body)}


def truth(service: Service) -> Iterator[str]:
    """What is stored in the end, a line a job."""
    for job in service.jobs:
        if job.arn:
            yield f"{job.job_id[:8]} for {job.arn[-6:]}, stored at {job.stored:.3f}, listed from {job.listed:.3f} on"
