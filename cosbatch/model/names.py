"""Names of the service's things: buckets, resources, roles, regions, hosts, and how manifests are written.

Sources: common elements (436/38607), where resource names and the formats of manifests are; region list 436/6224.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from cosbatch.model.errors import quoted

_BUCKET = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[1-9][0-9]*"
_REGION = r"[a-z]+(?:-[a-z0-9]+)+"
# The short and the long form of a resource name. `uid/` carries the APPID.
_ARN = re.compile(
    rf"qcs::cos:(?P<region>{_REGION}):(?:uid/(?P<uid>[0-9]+))?:(?P<bucket>{_BUCKET})(?:/(?P<key>.*))?",
    re.ASCII | re.DOTALL,
)
_NAME = re.compile(rf"cos://(?P<bucket>{_BUCKET})(?:/(?P<key>.*))?", re.ASCII | re.DOTALL)
_URL = re.compile(
    rf"https?://(?P<bucket>{_BUCKET})\.cos\.(?P<region>{_REGION})\.(?:myqcloud\.com|tencentcos\.cn)(?:/(?P<key>[^?#]*))?",
    re.ASCII,
)
_NO_APPID = re.compile(r"cos://[a-z0-9-]*[a-z](?:/|\Z)", re.ASCII)
ROLE_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_ROLE = re.compile(rf"qcs::cam::uin/(?P<uin>[0-9]+):roleName/(?P<name>{ROLE_NAME.pattern})", re.ASCII)
_JOB_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.~-]{0,63}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)
BUCKET = re.compile(_BUCKET, re.ASCII)
REGION = re.compile(_REGION, re.ASCII)

# A % that begins no escape, and one that begins the escape of an escape.
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
DOUBLE_ESCAPE = re.compile(r"%25[0-9A-Fa-f]{2}")
# What needs no percent-encoding in a key: RFC 3986 allows these in a path, and decoding leaves them as they are. A plus is
# not among them, because form decoders read it as a blank.
PLAIN_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*;=:@"

# The formats of manifests, and what the columns of the first can hold.
CSV = "COSBatchOperations_CSV_V1"
INVENTORY = "COSInventoryReport_CSV_V1"
FORMATS = (CSV, INVENTORY)
COLUMNS = ("Ignore", "Bucket", "Key", "VersionId")

# Short codes of the regions that had one before 2020; no other region has a published code.
SHORT_REGIONS = {
    "tj": "ap-beijing-1",
    "bj": "ap-beijing",
    "sh": "ap-shanghai",
    "gz": "ap-guangzhou",
    "cd": "ap-chengdu",
    "sgp": "ap-singapore",
    "hk": "ap-hongkong",
    "ca": "na-toronto",
    "ger": "eu-frankfurt",
}


class Resource(NamedTuple):
    """A bucket (`name-appid`) or an object in it; `region` is None where the text did not say it."""

    bucket: str
    key: str | None
    region: str | None

    @property
    def appid(self) -> str:
        return appid_of(self.bucket)

    @property
    def uri(self) -> str:
        """`cos://bucket/key`, as people write it; the region is not in it."""
        return f"cos://{self.bucket}" + (f"/{self.key}" if self.key else "")

    def arn(self, region: str) -> str:
        """The short form, as the page's samples write objects and report buckets."""
        return f"qcs::cos:{region}::{self.bucket}" + (f"/{self.key}" if self.key else "")


def is_job_id(value: object) -> bool:
    """Whether it can be a JobId (436/38608): 1 to 64 bytes that a path holds as they are. Those seen were UUIDs."""
    return isinstance(value, str) and bool(_JOB_ID.fullmatch(value))


def appid_of(bucket: str) -> str:
    """The account's number at the end of a bucket's full name."""
    return bucket.rpartition("-")[2]


def column_faults(columns: Sequence[str]) -> list[str]:
    """The faults of a manifest's columns. No page says it: a row names one bucket, one key and at most one version."""
    once = [(name, columns.count(name)) for name in ("Bucket", "Key")]
    faults = [f"must name {name} once, not {times} times" for name, times in once if times != 1]
    if columns.count("VersionId") > 1:
        faults.append("must name VersionId at most once; a column that is not used is called Ignore")
    return faults


def is_inventory(key: str) -> bool:
    """Whether an object of this name is taken for the list of an inventory's data files, and not for rows."""
    return key.endswith("manifest.json")


@lru_cache(maxsize=256)
def parse_resource(text: str) -> Resource:
    """Read a resource name, a `cos://bucket-appid/key` or the https URL of an object or bucket. Raises ValueError."""
    found = _ARN.fullmatch(text) or _NAME.fullmatch(text) or _URL.fullmatch(text)
    if found is None:
        # Other tools of COS complete the bucket's name from their own configuration.
        why = ": behind its bucket's name stands no APPID" if _NO_APPID.match(text) else ""
        raise ValueError(f"not a resource name{why}")
    parts = found.groupdict("")
    bucket, key, uid = parts["bucket"], parts["key"], parts.get("uid")
    if uid and uid != appid_of(bucket):
        raise ValueError(f"uid/{quoted(uid)} is not the APPID at the end of bucket {quoted(bucket)}")
    key = _decoded(key) if text.startswith("http") else key
    return Resource(bucket, key or None, parts.get("region"))


def _decoded(path: str) -> str:
    if BAD_ESCAPE.search(path):
        raise ValueError("the URL has a % that is no escape (the character itself is %25)")
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("the escapes of the URL are not UTF-8") from None


def target_arn(bucket: str, region: str) -> str:
    """The long form, as the newest page writes TargetResource."""
    return f"qcs::cos:{region}:uid/{appid_of(bucket)}:{bucket}"


def role_arn(uin: str, name: str) -> str:
    return f"qcs::cam::uin/{uin}:roleName/{name}"


def role_uin(role_arn: str) -> str | None:
    """The account that a role belongs to; None where the text is no role."""
    found = _ROLE.fullmatch(role_arn)
    return found["uin"] if found else None


def control_host(uin: str, region: str) -> str:
    """Where the batch calls go."""
    return f"{uin}.cos-control.{region}.myqcloud.com"


def bucket_host(bucket: str, region: str) -> str:
    return f"{bucket}.cos.{region}.myqcloud.com"


def whole_number(value: object) -> int | None:
    """The number from 0 to 18 digits, which some answers and events give as text; None for anything else."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    return value if type(value) is int and 0 <= value < 10**18 else None
