"""Reads a manifest from its bucket and judges it, as far as is asked for and the time suffices.

An inventory's data files must be there, as long as its manifest.json says, whole, and of rows that are allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from itertools import chain

from cosbatch.manifest.inventory import DataFile, Inventory
from cosbatch.manifest.judge import CsvJudge, feed_in_time, judge_head_and_tail
from cosbatch.manifest.verdict import KEPT, Fault, Verdict
from cosbatch.model.blocks import GZIP_MARK, gunzip
from cosbatch.model.errors import ServiceError
from cosbatch.service.manifest_object import EDGE, ManifestObject

# Data files of an inventory that are looked at where not all are asked for, as far as the time suffices.
FILES = 20


def judge_rows(content: ManifestObject, fields: Sequence[str] | None, allowed: Container[str], full: bool) -> Verdict:
    """The verdict on a CSV manifest, by both of its ends; or `full`, by all rows, and where the time does not suffice, by
    those up to then and its end. Raises ServiceSideError.
    """
    judge = CsvJudge(fields, allowed)
    if full:
        is_all = feed_in_time(judge, content.blocks(), lambda: judge.size < EDGE or content.has_time())
        start = judge.size
    else:
        head = content.read(0, EDGE)
        feed_in_time(judge, [head], lambda: True)
        is_all = len(head) < EDGE if content.size is None else len(head) == content.size
        start = len(head)
    if is_all:
        judge.close()
        return judge.verdict()
    if content.size is None:
        judge.break_off()
        return judge.verdict(complete=False)
    start = max(start, content.size - EDGE)
    tail = content.read(start, content.size - start) if start < content.size else b""
    return judge_head_and_tail(judge, tail, content.size)


class BucketNames:
    """The names that rows may have for their bucket: the source bucket's, without its appid too, or an allowed one's."""

    def __init__(self, inventory: Inventory, allowed: Container[str] | None) -> None:
        self._inventory = inventory
        self._allowed = allowed

    def __contains__(self, name: object) -> bool:
        return name in self._inventory.buckets or self._allowed is None or name in self._allowed


def judge_data_files(
    inventory: Inventory, allowed: Container[str] | None, content: ManifestObject, full: bool
) -> Verdict:
    """The verdict on an inventory, whose manifest.json is in order, by its data files.

    `allowed` are the buckets that rows may name, None any; `content` is the manifest.json; `full` asks for all rows of all files
    instead of the beginnings of the first 20. Where all were read, `rows` counts them, and the verdict is complete.
    Raises ServiceSideError.
    """
    buckets = BucketNames(inventory, allowed)
    faults, warnings, totals = list[Fault](), list[Fault](), Counter[str]()
    counted, complete, left = 0, True, 0
    for index, file in enumerate(inventory.files):
        if len(faults) >= KEPT or not content.has_time() or (index >= FILES and not full):
            left = len(inventory.files) - index
            break
        judge = CsvJudge(inventory.verdict.fields, buckets)
        judged = _judge_file(file, judge, content.beside(file.key), full)
        faults += _of_file(file, judged.faults)
        warnings += _of_file(file, judged.warnings[: KEPT - len(warnings)])
        totals.update(judged.totals)
        counted += judged.rows or 0
        complete = complete and judged.complete
    complete = complete and not left
    estimated = counted if complete else max(counted, inventory.verdict.rows or 0) or None
    seen = counted if complete else counted or None
    verdict = inventory.verdict._replace(rows=seen, estimated_rows=estimated, complete=complete, files_left=left)
    return verdict._replace(faults=tuple(faults[:KEPT]), warnings=tuple(warnings), totals=dict(totals))


def _of_file(file: DataFile, found: Iterable[Fault]) -> list[Fault]:
    return [each._replace(message=f"{file.key}: {each.message}") for each in found]


def _judge_file(file: DataFile, judge: CsvJudge, content: ManifestObject, full: bool) -> Verdict:
    try:
        first = content.read(0, EDGE)
    except ServiceError as error:
        if error.code != "NoSuchKey":
            raise
        return _broken(judge, "it is not in the bucket")
    size = len(first) if content.size is None and len(first) < EDGE else content.size
    if not first or size not in (None, file.size):
        return _broken(judge, f"it has {size} bytes, manifest.json says {file.size}")
    if not first.startswith(GZIP_MARK):
        return _broken(judge, "it is not compressed with gzip")
    whole = full or file.size == len(first)
    packed: Iterable[bytes] = chain([first], content.blocks(len(first))) if whole else [first]
    in_time = feed_in_time(judge, gunzip(packed, cut_off=not whole), lambda: judge.size < EDGE or content.has_time())
    if not (whole and in_time):
        judge.break_off()
        return judge.verdict(complete=False)
    if content.size not in (None, file.size):  # which is told behind its end, where no answer told it before
        return _broken(judge, f"it has {content.size} bytes, manifest.json says {file.size}")
    if not judge.stopped:
        judge.close()
    return judge.verdict()


def _broken(judge: CsvJudge, why: str) -> Verdict:
    judge.findings.note("InventoryFiles", 1, None, why)
    return judge.verdict()
