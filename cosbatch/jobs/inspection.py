"""Looks at the manifest before the job is created: which object it is, how it is read, whether it can work."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cosbatch.configuration.settings import MANIFEST_CHECK, Settings
from cosbatch.model import names
from cosbatch.model.errors import InvalidManifest, InvalidRequest, Problem
from cosbatch.service.exchange import Exchange
from cosbatch.service.manifest_object import EDGE, ManifestObject

# The judge's modules are imported where they are used: a cold start whose call looks at no manifest saves 8 ms.
if TYPE_CHECKING:
    from cosbatch.manifest.verdict import Fault, Verdict

OBJECT_ARN = "/Manifest/Location/ObjectArn"


class Inspection(NamedTuple):
    """What is known of the manifest; None where it was not looked at."""

    location: Mapping[str, Any]
    spec: Mapping[str, Any]
    size: int | None = None  # in bytes
    rows: int | None = None  # counted or estimated
    seen: int | None = None  # rows that are certainly there
    is_complete: bool = False  # whether these are all
    buckets: tuple[str, ...] = ()
    warnings: tuple[Fault, ...] = ()  # of what was seen
    unchecked: tuple[Mapping[str, object], ...] = ()  # what was asked for and could not be looked at
    leaves_limit_open: bool = False  # whether rows that nobody read may be over a limit of the profile


class Sources:
    """The buckets that rows may name: of the account, and where the profile names some, of these."""

    def __init__(self, limits: Mapping[str, Any], appid: str) -> None:
        self._named: Collection[str] | None = limits.get("source_buckets")
        self._appid = appid

    def __contains__(self, name: object) -> bool:
        is_ours = isinstance(name, str) and bool(names.BUCKET.fullmatch(name)) and names.appid_of(name) == self._appid
        return is_ours and (self._named is None or name in self._named)


def inspect(
    manifest: Mapping[str, Any], limits: Mapping[str, Any], settings: Settings, exchange: Exchange
) -> Inspection:
    """Judge the manifest as far as the settings say, and fill in what the caller left out of Location and Spec.

    A profile's `limits` may name `source_buckets`, the only ones that rows may name, and `max_objects`: then it is looked
    at to the end, as far as the time allows, unless the check is off. Raises InvalidManifest with the verdict,
    InvalidRequest, ServiceSideError.
    """
    content = ManifestObject(manifest["Location"], exchange)
    if content.location["ETag"] is None:
        content.head()
    spec = dict(manifest["Spec"])
    spec["Format"] = spec["Format"] or (names.INVENTORY if names.is_inventory(content.key) else names.CSV)
    bounds = {name: limits[name] for name in ("source_buckets", "max_objects") if name in limits}
    # What nobody looked at could be over a limit.
    full = settings.manifest_check == "full" or bool(bounds)
    sources = Sources(limits, settings.account.appid)
    verdict = None if settings.manifest_check == "off" else _verdict(content, spec, sources, full)
    if verdict is not None and not verdict.ok:
        raise refusal(verdict, "The content of the manifest cannot work; no job was created.")
    if spec["Format"] == names.CSV and not spec["Fields"]:
        spec["Fields"] = _told_by(verdict, content)
    is_complete = verdict is not None and verdict.complete
    is_open = not is_complete and _may_be_over(bounds, content, spec["Format"], settings.account.appid)
    unchecked = tuple(_unchecked(verdict, full, bounds if is_open else ()))
    inspection = Inspection(content.location, spec, content.size, unchecked=unchecked, leaves_limit_open=is_open)
    if verdict is None:
        return inspection
    return inspection._replace(
        rows=verdict.estimated_rows,
        seen=verdict.rows,
        is_complete=is_complete,
        buckets=verdict.buckets,
        warnings=verdict.warnings,
    )


def _verdict(content: ManifestObject, spec: Mapping[str, Any], sources: Sources, full: bool) -> Verdict:
    from cosbatch.jobs.judging import judge_data_files, judge_rows
    from cosbatch.manifest.inventory import LONGEST_INVENTORY, judge_inventory

    if spec["Format"] == names.CSV:
        return judge_rows(content, spec["Fields"], sources, full)
    inventory = judge_inventory([content.read(0, LONGEST_INVENTORY)], sources)
    return judge_data_files(inventory, sources, content, full) if inventory.verdict.ok else inventory.verdict


def _told_by(verdict: Verdict | None, content: ManifestObject) -> list[str]:
    """The Fields that the rows tell where the caller does not. Raises InvalidRequest where they tell none."""
    from cosbatch.manifest.judge import judge_csv

    verdict = verdict or judge_csv([content.read(0, EDGE)])
    if not verdict.fields:
        odd = [problem_of(each) for each in verdict.warnings if each.fault == "StrangeVersionId"][:1]
        problem = Problem("/Manifest/Spec/Fields", "cannot be told by the manifest's rows; name its columns")
        raise InvalidRequest("The job breaks rules of the CreateJob page; no job was created.", [problem, *odd])
    return list(verdict.fields)


def _may_be_over(bounds: Mapping[str, Any], content: ManifestObject, format_: str, appid: str) -> bool:
    """Whether rows that nobody read may be over one of the bounds."""
    if not bounds or format_ == names.INVENTORY or "source_buckets" in bounds or content.size is None:
        return bool(bounds)
    shortest_row = len(f"b-{appid},k\n")
    return bool((content.size + 1) // shortest_row > bounds["max_objects"])


def _unchecked(verdict: Verdict | None, full: bool, open_bounds: Collection[str]) -> Iterator[Mapping[str, object]]:
    """What was asked for and could not be looked at; there is no verdict where the check is off."""
    if verdict is not None and not verdict.complete and full:
        yield warning("JudgedInPart", OBJECT_ARN, "was not judged to the end: the time did not suffice")
    if verdict is not None and verdict.files_left:
        asks = f"the first are, as far as the time suffices; {MANIFEST_CHECK}=full asks for all"
        why = "the time did not suffice" if full else asks
        message = f"names {verdict.files_left} data files that were not looked for: {why}"
        yield warning("FilesNotLookedFor", OBJECT_ARN, message)
    if open_bounds:
        why = f"{MANIFEST_CHECK} is off" if verdict is None else "the time did not suffice for all rows"
        message = f"may be over the profile's {' and '.join(open_bounds)}, for it could not be read: {why}"
        yield warning("LimitNotChecked", "/Manifest", message)


def warning(name: str, pointer: str, message: str) -> dict[str, object]:
    """What a plan or a result warns of, and where in the document."""
    return {"Warning": name, "Pointer": pointer, "Message": message}


def warning_of(found: Fault) -> dict[str, object]:
    """The same for what the list itself warns of."""
    return warning(found.fault, OBJECT_ARN, f"{found.place}: {found.message}")


def problem_of(found: Fault) -> Problem:
    """What is wrong in the list, with its line and column."""
    return Problem(OBJECT_ARN, f"{found.fault} at {found.place}: {found.message}")


def refusal(verdict: Verdict, message: str) -> InvalidManifest:
    """The error for a list with faults: those that were kept, and how many there are."""
    error = InvalidManifest(message, [problem_of(fault) for fault in verdict.faults])
    error.fields |= {"Verdict": verdict.as_json(), "Totals": verdict.totals}
    return error
