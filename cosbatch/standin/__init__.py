"""A local COS with the whole Batch API, over real HTTP: see README.md in this folder.

It imports nothing from the rest of cosbatch: everything is derived from the service's own pages once more,
so that no mistake can cancel itself out. `running` starts one inside a test or a demo.

A module imports from its own folder and from the floors beneath it:

    9  __main__     the command line
    8  pytest_plugin  a stand-in for the tests of others, which pytest finds by itself
    8  serving      one that runs on the command line until it is told to stop
    7  assembly     a whole stand-in, put together, started and stopped
    6  answering    from a request to what is sent: the action, the signature, the faults
    5  options      what the command line takes
    5  control      the stand-in's own routes: faults, the truth about the jobs, a fresh start
    4  page/        the page for people
    4  routes       from an action's name to the call that carries it out
    4  function/    the platform's part: events told to the function, and its URL
    3  jobs/        the Batch API, and the thread that runs the jobs
    2  worker       a thread that works until it is told to stop
    2  cos/         buckets and objects, as COS answers for them
    1  store/       what is kept: one SQLite database, and a file for each content
    1  faults/      what a test orders: the queue, and what each fault does to a response
    0  wire/        what crosses the socket: requests, responses, addresses, signatures, XML, errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cosbatch.standin.assembly import Standin, running
    from cosbatch.standin.function.triggers import Function, Trigger
    from cosbatch.standin.wire.addresses import Account

__all__ = ["Account", "Function", "Standin", "Trigger", "running"]


def __getattr__(name: str) -> object:
    """What `__all__` names, loaded when it is first asked for: the pytest plugin and the command line cost nothing before."""
    if name == "Account":
        from cosbatch.standin.wire import addresses

        return addresses.Account
    if name in ("Function", "Trigger"):
        from cosbatch.standin.function import triggers

        return getattr(triggers, name)
    if name in __all__:
        from cosbatch.standin import assembly

        return getattr(assembly, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
