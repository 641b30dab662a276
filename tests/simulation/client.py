"""The real code on the stage: instances that get deliveries, send over a network that fails, are killed, and answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from random import Random

from requests import PreparedRequest

from cosbatch.model.deadline import Clock
from cosbatch.model.messages import Response
from cosbatch.service.exchange import Budget
from cosbatch.service.transport import Transport
from tests.simulation import faults
from tests.simulation.bucket import EPOCH, State
from tests.simulation.faults import Course
from tests.simulation.service import Service, elements_of
from tests.simulation.stage import Actor, Stage

CALM = Course("fine")
# No client has to wait for longer, whatever the service asks for; in seconds.
LONGEST_PACE = 20.0
# What a clock may be off by, in seconds.
SKEWS = (0.0, 0.0, 0.0, 600.0, -600.0, 5000.0, -7200.0, -100_000.0)
# Of the faults that the whole function meets, the share of answers by something on the way.
_STRANGERS = 0.25


class Killed(BaseException):
    """The platform ends an instance, whatever it is doing."""


@dataclass(frozen=True)
class Wish:
    """What a delivery asks for: a job for the manifest `arn`, which is its identity.

    `content` is what the code gets for it, `body` the bytes of its CreateJob, where they are known beforehand; `state` is
    what the event of an upload tells of, `version` whether it names the version.
    """

    arn: str
    content: object
    body: bytes | None = None
    state: State | None = None
    version: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a delivery says of one wish: an outcome with a JobId, or a failure with a Code."""

    outcome: str
    job_id: str = ""
    code: str = ""
    retryable: bool = False
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.outcome} {self.job_id[:8]}{self.code}{' (retryable)' if self.retryable else ''} {' '.join(self.warnings)}"


@dataclass
class Sent:
    """A CreateJob as it went out, and the pace that its answer asks for: none for the same job before `not_before`."""

    at: float
    arn: str
    body: bytes
    not_before: float = 0.0


@dataclass
class Delivery:
    """One delivery of an event, and what came of it.

    `limit` is its time and `timeout` that of one attempt, in seconds; `risk` is the chance that a request meets a fault,
    `deadly` the chance to be killed, at every step; `jumpy` that the clock jumps while a request is on its way; `upload`
    whether the whole function works on it, which believes no page of a gateway. In the calm there is nothing of that.
    """

    name: str
    wishes: list[Wish]
    limit: float
    timeout: float
    risk: float = 0.0
    deadly: float = 0.0
    jumpy: float = 0.0
    upload: bool = False
    calm: bool = False
    begun: float = 0.0
    ended: float | None = None
    answers: list[Answer] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    error: str = ""

    @property
    def killed(self) -> bool:
        return not self.answers and not self.error


class Instance:
    """One instance of the function: what stays warm, its clock, and the delivery that it works on."""

    def __init__(self, stage: Stage, service: Service, chance: Random, skew: float) -> None:
        self.stage = stage
        self.service = service
        self.chance = chance
        self.busy = False
        self.budget = Budget()
        self.skew = skew
        self.clock = Clock(lambda: stage.now, lambda: EPOCH + stage.now + self.skew, self._sleep, chance.random)
        self.transport = StageTransport(self)
        self._actor: Actor
        self._delivery: Delivery
        self._doubtful: set[object] = set()

    def take(self, delivery: Delivery, work: Work, then: Callable[[], None]) -> None:
        """Begin to work on a delivery, at this moment of the stage; `then` is called at its end."""
        self.busy = True
        self._delivery = delivery
        self._doubtful = set()
        self._actor = Actor(self.stage, lambda: self._work(work, then))
        self.stage.at(self.stage.now, self._actor)

    def _work(self, work: Work, then: Callable[[], None]) -> None:
        delivery = self._delivery
        delivery.begun = self.stage.now
        self._tell(f"begins, with {delivery.limit} s, {delivery.timeout} s for an attempt")
        try:
            delivery.answers = work(self, delivery)
        except Killed:
            self._tell("is killed")
        except Exception as error:  # noqa: BLE001  # that nothing else comes out is part of the verdict
            delivery.error = repr(error)
        for wish, answer in zip(delivery.wishes, delivery.answers, strict=False):
            self._tell(f"answers {answer} for {wish.arn[-6:]}")
        delivery.ended = self.stage.now
        self.busy = False
        then()

    def carry(self, request: PreparedRequest, seconds: float) -> Response:
        """Take a request to the service and the reply back, or what becomes of them. Raises the libraries' errors."""
        self._may_die()
        course = self._course(request)
        self._tell(f"{request.method} {request.path_url}: {course.name}")
        if request.method == "POST":
            assert isinstance(request.body, bytes)
            arn = elements_of(request.body)["ObjectArn"]
            self._delivery.sent.append(Sent(self.stage.now, arn, request.body))
        response = self._exchanged(request, seconds, course)
        if request.method == "POST" and "retry-after" in response.headers:
            pace = min(float(response.headers["retry-after"]), LONGEST_PACE)
            self._delivery.sent[-1].not_before = self.stage.now + pace
        return response

    def _course(self, request: PreparedRequest) -> Course:
        if self.chance.random() >= self._delivery.risk:
            return CALM
        creates, looks = request.method == "POST", request.path_url.startswith("/jobs")
        if self._delivery.upload and self.chance.random() < _STRANGERS:
            return faults.pick_stranger(self.chance)
        harmless = request.body in self._doubtful if creates else looks
        return faults.pick(self.chance, creates, harmless)

    def _exchanged(self, request: PreparedRequest, seconds: float, course: Course) -> Response:
        got: list[Response] = []
        if course.out is not None:
            self.stage.at(self.stage.now + course.out, lambda: got.append(self.service.answer(request)))
        work = self.service.habits.work if request.method == "POST" else 0.0
        takes = inf if course.back is None else (course.out or 0.0) + work + course.back
        self._wait(min(takes, seconds))
        if self.chance.random() < self._delivery.jumpy:
            self.skew = self.chance.choice(SKEWS)
            self._tell(f"finds its clock {self.skew} s off")
        if course.open or takes > seconds:
            self._doubtful.add(request.body)
        if takes > seconds:
            raise faults.read_timeout()
        response = course.delivered(self.service, got[0] if got else None)
        return response._replace(body=b"") if request.method == "HEAD" else response

    def _sleep(self, seconds: float) -> None:
        self._tell(f"waits {seconds:.3f} s")
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        self._actor.wait_until(self.stage.now + seconds)
        self._may_die()

    def _may_die(self) -> None:
        if self.chance.random() < self._delivery.deadly:
            raise Killed

    def _tell(self, what: str) -> None:
        self.stage.tell(f"{self._delivery.name} {what}")


class StageTransport(Transport):
    """The real transport, with the stage's network in the place of the session."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance.clock)
        self._instance = instance

    def send(self, prepared: PreparedRequest, seconds: float) -> Response:
        return self._instance.carry(prepared, seconds)


# Works on a delivery with the real code; gives an answer for each of its wishes.
Work = Callable[[Instance, Delivery], list[Answer]]
