"""The model of the service: it keeps a job for each token, refuses a token that it has seen, and lists with a lag."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from html import escape, unescape
from random import Random
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from requests import PreparedRequest

from cosbatch.model.messages import Response
from tests.simulation.stage import Stage

# Midnight of some day; virtual time counts from there, in Unix seconds.
EPOCH = 1_790_000_000.0
ETAG = '"15150651828fa9cdcb8356b6d1c7638b"'
_ELEMENTS = re.compile(rb"<(ClientRequestToken|Description|ObjectArn)>([^<]*)<")
_SIGN_TIME = re.compile(r"q-sign-time=([0-9]+);([0-9]+)")


@dataclass(frozen=True)
class Habits:
    """What no page says of the service, so that each scenario has another one.

    `lag` is how long a job is missing from the listing; `dates` how the Date header is written; `last_token` what
    NextToken the last page of a listing has; `refusal` the words for a token that it knows; in seconds where it is time.
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


@dataclass(frozen=True)
class Job:
    """A job as it is stored; `listed` is the moment from which a listing shows it."""

    job_id: str
    token: str
    arn: str
    body: bytes
    description: str
    stored: float
    listed: float


@dataclass
class Service:
    """Its clock runs `habits.skew` seconds ahead of the stage's; `wrong` has status, Code and Message for a job that is
    always refused.
    """

    stage: Stage
    chance: Random
    habits: Habits
    wrong: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

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
        if request.method == "HEAD":
            return self.reply(b"", 200, **{"last-modified": formatdate(EPOCH, usegmt=True)})
        if request.method == "POST":
            assert isinstance(request.body, bytes)
            return self._create(request.body)
        if url.path == "/jobs":
            return self._list(parse_qs(url.query))
        return self._describe(url.path.removeprefix("/jobs/"))

    def reply(self, body: bytes, status: int = 200, **headers: str) -> Response:
        """A Response with the headers that all have; the ETag is what a HEAD asks for."""
        date = {"right": formatdate(self.now(), usegmt=True), "none": "", "odd": "yesterday"}[self.habits.dates]
        known = {"date": date} if date else {}
        request_id = f"request-{self.chance.getrandbits(32):08x}"
        return Response(status, {**known, "x-cos-request-id": request_id, "etag": ETAG, **headers}, body)

    def failure(self, status: int, code: str, message: str, request: PreparedRequest | None = None) -> Response:
        """An Error document; a HEAD has none."""
        document = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
        return self.reply(b"" if request is not None and request.method == "HEAD" else document, status)

    def jobs_of(self, arn: str) -> list[Job]:
        return [job for job in self.jobs if job.arn == arn]

    def _is_timely(self, authorization: str) -> bool:
        found = _SIGN_TIME.search(authorization)
        return found is not None and int(found[1]) <= self.now() <= int(found[2])

    def _create(self, body: bytes) -> Response:
        elements = elements_of(body)
        token, arn = elements["ClientRequestToken"], elements["ObjectArn"]
        if arn in self.wrong:
            return self.failure(*self.wrong[arn])
        if token in self.tokens:
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
        jobs = sorted((job for job in self.jobs if job.listed <= self.stage.now), key=self._place)
        after = query.get("nextToken", [""])[0]
        start = next((place for place, job in enumerate(jobs, 1) if job.job_id == after), 0)
        page, rest = jobs[start : start + self.habits.page_size], jobs[start + self.habits.page_size :]
        token = self._next_token(page, rest, after)
        members = "".join(
            f"<member><Description>{escape(job.description)}</Description><JobId>{job.job_id}</JobId></member>"
            for job in page
        )
        return self.reply(f"<ListJobsResult><Jobs>{members}</Jobs>{token}</ListJobsResult>".encode())

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
        document = found[0].body.replace(b"CreateJobRequest>", b"Job>")
        return self.reply(b"<DescribeJobResult>" + document + b"</DescribeJobResult>")

    def _job_id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128)))


def elements_of(body: bytes) -> dict[str, str]:
    """Token, description and manifest of a CreateJob."""
    return {name.decode(): unescape(text.decode()) for name, text in _ELEMENTS.findall(body)}


def truth(service: Service) -> Iterator[str]:
    """What is stored in the end, a line a job."""
    for job in service.jobs:
        if job.arn:
            yield f"{job.job_id[:8]} for {job.arn[-6:]}, stored at {job.stored:.3f}, listed from {job.listed:.3f} on"
