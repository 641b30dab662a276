"""What has to hold after each scenario of uploads: one job for each state of a list, of that state, and nothing in silence."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.bucket import State
from tests.simulation.client import Answer, Delivery, Sent, Wish
from tests.simulation.service import elements_of
from tests.simulation.uploads import BAD, Edition, Uploads

_KEPT = "in/"


def faults_of(scenario: Uploads) -> list[str]:
    """Everything that does not hold."""
    judge = _Judge(scenario)
    found = [*judge.doubled()]
    for delivery in scenario.deliveries:
        found += [f"{delivery.name}: {fault}" for fault in judge.of_delivery(delivery)]
    return found


class _Judge:
    """What the model knows, held against what was sent and answered."""

    def __init__(self, scenario: Uploads) -> None:
        self.scenario = scenario
        self.bucket = scenario.service.bucket
        self.ours = [job for job in scenario.service.jobs if job.arn and not job.copy]

    def doubled(self) -> Iterator[str]:
        """More jobs for an ETag or a version than there were states with it."""
        for key in {state.key for state in self.bucket.states}:
            states = [state for state in self.bucket.states if state.key == key]
            for name in {_name(state) for state in states}:
                jobs = [job for job in self.ours if (_key_of(job.body), _name_in(job.body)) == (key, name)]
                if len(jobs) > sum(_name(state) == name for state in states):
                    yield f"{len(jobs)} jobs for {name} of {key}"

    def of_delivery(self, delivery: Delivery) -> Iterator[str]:
        edition = self.scenario.edition(delivery.begun)
        for sent in delivery.sent:
            yield from self._of_sent(delivery, sent, edition)
        for wish, answer in zip(delivery.wishes, delivery.answers, strict=False):
            if answer.outcome == "failed":
                yield from self._of_failure(delivery, wish, answer, edition)
            else:
                yield from self._of_success(delivery, wish, answer, edition)
            if delivery.calm:
                yield from self._of_calm(wish, answer, edition)

    def _of_sent(self, delivery: Delivery, sent: Sent, edition: Edition) -> Iterator[str]:
        states = self._states_of(sent.body, delivery, sent.at)
        if not states:
            yield f"it sends a job of {_name_in(sent.body)}, which was no list that its event could mean then"
        if not edition.made(sent.body) or edition.refuses == "us":
            yield f"it sends a job that is not of {edition}"
        if self.scenario.check != "off" and any(state.content == BAD for state in states):
            yield "it sends a job of a list that cannot work"

    def _states_of(self, body: bytes, delivery: Delivery, end: float) -> list[State]:
        """The states that the body may be of: those that were the object's meanwhile, or that the event names."""
        versions = {wish.version for wish in delivery.wishes}
        return [
            state
            for state in self.bucket.states
            if (state.key, _name(state)) == (_key_of(body), _name_in(body))
            and (self.bucket.was_current(state, delivery.begun, end) or (state.version and state.version in versions))
        ]

    def _of_success(self, delivery: Delivery, wish: Wish, answer: Answer, edition: Edition) -> Iterator[str]:
        clones = [] if delivery.calm else self.scenario.service.clones_of(wish.arn)
        known = [job for job in self.scenario.service.jobs if job in self.ours or job.job_id in clones]
        job = next((job for job in known if job.job_id == answer.job_id), None)
        assert delivery.ended is not None
        if job is None or job.arn != wish.arn:
            yield f"it answers {answer}, which is not the job of {wish.arn}"
            return
        states = [state for state in self._states_of(job.body, delivery, delivery.ended) if state.written <= job.stored]
        if not states:
            yield f"it answers {answer}, which is of no list that its event could mean then"
        changed = not edition.made(job.body) or edition.refuses == "us"
        if changed and (answer.outcome == "created" or "ProfileChanged" not in answer.warnings):
            yield f"it answers {answer}, though the profile was changed since"
        assert wish.state is not None
        sizes = {len(state.content) for state in states}
        if sizes and len(wish.state.content) not in sizes and "Superseded" not in answer.warnings:
            yield f"it answers {answer}, though another list took the place"

    def _of_failure(self, delivery: Delivery, wish: Wish, answer: Answer, edition: Edition) -> Iterator[str]:
        """A failure for good is told to nobody but the log: it has to be true, and there has to be no job."""
        if answer.retryable:
            return
        assert delivery.ended is not None
        key = wish.arn.rpartition("/in/")[2]
        states = [
            state
            for state in self.bucket.states
            if state.key == f"{_KEPT}{key}" and self._may_mean(wish, state, delivery.begun, delivery.ended)
        ]
        reasons = {"Forbidden": edition.refuses == "us", "InvalidArgument": edition.refuses == "service"}
        reasons["InvalidManifest"] = self.scenario.check != "off" and any(state.content == BAD for state in states)
        if not reasons.get(answer.code):
            yield f"it answers {answer} for good, though another delivery could help"
        elif answer.code != "InvalidManifest" and states and all(self._listed(s, delivery.begun) for s in states):
            yield f"it answers {answer} for good, though the job exists"

    def _may_mean(self, wish: Wish, state: State, begin: float, end: float) -> bool:
        if state.version and state.version == wish.version:
            return True
        return self.bucket.was_current(state, begin, end)

    def _listed(self, state: State, moment: float) -> bool:
        """Whether its job is listed; of states with the same bytes, only all jobs show that."""
        same = [other for other in self.bucket.states if (other.key, _name(other)) == (state.key, _name(state))]
        jobs = [job for job in self.ours if (_key_of(job.body), _name_in(job.body)) == (state.key, _name(state))]
        return len([job for job in jobs if job.listed <= moment]) >= len(same)

    def _of_calm(self, wish: Wish, answer: Answer, edition: Edition) -> Iterator[str]:
        """With every fault and lag over, each list that is still there has its job, or its refusal."""
        key = f"{_KEPT}{wish.arn.rpartition('/in/')[2]}"
        named = self.bucket.version(key, wish.version) if wish.version else None
        state = named or self.bucket.current(key)
        if state is None:
            expected = ["NoSuchKey"]
        elif edition.refuses == "us" and answer.outcome == "failed":
            expected = ["Forbidden"]
        elif state.content == BAD and self.scenario.check != "off":
            expected = ["InvalidManifest"]
        elif edition.refuses and answer.outcome == "failed":
            expected = ["InvalidArgument"]
        else:
            expected = ["created", "recovered"]
        if (answer.code or answer.outcome) not in expected:
            yield f"it answers {answer} in the calm, not {expected}"


def _name(state: State) -> str:
    return state.version or state.etag


def _name_in(body: bytes) -> str:
    """The version or else the ETag that a job is of."""
    elements = elements_of(body)
    return elements.get("ObjectVersionId") or elements["ETag"]


def _key_of(body: bytes) -> str:
    return elements_of(body)["ObjectArn"].partition("/")[2]
