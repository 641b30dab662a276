"""From a seed to a scenario: what is wished for, the habits of the service, the deliveries, and how they are repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from tests.simulation.client import SKEWS, Delivery, Instance, Wish, Work
from tests.simulation.copies import COPIES, Change
from tests.simulation.service import CALM_AFTER, Habits, Service
from tests.simulation.stage import Stage, Step
from tests.simulation.works import create, handle, order_for, record_for

Tell = Callable[[str], None]
S = TypeVar("S", bound="Scenario")
MOST_DELIVERIES = 4
DESCRIPTIONS = (None, "nightly", "恢复 <&> [cb:no]", "x" * 256)
REFUSALS = ("Duplicate request", "The parameter already exists.", "请求重复", "", "Priority: this token was used")
# Status, Code and Message of a service that never takes a job, and the Code that has to be answered then.
FOR_GOOD = (
    (400, "MalformedXML", "The Operation is malformed.", "MalformedXML"),
    (403, "AccessDenied", "Access Denied.", "AccessDenied"),
    (400, "InvalidRequest", "Priority must be an integer.", "InvalidRequest"),
    (400, "InvalidRequest", "The role cannot be assumed.", "DuplicateUnresolved"),
)


@dataclass
class Scenario:
    """Everything that a seed decides, and what came of it. `refused` has the Code to answer where a job is never taken."""

    stage: Stage
    chance: Random
    service: Service
    work: Work
    risk: float
    deadly: float
    jumpy: float = 0.0
    wishes: list[Wish] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)

    def deliver(self, wishes: list[Wish]) -> None:
        """Give an event to an instance that is free, or to a new one; deliver it again as the platform does."""
        limit, timeout = self.chance.choice([1.0, 3.0, 10.0, 30.0, 60.0]), self.chance.choice([1.0, 10.0])
        weather = (self.risk, self.deadly, self.jumpy)
        delivery = Delivery(self._name(), wishes, limit, timeout, *weather, upload=self.work is not create)
        self.deliveries.append(delivery)
        self._instance().take(delivery, self.work, lambda: self._ended(delivery))

    def deliver_in_the_calm(self, wishes: list[Wish]) -> None:
        """Give an event to an instance, with time enough and no faults."""
        delivery = Delivery(self._name(), wishes, limit=900.0, timeout=60.0, calm=True)
        self.deliveries.append(delivery)
        self._instance().take(delivery, self.work, lambda: None)

    def refuse(self, wish: Wish, status: int, code: str, message: str, answered: str) -> None:
        """Let the service refuse a job for good."""
        self.service.wrong[wish.arn] = (status, code, message)
        self.refused[wish.arn] = answered

    def _name(self) -> str:
        return f"delivery {len(self.deliveries) + 1}"

    def _instance(self) -> Instance:
        free = [instance for instance in self.instances if not instance.busy]
        if free and self.chance.random() < 0.7:
            return self.chance.choice(free)
        # Without a Date, a clock that is wrong cannot be fixed.
        skew = self.chance.choice(SKEWS)
        skew = skew if self.service.habits.dates == "right" else 0.0
        instance = Instance(self.stage, self.service, self.chance, skew)
        instance.budget.tokens = self.chance.choice([0, 20, 500])
        self.instances.append(instance)
        return instance

    def _ended(self, delivery: Delivery) -> None:
        """What was killed or raised is delivered again; now and then also what was not."""
        again = delivery.killed or any(answer.retryable for answer in delivery.answers)
        repeated = sum(other.wishes == delivery.wishes for other in self.deliveries)
        if repeated < MOST_DELIVERIES and (again or self.chance.random() < 0.2):
            pause = self.chance.choice([0.0, 1.0, 60.0])
            self.stage.at(self.stage.now + pause, lambda: self.deliver(delivery.wishes))


def one_job(seed: int, tell: Tell = lambda _: None) -> Scenario:
    """One order, delivered once or several times at once, to the code that creates a job; now and then another order has
    its token.
    """
    scenario = empty(Scenario, seed, create, tell)
    chance = scenario.chance
    wish = order_for("000001", "token", chance.choice(DESCRIPTIONS))
    scenario.wishes.append(wish)
    if chance.random() < 0.15:
        scenario.refuse(wish, *chance.choice(FOR_GOOD))
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        scenario.stage.at(chance.uniform(0.0, 3.0), lambda: scenario.deliver([wish]))
    if chance.random() < 0.1:
        other = order_for("000001", "token", chance.choice(DESCRIPTIONS), priority=11)
        scenario.wishes.append(other)
        scenario.stage.at(chance.uniform(0.0, 3.0), lambda: scenario.deliver([other]))
    copy_markers(scenario, 100.0)
    return scenario


def one_event(seed: int, tell: Tell = lambda _: None) -> Scenario:
    """An event with several records, delivered once or twice, to the whole function."""
    scenario = empty(Scenario, seed, handle, tell)
    chance = scenario.chance
    for number in range(chance.randint(1, 4)):
        wish = record_for(f"{number:06}", etag=chance.random() < 0.7)
        scenario.wishes.append(wish)
        if chance.random() < 0.1:
            scenario.refuse(wish, *chance.choice(FOR_GOOD))
    for _ in range(chance.choice([1, 1, 2])):
        scenario.stage.at(chance.uniform(0.0, 3.0), lambda: scenario.deliver(scenario.wishes))
    copy_markers(scenario, 100.0)
    return scenario


def copy_markers(scenario: Scenario, end: float) -> None:
    """Now and then somebody copies the marker of a job into another, before `end` in seconds."""
    for _ in range(scenario.chance.choice([0, 1, 2, 3])):
        step = _copy(scenario, scenario.chance.choice(COPIES))
        scenario.stage.at(scenario.chance.uniform(1.0, end), step)


def _copy(scenario: Scenario, change: Change) -> Step:
    return lambda: scenario.service.copy_a_marker(change)


def play(scenario: Scenario) -> Scenario:
    """Let everything happen; at last, when all is calm, each wish is delivered once more."""
    scenario.stage.run()
    for wish in scenario.wishes:
        scenario.stage.now += CALM_AFTER
        scenario.deliver_in_the_calm([wish])
        scenario.stage.run()
    return scenario


def empty(kind: type[S], seed: int, work: Work, tell: Tell) -> S:
    """A scenario in which nothing is wished for yet."""
    chance, stage = Random(seed), Stage(tell)
    habits = Habits(
        lag=chance.choice([0.0, 0.0, 0.5, 5.0, 100.0]),
        work=chance.choice([0.01, 0.01, 2.0, 20.0]),
        page_size=chance.choice([1, 2, 1000, 1000]),
        last_token=chance.choice(["absent", "empty", "unchanged", "always"]),
        dates=chance.choice(["right", "right", "right", "none", "odd"]),
        refusal=chance.choice(REFUSALS),
        strangers=chance.choice([0, 1, 3]),
        salt=chance.getrandbits(30),
        rules_first=chance.random() < 0.5,
        # Where profiles are edited too, a job that is not shown and a copy of its marker cannot be told apart.
        flicker=chance.choice([0.0, 0.5, 0.9]) if kind is Scenario else 0.0,
    )
    risk, deadly = chance.choice([0.0, 0.2, 0.5, 0.9]), chance.choice([0.0, 0.0, 0.1, 0.3])
    # Where no answer tells the time, a clock that jumps is not noticed.
    jumpy = chance.choice([0.0, 0.1, 0.3]) if habits.dates == "right" else 0.0
    return kind(stage, chance, Service(stage, chance, habits), work, risk, deadly, jumpy)
