"""Where the command `cosbatch`, and `python -m cosbatch`, begins: loading it takes half a second, and may be interrupted."""

import signal
import sys

# As exit_codes.INTERRUPTED; nothing else is loaded here.
_INTERRUPTED = 130


def run() -> int:
    """The exit code for the arguments of the process."""
    try:
        _clean_up_after_signals()
        from cosbatch.cli.main import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return _INTERRUPTED


def _clean_up_after_signals() -> None:
    """What ends a process at once, as a closed terminal does, interrupts it like Ctrl-C; what nohup ignores stays ignored."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    sys.exit(run())
