"""Virtual time: actors run one at a time, each until it waits; time jumps to whatever comes next."""

from __future__ import annotations

import heapq
import queue
import threading
from collections.abc import Callable
from itertools import count

Step = Callable[[], None]


class Stage:
    """What is to happen, by the moment when it happens; of two things at one moment, the one that was planned first."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self.now = 0.0
        self._planned: list[tuple[float, int, Step | Actor]] = []
        self._order = count()
        self._tell = tell

    def tell(self, line: str) -> None:
        """One line of the schedule, for the person who reads it."""
        self._tell(f"{self.now:10.3f}  {line}")

    def at(self, moment: float, step: Step | Actor) -> None:
        """Plan a step, or the turn of an actor."""
        heapq.heappush(self._planned, (max(moment, self.now), next(self._order), step))

    def run(self) -> None:
        """Until nothing is planned any more."""
        while self._planned:
            self.go_on(None)
            if self._planned:
                actor = self._take()
                assert isinstance(actor, Actor)
                actor.resume()

    def go_on(self, actor: Actor | None) -> bool:
        """Take steps until it is an actor's turn; says whether it is this one's, whose turn that then is."""
        while self._planned:
            step = self._planned[0][2]
            if isinstance(step, Actor):
                return step is actor and self._take() is actor
            self._take()
            step()
        return False

    def _take(self) -> Step | Actor:
        self.now, _, step = heapq.heappop(self._planned)
        return step


class Actor:
    """Code that waits, in a thread of its own: either it runs, or another actor does, or the stage, never two at once."""

    def __init__(self, stage: Stage, act: Step) -> None:
        self._stage = stage
        self._act = act
        self._turn = _closed()
        self._done = _closed()
        self._begun = False
        self._failure: BaseException | None = None

    def wait_until(self, moment: float) -> None:
        """Called by the code: let the others go on until then."""
        self._stage.at(moment, self)
        if not self._stage.go_on(self):
            self._done.release()
            self._turn.acquire()

    def resume(self) -> None:
        """Run the code until it waits for another, or is at its end."""
        if self._begun:
            self._turn.release()
        else:
            self._begun = True
            _THREADS.take(self._play)
        self._done.acquire()
        if self._failure is not None:
            raise self._failure

    def _play(self) -> None:
        try:
            self._act()
        except BaseException as failure:  # noqa: BLE001  # the stage raises it
            self._failure = failure
        self._done.release()


def _closed() -> threading.Lock:
    """A gate that one thread waits at and another opens; a plain lock is several times faster than a semaphore."""
    gate = threading.Lock()
    gate.acquire()
    return gate


class _Threads:
    """Threads that are used again: to start one takes longer than most scenarios do."""

    def __init__(self) -> None:
        self._idle: list[queue.SimpleQueue[Step]] = []

    def take(self, step: Step) -> None:
        inbox = self._idle.pop() if self._idle else self._started()
        inbox.put(step)

    def _started(self) -> queue.SimpleQueue[Step]:
        inbox: queue.SimpleQueue[Step] = queue.SimpleQueue()
        threading.Thread(target=self._work, args=(inbox,), daemon=True).start()
        return inbox

    def _work(self, inbox: queue.SimpleQueue[Step]) -> None:
        while True:
            inbox.get()()
            self._idle.append(inbox)


_THREADS = _Threads()
