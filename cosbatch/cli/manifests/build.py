"""The command `build`: a manifest of the objects in a bucket. After an interruption it goes on where it was."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import quote

from cosbatch.cli.manifests.draft import State, drafted
from cosbatch.cli.remote.client import Client, connect_all
from cosbatch.cli.remote.listing import Entry, Listing, Page
from cosbatch.cli.remote.row_store import Rows
from cosbatch.cli.remote.side_by_side import listed
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.files import WrongUsage, output_path
from cosbatch.cli.terminal.language import N_, _, ngettext
from cosbatch.cli.terminal.options import USUAL_CLASSES, Commands, add_connections, add_service, command, storage_class
from cosbatch.cli.terminal.progress import Progress, Reading
from cosbatch.configuration.settings import Settings
from cosbatch.model import names
from cosbatch.model.errors import Forbidden, InvalidManifest
from cosbatch.model.names import CSV, Resource

_EXAMPLES = N_("""\
  A list of every object under a prefix:
    cosbatch build --bucket examplebucket-1250000000 --prefix photos/ --output photos.csv

  The same with the id of each object's newest version, so that the job works on just these:
    cosbatch build --bucket examplebucket-1250000000 --prefix photos/ --versions --output photos.csv

  Only what is archived, for a restore job; other objects would fail in it:
    cosbatch build --bucket examplebucket-1250000000 --storage-class ARCHIVE --storage-class DEEP_ARCHIVE

  Only keys that a pattern finds, without a list in between; role and report stand in variables (restore --help):
    cosbatch build --bucket examplebucket-1250000000 --storage-class ARCHIVE | grep '\\.jpg$' | cosbatch restore - --days 7 --yes

  A large bucket, parts of which are listed side by side; the rows and their order are the same:
    cosbatch build --bucket examplebucket-1250000000 --connections 8 --output all.csv

