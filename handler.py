"""The composition root: what a warm instance keeps, and the function that the platform calls."""

import os
import sys

from cosbatch.cold_start import expressions_compiled_when_used

with expressions_compiled_when_used():
    from cosbatch.dispatch import Runtime, dispatch
    from cosbatch.model.deadline import Clock
    from cosbatch.service.exchange import Budget
    from cosbatch.service.transport import Transport


def _read_file(path: str) -> str:
    with open(path, "rb", buffering=0) as file:
        # Some editors write a byte order mark.
        return file.read().decode("utf-8-sig")


_CLOCK = Clock()
_RUNTIME = Runtime(
    transport=Transport(_CLOCK),
    budget=Budget(),
    clock=_CLOCK,
    environ=os.environ,
    profiles_path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "profiles.json"),
    read_file=_read_file,
    # Looked up for each line: the platform's runtime puts its own stdout in place.
    write=lambda line: sys.stdout.write(line),
    random_bytes=os.urandom,
)


def main_handler(event: object, context: object) -> object:
    """Create the batch job that the event asks for.

    Answers as the trigger expects it: `{"Results": [...]}` for an upload, an HTTP reply, or the result of a call. Raises
    RetryableInvocationError where a later delivery of an upload or a timer can fix what failed.
    """
    return dispatch(event, context, _RUNTIME)
