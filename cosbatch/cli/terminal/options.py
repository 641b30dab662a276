"""The declaration of commands: a summary, examples, and the options that several of them share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from cosbatch.cli.terminal.arguments import add_common
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.regions import meant_told
from cosbatch.configuration.settings import is_endpoint
from cosbatch.model import names
from cosbatch.schemas.document import STORAGE_CLASSES

# Seconds: 31 years. A clock cannot be asked to sleep for any time.
_LONGEST = 10**9

# Those that batch jobs give to copies, and the others that objects mostly have.
USUAL_CLASSES = (*STORAGE_CLASSES, "INTELLIGENT_TIERING", "MAZ_STANDARD", "MAZ_STANDARD_IA", "MAZ_INTELLIGENT_TIERING")

Commands = Any  # argparse gives the type of its sub-commands no public name


def command(
    commands: Commands, name: str, summary: str, examples: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """The parser of a command; `summary` is one sentence, `examples` is what its help shows below the options."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        description=summary,
        epilog=_("examples:") + f"\n{examples}",
        formatter_class=argparse.RawTextHelpFormatter,
        allow_abbrev=False,
    )
    # What has no type of its own says something: an empty value, as of a variable that is not set, would pass for none.
    parser.register("type", None, filled)
    parser.set_defaults(run=run, parser=parser)
    add_common(parser)
    return parser


def add_service(parser: argparse.ArgumentParser) -> None:
    """The options of commands that talk to the service."""
    elsewhere = _("connect here instead of to the real hosts (default: COSBATCH_ENDPOINT)")
    parser.add_argument("--endpoint", type=endpoint, metavar="URL", help=elsewhere)
    add_region(parser)


def add_region(parser: argparse.ArgumentParser) -> None:
    """The region of commands that ask nobody, too."""
    such_as = _("such as ap-chengdu (default: COSBATCH_REGION)")
    parser.add_argument("--region", type=region, metavar="REGION", help=such_as)


def add_connections(parser: argparse.ArgumentParser) -> None:
    """How commands list what is in a bucket."""
    at_once = _("list a bucket over so many connections side by side, 1 to 32 (default: 1)")
    parser.add_argument("--connections", type=whole_number(1, 32), default=1, metavar="N", help=at_once)


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """The type of an option that takes a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 20 or not least <= int(text) <= most:
            message = _("{text} is not a whole number from {least} to {most}")
            raise argparse.ArgumentTypeError(message.format(text=repr(text), least=least, most=most))
        return int(text)

    return read


def endpoint(text: str) -> str:
    """The type of an option that takes an address of the service."""
    if not is_endpoint(text):
        message = _("{text} is not http(s)://host:port, without a path")
        raise argparse.ArgumentTypeError(message.format(text=repr(text)))
    return text


def region(text: str) -> str:
    """The type of an option that takes a region."""
    if not names.REGION.fullmatch(text):
        told = _("{text} is no region, such as ap-chengdu").format(text=repr(text))
        raise argparse.ArgumentTypeError(told + meant_told(text))
    return text


def bucket(text: str) -> str:
    """The type of an option that takes a bucket."""
    if not names.BUCKET.fullmatch(text):
        message = _("{text} is no bucket with its APPID, such as examplebucket-1250000000")
        raise argparse.ArgumentTypeError(message.format(text=repr(text)))
    return text


def storage_class(text: str) -> str:
    """The type of an option that takes the storage class of listed objects: any, since the service has ever more of them."""
    if not text.isupper():
        message = _("{text} is no storage class; they are written in capitals: {classes}")
        raise argparse.ArgumentTypeError(message.format(text=repr(text), classes=", ".join(USUAL_CLASSES)))
    return text


def filled(text: str) -> str:
    """The type of an option that takes a text which says something."""
    if not text.strip():
        raise argparse.ArgumentTypeError(_("it is empty; give it a value"))
    return text


def seconds(text: str) -> float:
    """The type of an option that takes a time in seconds."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= _LONGEST:
        message = _("{text} is not a number of seconds above 0, up to {most}")
        raise argparse.ArgumentTypeError(message.format(text=repr(text), most=_LONGEST))
    return value
