"""Scenarios of uploads: lists that are overwritten, removed and kept in versions, and profiles that are edited, meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.simulation.bucket import State
from tests.simulation.client import Wish
from tests.simulation.scenario import Scenario, Tell, copy_markers, empty
from tests.simulation.stage import Step
from tests.simulation.works import PROFILE, handle, handle_with, record_of

RESTORE: dict[str, object] = {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}}
DELETE: dict[str, object] = {"COSDeleteObject": {}}
_TAGS = {"COSPutObjectTagging": {"TagSet": [{"Key": "list", "Value": "old"}]}}
# Headers that COS hands on with an upload; some local tools send the same request id each time.
METAS: tuple[Mapping[str, str], ...] = ({}, {"x-cos-request-id": "constant"}, {"X-Cos-Request-Id": "constant"})
# What becomes of a list that has no row in it, where lists are looked at.
BAD = b"\n"


class Edition(NamedTuple):
    """The profile from a moment of the stage on. `refuses` says who takes no job of it: nobody, `us` or the service."""

    since: float
    operation: str = "restore"
    priority: int = 10
    refuses: str = ""

    @property
    def text(self) -> str:
        """The profiles file."""
        role = "roleName/Gone" if self.refuses == "service" else "roleName/COSBatch_QcsRole"
        job: dict[str, object] = {
            **PROFILE["job"],
            "Operation": {"restore": RESTORE, "delete": DELETE, "tags": _TAGS}[self.operation],
            "Priority": self.priority,
            "RoleArn": f"qcs::cam::uin/100000000001:{role}",
        }
        limits = {"max_priority": 1} if self.refuses == "us" else {}
        return json.dumps({"profiles": [{**PROFILE, "job": job, "limits": limits, "unattended": True}]})

    def made(self, body: bytes) -> bool:
        """Whether the body of a CreateJob is of this edition."""
        name = {"restore": b"COSInitiateRestoreObject", "delete": b"COSDeleteObject", "tags": b"COSPutObjectTagging"}
        return b"<%s" % name[self.operation] in body and b"<Priority>%d<" % self.priority in body


@dataclass
class Uploads(Scenario):
    """A scenario with the editions of its profile; `check` is COSBATCH_MANIFEST_CHECK."""

    editions: list[Edition] = field(default_factory=lambda: [Edition(0.0)])
    check: str = "off"

    def edition(self, moment: float | None = None) -> Edition:
        """The one that is in force, or was."""
        moment = self.stage.now if moment is None else moment
        return [edition for edition in self.editions if edition.since <= moment][-1]


def uploads(seed: int, tell: Tell = lambda _: None) -> Uploads:
    """One or two objects, each uploaded up to three times; an event for each upload, sooner or later, once or twice."""
    scenario = empty(Uploads, seed, handle, tell)
    chance = scenario.chance
    scenario.check = chance.choice(["off", "head"])
    scenario.work = handle_with(lambda: scenario.edition().text, scenario.check)
    scenario.service.bucket.versioned = chance.random() < 0.4
    for number in range(chance.choice([1, 1, 2])):
        _Object(scenario, f"in/{number:06}.csv").plan()
    for _ in range(chance.choice([0, 0, 1, 2])):
        scenario.stage.at(chance.uniform(0.0, 150.0), lambda: _edit(scenario))
    copy_markers(scenario, 150.0)
    return scenario


def _edit(scenario: Uploads) -> None:
    chance = scenario.chance
    operation, priority = chance.choice(["restore", "delete", "tags"]), chance.choice([10, 10, 11])
    edition = Edition(scenario.stage.now, operation, priority, chance.choice(["", "", "us", "service"]))
    scenario.stage.tell(f"the profile becomes {edition}")
    scenario.editions.append(edition)


class _Object:
    """What is done to one object."""

    def __init__(self, scenario: Uploads, key: str) -> None:
        self._scenario = scenario
        self._chance = scenario.chance
        self._key = key
        self._told: list[State] = []

    def plan(self) -> None:
        chance, moment = self._chance, 0.0
        pace = chance.choice([0.3, 3.0, 40.0])
        for _ in range(chance.choice([1, 2, 3])):
            moment += chance.uniform(0.0, pace)
            self._at(moment, chance.choice([self._put_same, self._put, self._put, self._put]))
        if chance.random() < 0.15:
            self._at(moment + chance.uniform(0.0, 60.0), self._remove)

    def _at(self, moment: float, step: Step) -> None:
        self._scenario.stage.at(moment, step)

    def _put(self) -> None:
        """Other bytes; now and then none that a job can be made of."""
        rows = len(self._told) + 1
        row = b"data-1250000000,%s-%d.txt\n" % (self._key.encode(), rows)
        self._write(BAD if self._chance.random() < 0.1 else row * rows)

    def _put_same(self) -> None:
        """The same bytes, in another second: with the same in the same second, nobody can tell the two apart."""
        if self._told and self._told[-1].modified != int(self._told[-1].modified + self._since_last()):
            self._write(self._told[-1].content)
        else:
            self._put()

    def _since_last(self) -> float:
        return self._scenario.stage.now - self._told[-1].written

    def _write(self, content: bytes) -> None:
        scenario, chance = self._scenario, self._chance
        state = scenario.service.bucket.put(self._key, content, scenario.stage.now)
        self._told.append(state)
        scenario.stage.tell(f"upload of {self._key}: {state.etag[:7]} {len(content)} bytes {state.version or ''}")
        wish = self._wish(state)
        scenario.wishes.append(wish)
        for _ in range(chance.choice([1, 1, 1, 2])):
            late = chance.choice([0.01, 0.01, 1.0, 30.0, 120.0]) * chance.random()
            self._at(scenario.stage.now + late, lambda: scenario.deliver([wish]))
        if len(scenario.wishes) > 1 and chance.random() < 0.1:
            both = chance.sample(scenario.wishes, 2)
            self._at(scenario.stage.now + 1.0, lambda: scenario.deliver(both))

    def _wish(self, state: State) -> Wish:
        """Where it names no version, what the event says may be of any earlier state, or of none."""
        chance = self._chance
        version = state.version if chance.random() < 0.7 else None
        told = chance.choice(self._told) if version is None else state
        meta = dict(chance.choice(METAS))
        if chance.random() < 0.3:
            meta["ETag"] = told.etag
        return record_of(told, state, version or chance.choice(["", "", "MTg0NDUxNTc1NjIzMTQ1MDAwODg"]), meta)

    def _remove(self) -> None:
        self._scenario.stage.tell(f"{self._key} is removed")
        self._scenario.service.bucket.remove(self._key, self._scenario.stage.now)
