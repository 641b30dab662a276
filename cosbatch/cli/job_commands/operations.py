"""The four things that people do, each in one line: `restore`, `copy`, `tag`, `delete-objects`."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Mapping

from cosbatch.cli.job_commands.from_list import make_jobs
from cosbatch.cli.job_commands.list_options import add_all, check_end, fields_of, place_given
from cosbatch.cli.manifests import lists
from cosbatch.cli.remote.client import connect
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, command, whole_number
from cosbatch.cli.terminal.tables import printable
from cosbatch.configuration.profiles import Profile
from cosbatch.schemas.document import STORAGE_CLASSES

_TIERS = ("Standard", "Bulk")

_RESTORE_EXAMPLES = N_("""\
  Bring the archived objects of a list back for a week; shows what it is about to do, and asks:
    cosbatch restore list.csv --days 7 --role COSBatch_QcsRole --report cos://report-1250000000/restore

  All that is archived under a prefix, as the profile says, followed to its end; in a script, where nobody can be asked:
    cosbatch restore cos://examplebucket-1250000000/photos/ --profile restore --connections 8 --yes --wait

  An inventory of any size, a job for each million of its objects, after a look at the plan:
    cosbatch restore cos://inventory-1250000000/all/20261123/manifest.json --profile restore --split 1000000 --dry-run

  With role and report in variables:
    export COSBATCH_ROLE=COSBatch_QcsRole COSBATCH_REPORT=cos://report-1250000000/reports
    cosbatch restore list.csv --days 7 --tier Bulk

The same command makes the same job once: begin it again after an interruption. --again makes one more.
""")
_COPY_EXAMPLES = N_("""\
  Copy the objects of a list into a folder of another bucket, where they are archived:
    cosbatch copy list.csv --to cos://archive-1250000000/2026/ --storage-class ARCHIVE

  Put everything under photos/ under pictures/ instead:
    cosbatch copy cos://examplebucket-1250000000/photos/ --strip photos/ --to cos://examplebucket-1250000000/pictures/

Objects that are there by the same names are overwritten. Role and report: see restore --help.
""")
_TAG_EXAMPLES = N_("""\
  Give the objects of a list two tags more:
    cosbatch tag list.csv team=ops cost-centre=4711

  Make these the only tags that they have:
    cosbatch tag cos://examplebucket-1250000000/photos/ team=ops --replace

Role and report: see restore --help.
""")
_DELETE_EXAMPLES = N_("""\
  Delete the objects of a list, after a look at what that means:
    cosbatch delete-objects list.csv --dry-run
    cosbatch delete-objects list.csv

