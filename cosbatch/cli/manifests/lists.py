"""LIST, as commands take it: a CSV file, stdin, a list or an inventory in a bucket, or all objects under a prefix."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from cosbatch.cli.manifests import source
from cosbatch.cli.manifests.build import Selection, list_into
from cosbatch.cli.manifests.inventory_rows import rows_of_inventory
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client, connect_all, connect_without_profiles
from cosbatch.cli.remote.listing import Listing
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _, ngettext
from cosbatch.model import names
from cosbatch.model.names import Resource

HELP = N_(
    "a CSV file, - for stdin, cos://bucket/list.csv, an inventory's cos://.../manifest.json, or cos://bucket/prefix/"
)
IN_PLACE = N_("an inventory is read where it lies, with its data files: write cos://bucket/{name}")


def found(
    name: str,
    options: argparse.Namespace,
    classes: Sequence[str] = (),
    as_file: bool = False,
    without: Sequence[str] = (),
) -> AbstractContextManager[str | Resource]:
    """The path of a file of rows, or where the list lies in a bucket; with `as_file` the former in any case.

    Of a listing, `classes` are the storage classes that are taken, all where none is named, and `without` the prefixes that are
    not. What is made here is removed at the end. Raises WrongUsage, CosbatchError, also as it is entered.
    """
    if not objects.is_object(name):
        return _found_here(name, options)
    place = place_of(name)
    if left_in_place(name, as_file):
        return contextlib.nullcontext(place)
    if _is_prefix(place):
        return _listed(place, connect_all(options), classes, without)
    if names.is_inventory(place.key or ""):
        return _kept(rows_of_inventory(connect_without_profiles(options), place))
    return _copied(name, options)


def left_in_place(name: str, as_file: bool) -> Resource | None:
    """Where the list lies, if a job takes it from there as it is; None of one that becomes a file first. Raises WrongUsage."""
    place = place_of(name) if objects.is_object(name) else None
    return None if place is None or as_file or _is_prefix(place) else place


def _found_here(name: str, options: argparse.Namespace) -> AbstractContextManager[str]:
    if names.is_inventory(os.path.basename(name)):
        raise WrongUsage(_(IN_PLACE).format(name=name))
    if os.path.isfile(name) and os.path.getsize(name):
        return contextlib.nullcontext(name)
    # A pipe can be read but once, and what has no size may have content: files of /proc do.
    return _copied(name, options)


def of_job(job: Mapping[str, Any]) -> str:
    """The list of a described job as cos://bucket/key, or as the service writes it where that is no resource; empty where it is
    not told.
    """
    manifest = job.get("Manifest")
    location = manifest.get("Location") if isinstance(manifest, Mapping) else None
    told = str(location.get("ObjectArn") or "") if isinstance(location, Mapping) else ""
    try:
        place = names.parse_resource(told)
    except ValueError:
        return told
    return place.uri


def prefix_of(name: str) -> Resource | None:
    """The prefix or bucket, all objects of which the LIST is; None of another LIST. Raises WrongUsage."""
    place = place_of(name) if objects.is_object(name) else None
    return place if place and _is_prefix(place) else None


def _is_prefix(place: Resource) -> bool:
    """Whether all objects under it are meant: it is a bucket, or ends as a folder does."""
    return place.key is None or place.key.endswith("/")


def place_of(name: str) -> Resource:
    """The object, prefix or bucket that the name is of. Raises WrongUsage."""
    message = _("{text} names no list: {reason}; write cos://bucket-appid/list.csv, or cos://bucket-appid/prefix/")
    return objects.resource_of(name, message)


@contextlib.contextmanager
def _copied(name: str, options: argparse.Namespace) -> Iterator[str]:
    """The path of a file that holds what is read under the name, as long as it is used. Raises WrongUsage where that has no end."""
    with source.opened(name, options, unpack=False) as opened:
        content = opened.limited()
        with _kept(content) as path:
            if content.is_cut:
                message = _("{path} is longer than {size:,} bytes, and nobody knows its end: write it to a file first")
                raise WrongUsage(message.format(path=name, size=content.size))
            yield path


@contextlib.contextmanager
def _kept(blocks: Iterable[bytes]) -> Iterator[str]:
    """The path of a file that holds the blocks, as long as it is used."""
    with tempfile.TemporaryDirectory(prefix="cosbatch-") as folder:
        path = os.path.join(folder, "list.csv")
        with files.naming(tempfile.gettempdir()), open(path, "wb") as file:
            file.writelines(blocks)
        yield path


@contextlib.contextmanager
def _listed(
    place: Resource, clients: Sequence[Client], classes: Sequence[str], without: Sequence[str]
) -> Iterator[str]:
    """The path of a list of all objects under the prefix. A listing that is broken off goes on the next time."""
    listing = Listing(place.bucket, place.region or clients[0].settings.account.region, place.key or "")
    selection = Selection(listing, latest_only=True, storage_classes=tuple(classes), without=tuple(without))
    digest = hashlib.sha256(json.dumps(asdict(selection)).encode()).hexdigest()
    cache = _cache()
    listed = os.path.join(cache, f"{digest[:32]}.csv")
    # The same command elsewhere lists into the same file: what is listed is put where it is this one's own.
    with tempfile.TemporaryDirectory(dir=cache, prefix="list-") as folder:
        state = list_into(listed, selection, clients)
        path = os.path.join(folder, "list.csv")
        os.replace(listed, path)
        of = _(" of class {classes}").format(classes=_(" or ").join(classes)) if classes else ""
        told = ngettext("Listed: {count} object{of_class}.", "Listed: {count} objects{of_class}.", state.rows)
        output.say(told.format(count=f"{state.rows:,}", of_class=of))
        if without:
            left_out = _("Left out: {prefixes}, where jobs write and lists are uploaded.")
            output.say(left_out.format(prefixes=", ".join(without)))
        yield path


def _cache() -> str:
    """The folder for listings under way. Raises WrongUsage where it cannot be made, or written to."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(home, "cosbatch")
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        message = _("{path}, for listings under way, cannot be written; XDG_CACHE_HOME names another place")
        raise WrongUsage(message.format(path=folder))
    return folder
