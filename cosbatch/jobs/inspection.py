"""Looks at the manifest before the job is created: which object it is, how it is read, whether it can work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cosbatch.configuration.settings import MANIFEST_CHECK, Settings
from cosbatch.model import names
from cosbatch.model.errors import InvalidManifest, InvalidRequest, Problem
from cosbatch.model.names import CSV, INVENTORY
from cosbatch.service.exchange import Exchange
from cosbatch.service.manifest_object import ManifestObject

# The judge's modules are imported where they are used: a cold start whose call looks at no manifest saves 8 ms.
if TYPE_CHECKING:
    from cosbatch.manifest.verdict import Fault, Verdict

EDGE = 256 * 1024
# Data files of an inventory that are looked for in any case; all of them only where a full look is asked for.
FILES = 20
_ARN = "/Manifest/Location/ObjectArn"


@dataclass(frozen=True)
class Inspection:
    """What is known of the manifest: `size` in bytes, `rows` as counted or estimated; None where it was not looked at.

    `warnings` are of what was seen; `unchecked` says what was asked for and could not be looked at.
    """

    location: Mapping[str, Any]
    spec: Mapping[str, Any]
    size: int | None = None
    rows: int | None = None
    buckets: tuple[str, ...] = ()
    warnings: tuple[Mapping[str, object], ...] = field(default=())
    unchecked: tuple[Mapping[str, object], ...] = field(default=())


class _Sources:
    """The buckets that rows may name: of the account, and where the profile names some, of these."""

    def __init__(self, limits: Mapping[str, Any], appid: str) -> None:
        self._named: Collection[str] | None = limits.get("source_buckets")
        self._appid = appid

    def __contains__(self, name: object) -> bool:
        is_ours = isinstance(name, str) and bool(names.BUCKET.fullmatch(name)) and names.appid_of(name) == self._appid
        return is_ours and (self._named is None or name in self._named)

    @property
    def shortest_row(self) -> int:
        """In bytes: the shortest name, a key of one character, a comma and a line feed."""
        return min(map(len, self._named or [f"b-{self._appid}"])) + 3


def inspect(
    manifest: Mapping[str, Any], limits: Mapping[str, Any], settings: Settings, exchange: Exchange
) -> Inspection:
    """Judge the manifest as far as the settings say, and fill in what the caller left out of Location and Spec.

    Of a profile's `limits`, `source_buckets` are those that the rows may name, and `max_objects` calls for an exact count
    where the manifest may have more rows. Raises InvalidManifest with the verdict, InvalidRequest, ServiceSideError.
    """
    content = ManifestObject(manifest["Location"], settings.account, exchange)
    if content.location["ETag"] is None:
        content.head()
    spec = dict(manifest["Spec"])
    spec["Format"] = spec["Format"] or (INVENTORY if names.is_inventory(content.key) else CSV)
    look = ManifestCheck(content, spec["Format"], spec["Fields"], limits, settings)
    if settings.manifest_check == "off":
        spec = _read_off(spec, content)
        return Inspection(content.location, spec, content.size, unchecked=look.unchecked(None))
    verdict = look.verdict()
    _check(verdict)
    if spec["Format"] == CSV:
        spec["Fields"] = spec["Fields"] or list(verdict.fields or ())
    rows = verdict.rows if verdict.estimated_rows is None else verdict.estimated_rows
    warnings = tuple(warning.as_json() for warning in verdict.warnings)
    return Inspection(content.location, spec, content.size, rows, verdict.buckets, warnings, look.unchecked(verdict))


def _read_off(spec: dict[str, Any], content: ManifestObject) -> dict[str, Any]:
    """Without a judgement: a CSV manifest's first row says its Fields, where the caller does not."""
    if spec["Format"] == CSV and spec["Fields"] is None:
        from cosbatch.manifest.judge import judge_csv

        fields = judge_csv([content.read(0, EDGE)]).fields
        if fields is None:
            problem = Problem("/Manifest/Spec/Fields", "cannot be told by the manifest's first row; name its columns")
            raise InvalidRequest("The job breaks rules of the CreateJob page; no job was created.", [problem])
        spec["Fields"] = list(fields)
    return spec


