"""Places in buckets: which uploads a profile takes, and where jobs write; a job must not write what starts a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cosbatch.model import names


class Match(NamedTuple):
    """The uploads that a profile takes."""

    bucket: str
    prefix: str = ""
    suffix: str = ""

    def takes(self, bucket: str, key: str) -> bool:
        return bucket == self.bucket and key.startswith(self.prefix) and key.endswith(self.suffix)

    def meets(self, other: Match) -> bool:
        """Whether there can be an upload that both take."""
        prefixes = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        suffixes = self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        return self.bucket == other.bucket and prefixes and suffixes


class Place(NamedTuple):
    """Where objects are written."""

    bucket: str
    region: str | None
    prefix: str  # what is certain of how their keys begin
    what: str  # reports, copies or receipts
    pointer: str  # to where the document says so

    @property
    def keys(self) -> Match:
        """What can be written here; of how the keys end, nothing is certain."""
        return Match(self.bucket, self.prefix)


def written_by(job: Mapping[str, Any], receipts: str | None = None) -> Iterator[Place]:
    """Where the job of a document or of a profile writes reports and copies (436/38608), and the folder of its `receipts`.

    Copies whose prefix is replaced begin with TargetKeyPrefix; others, in place or not, may have any key.
    """
    report = job.get("Report")
    if report and report["Enabled"]:
        prefix = report.get("Prefix", "").partition("{")[0]
        bucket = names.parse_resource(report["Bucket"])
        yield Place(bucket.bucket, bucket.region, prefix, "reports", "/Report/Prefix")
    copy = job.get("Operation", {}).get("COSPutObjectCopy")
    if copy:
        prefix = copy.get("TargetKeyPrefix", "") if copy.get("PrefixReplace") else ""
        pointer = f"/Operation/COSPutObjectCopy/{'TargetKeyPrefix' if prefix else 'TargetResource'}"
        bucket = names.parse_resource(copy["TargetResource"])
        yield Place(bucket.bucket, bucket.region, prefix, "copies", pointer)
    if receipts:
        folder = names.parse_resource(receipts)
        yield Place(folder.bucket, folder.region, folder.key or "", "receipts", "/receipts")