Keys are written percent-encoded; a pattern has to be so, too. With --output, the state of the listing is kept beside the file until it is whole: run the same command again after an interruption.
""")

_PLAIN = re.compile(r"[A-Za-z0-9/_.~-]*")


def add(commands: Commands) -> None:
    parser = command(commands, "build", _("Write a manifest from a listing of a bucket."), _(_EXAMPLES), build)
    # Were it required, argparse would ask for it before it names an option that was misspelt; so with --rows of `split`.
    needed = _("the bucket, with or without -appid; needed")
    parser.add_argument("--bucket", metavar="BUCKET", help=needed)
    only_under = _("only keys that begin so (default: all)")
    parser.add_argument("--prefix", type=str, default="", metavar="PREFIX", help=only_under)
    which = _("name versions too: the latest of each object (default), or all but delete markers")
    parser.add_argument("--versions", nargs="?", const="latest", choices=("latest", "all"), help=which)
    only = _("only objects of this class; repeatable")
    parser.add_argument("--storage-class", action="append", type=storage_class, default=[], metavar="CLASS", help=only)
    written = _("the manifest (default: stdout; a reader who has enough, as head has, is no failure)")
    parser.add_argument("--output", metavar="FILE", type=output_path, help=written)
    add_connections(parser)
    add_service(parser)


@dataclass(frozen=True)
class Selection:
    """The entries of a listing that become rows of the manifest."""

    listing: Listing
    latest_only: bool
    storage_classes: tuple[str, ...]
    without: tuple[str, ...] = ()  # what lies under these prefixes is left out

    @property
    def _includes_all(self) -> bool:
        is_of_versions = self.latest_only and self.listing.versions
        return not self.storage_classes and not self.without and not is_of_versions

    def includes(self, entry: Entry) -> bool:
        in_class = not self.storage_classes or entry.storage_class in self.storage_classes
        return in_class and (entry.is_latest or not self.latest_only) and not entry.key.startswith(self.without)

    def rows(self, page: Page) -> Rows:
        page = page if self._includes_all else page.only(self.includes)
        rows = encoded(page.keys)
        if self.listing.versions:
            rows = [f"{key},{version}" for key, version in zip(rows, page.versions, strict=True)]
        beginning = f"{self.listing.bucket},"
        # To write them one by one would take 0.4 ms for a page of 1,000.
        text = beginning + f"\n{beginning}".join(rows) + "\n" if rows else ""
        return Rows(text.encode(), len(rows), page.following)


def encoded(keys: Sequence[str]) -> Sequence[str]:
    """The keys as the rows of a manifest have them."""
    # To find that there is nothing to do takes quote ten times as long as a look at the key, and that ten times as a look at all.
    if _PLAIN.fullmatch("".join(keys)):
        return keys
    return [key if _PLAIN.fullmatch(key) else quote(key, safe="/-_.~") for key in keys]


def build(options: argparse.Namespace) -> int:
    if options.bucket is None:
        raise WrongUsage(_("--bucket BUCKET is needed: the bucket whose objects are listed"))
    options.holds_rows = options.output is None
    clients = connect_all(options)
    state = list_into(options.output, _selection(options, clients[0].settings), clients)
    if options.output is None:
        output.say(ngettext("{count} row", "{count} rows", state.rows).format(count=f"{state.rows:,}"))
        return exit_codes.DONE
    fields = ["Bucket", "Key", *(["VersionId"] if options.versions else [])]
    written = {N_("Manifest"): options.output, N_("Rows"): state.rows, N_("Size"): state.size}
    output.show({**written, N_("Format"): CSV, N_("Fields"): fields}, options)
    return exit_codes.DONE


def list_into(path: str | None, selection: Selection, clients: Sequence[Client]) -> State:
    """List what is selected into the file at `path`, or to stdout, over all of the clients, with a bar; how much was written.

    Raises Forbidden for a bucket of another account, InvalidManifest where nothing is, and what `drafted` and `listed` raise.
    """
    bucket, appid = selection.listing.bucket, clients[0].settings.account.appid
    if names.appid_of(bucket) != appid:
        raise Forbidden(f"{bucket} is a bucket of another account than APPID {appid}; nothing was sent.")
    progress = Progress(sys.stderr, clients[0].clock)
    with contextlib.ExitStack() as ending:
        ending.enter_context(contextlib.closing(progress))
        draft = ending.enter_context(drafted(path, asdict(selection)))
        following = listed(clients, selection.listing, draft.state.marker, selection.rows)
        for rows in ending.enter_context(contextlib.closing(following)):
            draft.add(rows)
            progress.show(Reading(_("Listing"), draft.state.rows))
    if not draft.state.rows:
        raise _nothing(selection)
    return draft.state


def _nothing(selection: Selection) -> InvalidManifest:
    """The failure that nothing was listed."""
    under = Resource(selection.listing.bucket, selection.listing.prefix, None).uri
    of_class = f" of class {' or '.join(selection.storage_classes)}" if selection.storage_classes else ""
    nothing = InvalidManifest(f"There is no object{of_class} under {under}, and so no list.")
    hint = _("Look at the prefix, which is a key's beginning as it is.")
    if selection.storage_classes:
        hint = _(
            "Look at the prefix, which is a key's beginning as it is, and at the storage class, such as {classes}."
        )
    nothing.fields["Hint"] = hint.format(classes=", ".join(USUAL_CLASSES))
    return nothing


def _selection(options: argparse.Namespace, settings: Settings) -> Selection:
    bucket = options.bucket
    if not names.BUCKET.fullmatch(bucket):
        bucket = f"{bucket}-{settings.account.appid}"
    if not names.BUCKET.fullmatch(bucket):
        message = _("{name} is no name of a bucket, such as examplebucket-1250000000; how keys begin, --prefix says")
        raise WrongUsage(message.format(name=repr(options.bucket)))
    listing = Listing(bucket, settings.account.region, options.prefix, options.versions is not None)
    return Selection(listing, options.versions != "all", tuple(options.storage_class))
