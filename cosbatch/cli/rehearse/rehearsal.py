"""A rehearsal: a stand-in of COS, the environment pointed at it, and the function's own handler called as the platform does."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client, client_of
from cosbatch.cli.remote.function_files import OWN_PROFILES, function_file
from cosbatch.configuration.settings import PROFILES, VARIABLES
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import RetryableInvocationError
from cosbatch.model.names import Resource, is_inventory

if TYPE_CHECKING:
    from cosbatch.standin import Account, Function, Standin

# Milliseconds that the platform would give an invocation.
_TIME_LIMIT = 60_000
_EXAMPLE_BUCKET = "examplebucket"
# Rows of an example manifest.
EXAMPLES = 3


@dataclass(frozen=True)
class Rehearsal:
    """A running stand-in, and a client of it."""

    standin: Standin
    client: Client


@contextlib.contextmanager
def begin(
    account: Account, clock: Clock, kept: Mapping[str, str], profiles: Any = None, function: Function | None = None
) -> Iterator[Rehearsal]:
    """A stand-in that the environment points at, for the time of a `with` block.

    Of the function's own variables only `kept` stay; `profiles` takes the place of the file beside the handler. `function` is
    told of what is uploaded.
    """
    from cosbatch.standin import running  # the stand-in is for rehearsals alone

    others = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    variables = {**others, **kept}
    with contextlib.ExitStack() as ending:
        if profiles is not None:
            variables[PROFILES] = ending.enter_context(written(profiles))
        # The function's own process inherits the variables, too.
        ending.enter_context(environment(variables))
        standin = ending.enter_context(running(account=account, function=function))
        os.environ.update(standin.environ)
        yield Rehearsal(standin, client_of(os.environ, clock))


@contextlib.contextmanager
def written(profiles: Any) -> Iterator[str]:
    """The path of a file that holds the profiles, for the time of a `with` block."""
    with tempfile.TemporaryDirectory(prefix="cosbatch-") as folder:
        path = os.path.join(folder, OWN_PROFILES.name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(profiles, file)
        yield path


@contextlib.contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """The process has just these variables, and after the `with` block those that it had before."""
    before = dict(os.environ)
    try:
        _set(variables)
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables)


def deliver(event: object, verbose: bool = False) -> tuple[Any, bool]:
    """The handler's reply to the event, and whether the platform would deliver the event again.

    `verbose` shows the function's log on stderr.
    """
    main_handler = _handler().main_handler
    context = {"request_id": "rehearsal", "time_limit_in_ms": _TIME_LIMIT}
    with contextlib.redirect_stdout(sys.stderr if verbose else io.StringIO()):
        try:
            return main_handler(event, context), False
        except RetryableInvocationError as error:
            return json.loads(str(error)), True


@cache
def _handler() -> ModuleType:
    """The function's handler.py; loading it makes a warm instance of this process."""
    spec = importlib.util.spec_from_file_location("handler", function_file("handler.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def put_example_manifest(client: Client, manifest: Resource) -> None:
    """Write a manifest of example objects to where `manifest` says. Raises ServiceSideError."""
    wants_inventory = is_inventory(manifest.key or "")
    content = _example_inventory(client, manifest) if wants_inventory else example_rows(manifest.appid, EXAMPLES)
    objects.write(client, manifest, content)


def put_example_objects(client: Client, count: int, storage_class: str) -> None:
    """Write the objects that an example manifest of so many rows lists. Raises ServiceSideError."""
    for place in example_objects(client.settings.account.appid, count):
        objects.write(client, place, b"a photo", storage_class)


def example_objects(appid: str, count: int) -> list[Resource]:
    """The objects that example manifests list."""
    return [Resource(f"{_EXAMPLE_BUCKET}-{appid}", f"photos/{number:04}.jpg", None) for number in range(1, count + 1)]


def example_rows(appid: str, count: int) -> bytes:
    """A CSV manifest of the example objects."""
    return "".join(f"{place.bucket},{place.key}\n" for place in example_objects(appid, count)).encode()


def _example_inventory(client: Client, manifest: Resource) -> bytes:
    """The manifest.json of an inventory of the newer kind (inventory overview, 2023); writes its data file."""
    folder = (manifest.key or "").rpartition("/")[0]
    key = f"{folder}/data/example.csv.gz".lstrip("/")
    data = gzip.compress(example_rows(manifest.appid, EXAMPLES), mtime=0)
    written = objects.write(client, Resource(manifest.bucket, key, None), data)
    described = {"key": key, "size": str(len(data)), "md5Checksum": written.headers.get("etag", "").strip('"')}
    content = {
        "sourceAppid": manifest.appid,
        "sourceBucket": _EXAMPLE_BUCKET,
        "destinationAppid": manifest.appid,
        "destinationBucket": manifest.bucket.rpartition("-")[0],
        "fileFormat": "CSV",
        "listObjectCount": str(EXAMPLES),
        "fileSchema": "Bucket, Key",
        "files": [described],
    }
    return json.dumps(content).encode()