The job then waits until somebody confirms it (cosbatch confirm JOBID), unless its profile runs unattended. What a bucket without versions loses is gone for good. Role and report: see restore --help.
""")


def add(commands: Commands) -> None:
    summary = _("Bring archived objects back for a time.")
    restoring = command(commands, "restore", summary, _(_RESTORE_EXAMPLES), restore)
    how_long = _("how long they stay; needed without --profile")
    restoring.add_argument("--days", type=whole_number(1, 365), metavar="N", help=how_long)
    restoring.add_argument("--tier", choices=_TIERS, help=_("Bulk is slower and cheaper (default: Standard)"))
    copying = command(commands, "copy", _("Copy objects into a bucket."), _(_COPY_EXAMPLES), copy)
    where = _("cos://bucket, or cos://bucket/folder; needed without --profile")
    copying.add_argument("--to", metavar="PLACE", help=where)
    stripped = _("what is taken off the beginning of the keys")
    copying.add_argument("--strip", type=str, metavar="PREFIX", help=stripped)
    copying.add_argument("--storage-class", choices=STORAGE_CLASSES, help=_("of the copies (default: STANDARD)"))
    tagging = command(commands, "tag", _("Tag objects."), _(_TAG_EXAMPLES), tag)
    deleting = command(commands, "delete-objects", _("Delete objects."), _(_DELETE_EXAMPLES), delete_objects)
    for parser in (restoring, copying, tagging, deleting):
        add_all(parser)
    tagging.add_argument("tags", nargs="+", metavar="KEY=VALUE", type=pair, help=_("the tags; ten at most"))
    tagging.add_argument("--replace", action="store_true", help=_("take all other tags off the objects"))


def pair(text: str) -> tuple[str, str]:
    """The type of an argument that is a tag."""
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise argparse.ArgumentTypeError(_("{text} is no tag; write key=value").format(text=repr(text)))
    return key, value


def restore(options: argparse.Namespace) -> int:
    if options.days is None and (options.profile is None or options.tier is not None):
        raise WrongUsage(_("--days N is needed: for how many days the objects are restored"))
    parameters = {"ExpirationInDays": options.days, "JobTier": options.tier or "Standard"}
    return _make(options, "restore", "COSInitiateRestoreObject", None if options.days is None else parameters)


def copy(options: argparse.Namespace) -> int:
    if options.to is None:
        if options.profile is None or options.strip or options.storage_class:
            raise WrongUsage(_("--to says where the copies go, such as cos://bucket-appid/folder/"))
        return _make(options, "copy", "COSPutObjectCopy", None)
    if options.strip:
        _check_stripped(options.strip, options.list)
    place = place_given(options.to, "--to")
    folder = f"{place.key.rstrip('/')}/" if place.key else ""
    prefixes = {"ResourcesPrefix": options.strip, "TargetKeyPrefix": folder}
    given = {name: prefix for name, prefix in prefixes.items() if prefix}
    renaming = {"PrefixReplace": True, **given} if given else {}
    kind = {"StorageClass": options.storage_class} if options.storage_class else {}
    parameters = {**renaming, **kind, "TargetResource": f"cos://{place.bucket}"}
    return _make(options, "copy", "COSPutObjectCopy", parameters)


def _check_stripped(prefix: str, name: str) -> None:
    """Say what is easily overlooked. Raises WrongUsage where no key of the LIST can begin so: every task would fail."""
    listed = lists.prefix_of(name)
    key = listed.key or "" if listed else ""
    if listed and not key.startswith(prefix) and not prefix.startswith(key):
        message = _("no key under {place} begins with {prefix}, which --strip would take off")
        raise WrongUsage(message.format(place=listed.uri, prefix=prefix))
    if not prefix.endswith("/"):
        told = _("Note: --strip takes off {prefix} as it is; to take off a folder, end it with a slash.")
        output.say(printable(told.format(prefix=prefix)))


def tag(options: argparse.Namespace) -> int:
    directive = "Replaced" if options.replace else "Add"
    for key, count in Counter(key for key, _value in options.tags).items():
        if count > 1:
            raise WrongUsage(
                _("tag {key} is given more than once; an object has one value of it").format(key=repr(key))
            )
    # In one order, whichever they are typed in: another order would be another token, and so another job.
    tags = [{"Key": key, "Value": value} for key, value in sorted(options.tags)]
    return _make(options, "tag", "COSPutObjectTagging", {"TaggingDirective": directive, "TagSet": tags})


def delete_objects(options: argparse.Namespace) -> int:
    return _make(options, "delete-objects", "COSDeleteObject", {})


def _make(options: argparse.Namespace, name: str, operation: str, parameters: Mapping[str, object] | None) -> int:
    """Make the jobs; without parameters, the profile gives them."""
    check_end(options)
    client = connect(options)
    profile = client.profile(options.profile)
    fields = fields_of(options, os.environ, profile, client.settings.account.uin)
    what = _operation(operation, parameters, profile)
    return make_jobs(client, options, options.list, name, {**fields, **what}, asks=True)


def _operation(name: str, parameters: Mapping[str, object] | None, profile: Profile | None) -> dict[str, object]:
    """What the call says of the operation: nothing where the profile says the same. Raises WrongUsage where it is another's."""
    own: Mapping[str, object] = profile.job.get("Operation", {}) if profile else {}
    if name in own and parameters in (None, own[name]):
        return {}
    is_anothers = own and name not in own and profile is not None and "Operation" not in profile.open
    if profile is not None and (parameters is None or is_anothers):
        whose = next(iter(own), _("any operation"))
        message = _("profile {profile} is for {its_operation}, not for {operation}; name another")
        raise WrongUsage(message.format(profile=profile.name, its_operation=whose, operation=name))
    return {"Operation": {name: parameters}}