class ManifestCheck:
    """One look at a manifest, as far as the settings say and the time suffices."""

    def __init__(
        self,
        content: ManifestObject,
        format_name: str,
        fields: list[str] | None,
        limits: Mapping[str, Any],
        settings: Settings,
    ) -> None:
        self._content = content
        self._is_inventory = format_name == INVENTORY
        self._fields = fields
        self._sources = _Sources(limits, settings.account.appid)
        self._most: int | None = limits.get("max_objects")
        self._mode = settings.manifest_check
        self._files_left = 0  # data files that were not looked for

    def verdict(self) -> Verdict:
        if self._is_inventory:
            return self._of_inventory()
        if self._mode == "full":
            return self._in_full()
        verdict = self._by_head_and_tail()
        return self._in_full() if verdict.ok and self._leaves_limit_open(verdict) else verdict

    def unchecked(self, verdict: Verdict | None) -> tuple[Mapping[str, object], ...]:
        """What was asked for and could not be looked at; there is no verdict where the check is off."""
        found = []
        if verdict is not None and not verdict.complete and self._mode == "full":
            message = "was not judged in full: the time did not suffice for all rows in front of the last 256 KiB"
            found.append(warning("JudgedInPart", _ARN, message))
        if self._files_left:
            why = "the time did not suffice" if self._mode == "full" else "that takes COSBATCH_MANIFEST_CHECK=full"
            message = f"names {self._files_left} data files that were not looked for: {why}"
            found.append(warning("FilesNotLookedFor", _ARN, message))
        if self._leaves_limit_open(verdict):
            why = self._why_uncounted(verdict)
            message = f"the limit of {self._most} objects could not be checked: {why}"
            found.append(warning("LimitNotChecked", "/Manifest", message))
        return tuple(found)

    def _leaves_limit_open(self, verdict: Verdict | None) -> bool:
        """Whether there may be more rows than the profile allows, as far as they were counted."""
        if self._most is None or (verdict is not None and verdict.complete and verdict.rows is not None):
            return False
        size = self._content.size
        return self._is_inventory or size is None or (size + 1) // self._sources.shortest_row > self._most

    def _why_uncounted(self, verdict: Verdict | None) -> str:
        if verdict is None:
            return f"{MANIFEST_CHECK} is off"
        return "the inventory does not count them" if self._is_inventory else "there was no time to count them all"

    def _by_head_and_tail(self) -> Verdict:
        from cosbatch.manifest.judge import CsvJudge, feed_in_time, judge_head_and_tail

        judge = CsvJudge(self._fields, self._sources)
        head = self._content.read(0, EDGE)
        feed_in_time(judge, [head], lambda: True)
        size = self._content.size if self._content.size is not None else len(head)
        return judge_head_and_tail(judge, self._end(len(head), size), size)

    def _end(self, start: int, size: int) -> bytes:
        """The last bytes, as far as they stand behind `start`."""
        start = max(start, size - EDGE)
        return self._content.read(start, size - start) if start < size else b""

    def _in_full(self) -> Verdict:
        """All rows; or where the time does not suffice, those up to then, and both ends in any case."""
        from cosbatch.manifest.judge import CsvJudge, feed_in_time, judge_head_and_tail

        content = self._content
        judge = CsvJudge(self._fields, self._sources)
        if feed_in_time(judge, content.blocks(), lambda: judge.size < EDGE or content.has_time()):
            judge.close()
            return judge.verdict()
        if content.size is None:
            return judge.verdict(complete=False)
        return judge_head_and_tail(judge, self._end(judge.size, content.size), content.size)

    def _of_inventory(self) -> Verdict:
        """The inventory's own file, and whether its data files are there."""
        from cosbatch.manifest.inventory import LONGEST_INVENTORY, judge_inventory, with_missing

        inventory = judge_inventory([self._content.read(0, LONGEST_INVENTORY)], self._sources)
        files = inventory.files if inventory.verdict.ok else ()
        missing = []
        for index, file in enumerate(files):
            if index >= FILES and (self._mode != "full" or not self._content.has_time()):
                self._files_left = len(files) - index
                break
            if not self._content.has_file(file.key):
                missing.append(file)
        return with_missing(inventory.verdict, missing)


def warning(name: str, pointer: str, message: str) -> dict[str, object]:
    """What a plan or a result warns of, and where in the document."""
    return {"Warning": name, "Pointer": pointer, "Message": message}


def _check(verdict: Verdict) -> None:
    """Raises InvalidManifest with every fault that was kept, each with its line and column."""
    if not verdict.ok:
        problems = [Problem(_ARN, _said(fault)) for fault in verdict.faults]
        error = InvalidManifest("The content of the manifest cannot work; no job was created.", problems)
        error.fields["Verdict"] = verdict.as_json()
        raise error


def _said(fault: Fault) -> str:
    where = f"line {fault.line}" if fault.column is None else f"line {fault.line}, column {fault.column}"
    return f"{fault.fault} at {where}: {fault.message}"
