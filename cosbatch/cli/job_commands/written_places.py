"""What a listing leaves out: where its own job writes. Else the same command would find more the next time, and make a second job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cosbatch.cli.job_commands.planning import ListCall
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _
from cosbatch.configuration.places import Place, written_by
from cosbatch.model.names import Resource, parse_resource

# What goes to a place, and the option that names another one.
_TOLD = {
    "lists": (N_("the list itself"), "--upload-to"),
    "reports": (N_("the report"), "--report"),
    "copies": (N_("copies"), "--to"),
}


def left_out(call: ListCall, listed: Resource, classes: Sequence[str]) -> tuple[str, ...]:
    """The prefixes below the listed one, of objects of these classes, under which the list, the report and the copies go.

    Raises WrongUsage where they may lie among what is listed, so that no prefix tells them from it.
    """
    below = listed.key or ""
    copy: Any = call.job["Operation"].get("COSPutObjectCopy")
    if copy and classes and _is_onto_itself(copy, listed) and copy.get("StorageClass", "STANDARD") not in classes:
        message = _(
            "the copies change the class by which {list} is listed: the same command would find others the next time. Make a "
            "list with cosbatch build and give that"
        )
        raise WrongUsage(message.format(list=listed.uri))
    inside = []
    for place in _written(call, below):
        if place.bucket != listed.bucket:
            continue
        # Copies have any key behind their prefix; what the list and the report are called behind theirs is known.
        is_among = below.startswith(place.prefix) if place.what == "copies" else below == place.prefix
        if place.prefix.startswith(below) and place.prefix != below:
            inside.append(place.prefix)
        elif is_among:
            message = _(
                "{what} would go to where {list} is listed: the same command would find more the next time, and make a "
                "second job. Name another place with {option}, or make a list with cosbatch build and give that"
            )
            what, option = _TOLD[place.what]
            raise WrongUsage(message.format(what=_(what), list=listed.uri, option=option))
    return tuple(inside)


def _is_onto_itself(copy: Any, listed: Resource) -> bool:
    is_renamed = copy.get("PrefixReplace") and copy.get("ResourcesPrefix", "") != copy.get("TargetKeyPrefix", "")
    return parse_resource(copy["TargetResource"]).bucket == listed.bucket and not is_renamed


def _written(call: ListCall, below: str) -> Iterator[Place]:
    yield Place(call.folder.bucket, None, call.folder.key or "", "lists", "")
    for place in written_by(call.job):
        if place.what == "reports":
            yield place._replace(prefix=_report_folder(place.prefix, call.job["Report"].get("Prefix", "")))
        else:
            yield from _copies(place, call.job["Operation"]["COSPutObjectCopy"], below)


def _report_folder(certain: str, prefix: str) -> str:
    """What the keys of reports begin with; behind a placeholder nothing is certain."""
    return f"{prefix.rstrip('/')}/" if prefix and certain == prefix else certain


def _copies(place: Place, copy: Any, below: str) -> Iterator[Place]:
    """The place of copies of what is below the prefix; none where each object is copied onto itself."""
    taken = copy.get("ResourcesPrefix", "") if copy.get("PrefixReplace") else ""
    if taken == place.prefix:
        return
    is_certain = below.startswith(taken) and not place.prefix.startswith(below)
    yield place._replace(prefix=place.prefix + below[len(taken) :]) if is_certain else place
