"""Looks at the manifest before the job is created: which object it is, how it is read, whether it can work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cosbatch import names
from cosbatch.content import Content
from cosbatch.errors import InvalidManifest, InvalidRequest, Problem
from cosbatch.nouns import dataclass, field
from cosbatch.retry import Exchange
from cosbatch.schemas.document import CSV, INVENTORY
from cosbatch.settings import Settings

# The judge's modules are imported where they are used: a cold start whose call looks at no manifest saves 8 ms.
if TYPE_CHECKING:
    from cosbatch.manifest.inventory import DataFile
    from cosbatch.manifest.verdict import Verdict

EDGE = 256 * 1024
# Data files of an inventory that are looked for; the rest is taken on trust.
FILES = 20
_ARN = "/Manifest/Location/ObjectArn"


@dataclass(frozen=True)
class Inspection:
    """What is known of the manifest: `size` in bytes, `rows` as counted or estimated; None where it was not looked at.

    `complete` is False where a full look was asked for and the time did not suffice.
    """

    location: Mapping[str, Any]
    spec: Mapping[str, Any]
    size: int | None = None
    rows: int | None = None
    buckets: tuple[str, ...] = ()
    warnings: tuple[Mapping[str, object], ...] = field(default=())
    complete: bool = True


def inspect(
    manifest: Mapping[str, Any], limits: Mapping[str, Any], settings: Settings, exchange: Exchange
) -> Inspection:
    """Judge the manifest as far as the settings say, and fill in what the caller left out of Location and Spec.

    Of a profile's `limits`, `source_buckets` are those that the rows may name, and `max_objects` calls for an exact count
    where an estimate is above it. Raises InvalidManifest with the verdict, InvalidRequest, ServiceSideError.
    """
    content = Content(manifest["Location"], settings, exchange)
    if content.location["ETag"] is None:
        content.head()
    spec = dict(manifest["Spec"])
    spec["Format"] = spec["Format"] or (INVENTORY if content.key.endswith("manifest.json") else CSV)
    if settings.manifest_check == "off":
        return Inspection(content.location, _read_off(spec, content), content.size)
    verdict = _verdict(content, spec, limits, full=settings.manifest_check == "full")
    _check(verdict, settings)
    if spec["Format"] == CSV:
        spec["Fields"] = spec["Fields"] or list(verdict.fields or ())
    rows = verdict.rows if verdict.estimated_rows is None else verdict.estimated_rows
    warnings = tuple(warning.as_json() for warning in verdict.warnings)
    complete = verdict.complete or settings.manifest_check != "full"
    return Inspection(content.location, spec, content.size, rows, verdict.buckets, warnings, complete)


def _read_off(spec: dict[str, Any], content: Content) -> dict[str, Any]:
    """Without a judgement: a CSV manifest's first row says its Fields, where the caller does not."""
    if spec["Format"] == CSV and spec["Fields"] is None:
        from cosbatch.manifest.stream import infer_fields

        fields = infer_fields(content.read(0, EDGE))
        if fields is None:
            problem = Problem("/Manifest/Spec/Fields", "cannot be told by the manifest's first row; name its columns")
            raise InvalidRequest("The job breaks rules of the CreateJob page; no job was created.", [problem])
        spec["Fields"] = list(fields)
    return spec


def _verdict(content: Content, spec: Mapping[str, Any], limits: Mapping[str, Any], full: bool) -> Verdict:
    buckets, most = limits.get("source_buckets"), limits.get("max_objects")
    if spec["Format"] == INVENTORY:
        return _inventory_verdict(content, buckets)
    verdict = _csv_verdict(content, spec["Fields"], buckets, full)
    if most is not None and not verdict.complete and (verdict.estimated_rows or 0) > most:
        return _csv_verdict(content, spec["Fields"], buckets, full=True)
    return verdict


def _csv_verdict(content: Content, fields: list[str] | None, buckets: Collection[str] | None, full: bool) -> Verdict:
    from cosbatch.manifest.edges import judge_edges

    if full:
        return _full_verdict(content, fields, buckets)
    head = content.read(0, EDGE)
    size = content.size if content.size is not None else len(head)
    start = max(len(head), size - EDGE)
    tail = content.read(start, size - start) if start < size else b""
    return judge_edges(head, tail, size, fields=fields, allowed_buckets=buckets)


def _full_verdict(content: Content, fields: list[str] | None, buckets: Collection[str] | None) -> Verdict:
    from cosbatch.manifest.stream import judge_csv

    verdict = judge_csv(content.blocks(), fields=fields, allowed_buckets=buckets, has_time=content.has_time)
    if verdict.complete or verdict.rows is None or content.size is None:
        return verdict
    return replace(verdict, estimated_rows=round(verdict.rows * content.size / max(verdict.size, 1)))


def _inventory_verdict(content: Content, buckets: Collection[str] | None) -> Verdict:
    """The inventory's own file, and whether its data files are there."""
    from cosbatch.manifest.inventory import LONGEST_INVENTORY, judge_inventory

    inventory = judge_inventory(content.read(0, LONGEST_INVENTORY), allowed_buckets=buckets)
    if inventory.verdict.ok:
        _check_files(content, inventory.files)
    return inventory.verdict


def _check_files(content: Content, files: tuple[DataFile, ...]) -> None:
    missing = [file.key for file in files[:FILES] if not content.has_file(file.key)]
    if missing:
        problems = [Problem(_ARN, f"InventoryFiles: the data file {key} is not in the bucket") for key in missing]
        raise InvalidManifest("The inventory lists data files that are not there; no job was created.", problems)


def _check(verdict: Verdict, settings: Settings) -> None:
    """Raises InvalidManifest with every fault that was kept, each with its line and column."""
    problems = [Problem(_ARN, _said(fault.fault, fault.line, fault.column, fault.message)) for fault in verdict.faults]
    foreign = [bucket for bucket in verdict.buckets if names.appid_of(bucket) != settings.appid]
    problems += [
        Problem(_ARN, f"ForeignBucket: the rows name {bucket}, a bucket of another account") for bucket in foreign
    ]
    if problems:
        error = InvalidManifest("The content of the manifest cannot work; no job was created.", problems)
        error.fields["Verdict"] = verdict.as_json()
        raise error


def _said(fault: str, line: int, column: int | None, message: str) -> str:
    where = f"line {line}" if column is None else f"line {line}, column {column}"
    return f"{fault} at {where}: {message}"
