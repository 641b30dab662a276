"""Where the process of the command line begins and ends: a signal at any time makes the exit code 130."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

# As exit_codes.INTERRUPTED; nothing else is loaded here.
_INTERRUPTED = 130

_Listener = Callable[[int, FrameType | None], object] | signal.Handlers


def run() -> int:
    """The exit code for the arguments of the process."""
    # Loading takes half a second, and Python does not let every exception out of it.
    _listen(_leave)
    from cosbatch.cli.main import main
    from cosbatch.cli.terminal.streams import interrupted

    try:
        _listen(interrupted)
        code = main(sys.argv[1:])
        # All is done; while Python ends, any listener of ours would be gone, and the signal would end the process itself.
        _listen(signal.SIG_IGN)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    return code


def _listen(listener: _Listener) -> None:
    """Listen to Ctrl-C and to what ends a process at once, as a closed terminal does; what nohup ignores stays ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, listener)


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End the process: nothing is done yet that could be cleaned up."""
    os._exit(_INTERRUPTED)
