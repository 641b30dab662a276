"""The command `schema`: what callers may send, for editors and generators of clients."""

from __future__ import annotations

import argparse
from typing import Any

from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.options import Commands, command

# The version of the interface, as info.version of the OpenAPI document asks for one.
_VERSION = "1.0"
_NAMES = (
    "CreateJob",
    "DescribeJob",
    "ListJobs",
    "UpdateJobPriority",
    "UpdateJobStatus",
    "DeleteJob",
    "Profiles",
)

_EXAMPLES = """\
  JSON Schema (2020-12) of all calls and of profiles.json in one:
    python -m cosbatch schema > cosbatch.schema.json

  Of the profiles file alone, for an editor that checks while you type:
    python -m cosbatch schema Profiles > profiles.schema.json

  The HTTP routes as OpenAPI 3.1:
    python -m cosbatch schema --openapi > openapi.json
"""


def add(commands: Commands) -> None:
    parser = command(commands, "schema", "Print the JSON Schema of calls and profiles.", _EXAMPLES, schema)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "name", nargs="?", choices=_NAMES, metavar="NAME", help=f"one of {', '.join(_NAMES)} (default: all)"
    )
    which.add_argument("--openapi", action="store_true", help="the HTTP routes as an OpenAPI 3.1 document")


def schema(options: argparse.Namespace) -> int:
    from cosbatch.cli.deploy import (  # of all commands only this one needs marshmallow's classes as data
        call_schemas,
        openapi,
    )

    printed: Any = call_schemas.bundle()
    if options.openapi:
        printed = openapi.document(_VERSION)
    elif options.name:
        printed = call_schemas.schemas()[options.name]
    output.write_json(printed)
    return 0
