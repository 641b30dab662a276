"""The options of a stand-in on the command line, declared once: for `python -m cosbatch.standin` and `cosbatch standin`.

The words come from the catalogue of whoever declares them: gettext knows none but that of the command line.
"""

from __future__ import annotations

import argparse
import re
from gettext import gettext as _
from pathlib import Path

from cosbatch.standin.function.triggers import Function, Trigger, read_trigger, triggers_of
from cosbatch.standin.wire.addresses import Account

_LAST_PORT = 65535


def description() -> str:
    """What a stand-in is, in a sentence."""
    return _("A local COS with the whole Batch API, for rehearsals and tests.")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare every option of a stand-in."""
    account = Account()
    add = parser.add_argument
    add("--host", default="127.0.0.1", metavar="H", help=_("the address to listen on (default: 127.0.0.1)"))
    add("--port", type=_port, default=0, metavar="N", help=_("where to listen (default: a free port)"))
    add("--certificate", metavar="FILE", help=_("a certificate in PEM: the port speaks TLS too"))
    add("--key", metavar="FILE", help=_("the certificate's key in PEM, unless it is in the same file"))
    add("--data", metavar="DIR", help=_("where objects and jobs are kept (default: nowhere)"))
    add(
        "--uin",
        type=_digits,
        default=account.uin,
        metavar="U",
        help=_("the account's UIN (default: %(default)s)"),
    )
    add("--appid", type=_digits, default=account.appid, metavar="A", help=_("its APPID (default: %(default)s)"))
    add(
        "--region",
        type=_region,
        default=account.region,
        metavar="R",
        help=_("its region (default: %(default)s)"),
    )
    add("--secret-id", default=account.secret_id, metavar="ID", help=_("the SecretId that clients use"))
    add("--secret-key", default=account.secret_key, metavar="KEY", help=_("the SecretKey that they use"))
    add("--env", metavar="FILE", help=_("write what points a client here to FILE, for a shell that reads it: . ./FILE"))
    add(
        "--function",
        type=_function,
        metavar="MODULE.NAME",
        help=_("the function that is told of what is created, such as handler.main_handler"),
    )
    add(
        "--trigger",
        type=_trigger,
        action="append",
        default=[],
        metavar="BUCKET[:PREFIX[:SUFFIX]]",
        help=_("of which objects (default: the matches of COSBATCH_PROFILES, or of ./profiles.json)"),
    )
    add(
        "--retry-seconds",
        type=_positive,
        metavar="N",
        help=_("the pause before an event is delivered again (default: 60)"),
    )
    add("--timeout", type=_positive, metavar="N", help=_("the seconds of an invocation (default: 60)"))
    fast = _(
        "how fast days pass (default: 1); at 86400, a job leaves the listing after 90 seconds, "
        "and a command repeated then finds its job no more"
    )
    add("--speed", type=_positive, default=1.0, metavar="N", help=fast)


def lone_option(options: argparse.Namespace) -> str | None:
    """The first option that is about a function where none is named."""
    given = {"--trigger": options.trigger, "--retry-seconds": options.retry_seconds, "--timeout": options.timeout}
    return next((name for name, value in given.items() if value and not options.function), None)


def function_of(options: argparse.Namespace, profiles: str) -> Function | None:
    """The function that the options name; `profiles` is the file that says of what it is told, where no option does.

    Raises UnusableFunction.
    """
    if options.function is None:
        return None
    triggers = triggers_of(options.trigger, Path(profiles))
    pause, limit = options.retry_seconds or Function.retry_seconds, options.timeout or Function.time_limit
    return Function(options.function, triggers, retry_seconds=pause, time_limit=limit)


def account_of(options: argparse.Namespace) -> Account:
    """The account that the options name."""
    return Account(options.uin, options.appid, options.region, options.secret_id, options.secret_key)


def _digits(text: str) -> str:
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError(_("{text} is not made of digits 0 to 9").format(text=repr(text)))
    return text


def _region(text: str) -> str:
    if not re.fullmatch("[a-z]+(?:-[a-z0-9]+)+", text):
        raise argparse.ArgumentTypeError(_("{text} is no region, such as ap-chengdu").format(text=repr(text)))
    return text


def _function(text: str) -> str:
    module, _dot, name = text.rpartition(".")
    if not (module and name):
        message = _("{text} is not MODULE.NAME, such as handler.main_handler")
        raise argparse.ArgumentTypeError(message.format(text=repr(text)))
    return text


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > _LAST_PORT:
        message = _("{text} is not a whole number from {least} to {most}")
        raise argparse.ArgumentTypeError(message.format(text=repr(text), least=0, most=_LAST_PORT))
    return int(text)


def _trigger(text: str) -> Trigger:
    try:
        return read_trigger(text)
    except ValueError:
        message = _("{text} names no bucket with its APPID, such as photos-1250000000")
        raise argparse.ArgumentTypeError(message.format(text=repr(text))) from None


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(_("{text} is not a number above 0").format(text=repr(text)))
    return value
