"""The options of a stand-in on the command line, declared once: for `python -m cosbatch.standin` and `cosbatch standin`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

from cosbatch.standin.wire.addresses import Account

DESCRIPTION = "A local COS with the whole Batch API, for rehearsals and tests."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare every option of a stand-in."""
    account = Account()
    add = parser.add_argument
    add("--host", default="127.0.0.1", metavar="H", help="the address to listen on (default: 127.0.0.1)")
    add("--port", type=int, default=0, metavar="N", help="where to listen (default: a free port)")
    add("--certificate", metavar="FILE", help="a certificate in PEM: the port speaks TLS too")
    add("--key", metavar="FILE", help="the certificate's key in PEM, unless it is in the same file")
    add("--data", metavar="DIR", help="where objects and jobs are kept (default: nowhere)")
    add(
        "--uin", type=_text("[0-9]+"), default=account.uin, metavar="U", help="the account's UIN (default: %(default)s)"
    )
    add("--appid", type=_text("[0-9]+"), default=account.appid, metavar="A", help="its APPID (default: %(default)s)")
    add(
        "--region",
        type=_text("[a-z0-9-]+"),
        default=account.region,
        metavar="R",
        help="its region (default: %(default)s)",
    )
    add("--secret-id", default=account.secret_id, metavar="ID", help="the SecretId that clients use")
    add("--secret-key", default=account.secret_key, metavar="KEY", help="the SecretKey that they use")
    add("--speed", type=_speed, default=1.0, metavar="N", help="how fast days pass (default: 1)")


def account_of(options: argparse.Namespace) -> Account:
    """The account that the options name."""
    return Account(options.uin, options.appid, options.region, options.secret_id, options.secret_key)


def _text(pattern: str) -> Callable[[str], str]:
    def value(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(text)
        return text

    return value


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise ValueError(text)
    return speed
