"""The command `redact`: a copy of a recorded event that can be shown to others."""

from __future__ import annotations

import argparse
import json
import os

from cosbatch.cli import files, output
from cosbatch.cli.options import Commands, command
from cosbatch.cli.redaction import redact as without_secrets
from cosbatch.cli.tables import printable

# The variables that hold secrets: their values are found wherever they stand.
_SECRET_VARIABLES = (
    "TENCENTCLOUD_SECRETKEY",
    "TENCENTCLOUD_SECRET_KEY",
    "TENCENTCLOUD_SESSIONTOKEN",
    "TENCENTCLOUD_TOKEN",
    "TENCENTCLOUD_SECRETID",
    "TENCENTCLOUD_SECRET_ID",
)

_EXAMPLES = """\
  Before an event goes into a repository or a ticket:
    python -m cosbatch redact event.json > event.redacted.json

  The copy in a file, and on stdout where secrets were (JSON pointers):
    python -m cosbatch redact event.json --output event.redacted.json

Signatures, Authorization headers, tokens, keys and cookies go, also inside JSON, base64, query strings and form bodies that
are held as text. Look the copy over all the same: what is a secret to you may not look like one.
"""


def add(commands: Commands) -> None:
    parser = command(commands, "redact", "Write a copy of an event without its secrets.", _EXAMPLES, redact)
    parser.add_argument("event", metavar="EVENT.json", help="a recorded event; - for stdin")
    parser.add_argument("--output", metavar="FILE", help="where the copy goes (default: stdout)")


def redact(options: argparse.Namespace) -> int:
    known = [os.environ.get(name, "") for name in _SECRET_VARIABLES]
    clean, pointers = without_secrets(files.read_json(options.event), known)
    if options.output is None:
        output.write_json(clean)
    else:
        with files.replacing(options.output) as file:
            file.write((json.dumps(clean, ensure_ascii=False, indent=2) + "\n").encode())
        output.show({"Output": options.output, "Redacted": pointers}, options)
    output.say(f"Redacted: {len(pointers)}")
    for pointer in pointers:
        output.say(printable(f"  {pointer}"))
    return 0
