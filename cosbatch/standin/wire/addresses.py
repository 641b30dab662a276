"""Whose COS this is, and what is addressed in it: by a request's Host header and path, and by an ARN."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

CONTROL_HOST = re.compile(r"(?P<uin>[^.]+)\.cos-control\.(?P<region>[a-z0-9-]+)\..+", re.ASCII)
# Within the cloud's network it is cos-internal; before 2020 it was cos and the short code of a region.
BUCKET_HOST = re.compile(
    r"(?P<bucket>[^.]+)\.cos(?:(?:-internal)?\.(?P<region>[a-z0-9-]+)|(?P<short>[a-z]+))\..+", re.ASCII
)
SERVICE_HOST = re.compile(r"(?:service\.cos|cos\.(?P<region>[a-z0-9-]+))\..+", re.ASCII)
# Where the vendor has its other services too: data processing, say.
VENDORS_DOMAINS = (".myqcloud.com", ".tencentcos.cn", ".tencentcos.com")
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
BUCKET_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[1-9][0-9]*", re.ASCII)
RESOURCE = re.compile(
    r"qcs::cos:(?P<region>[a-z0-9-]+):(?:uid/(?P<appid>[0-9]+))?:(?P<bucket>[a-z0-9-]+-[0-9]+)(?:/(?P<key>.+))?",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True)
class Account:
    """One root account, its region and its one pair of keys.

    The defaults are the numbers of the API pages' own samples, and keys that are plainly no real ones.
    """

    uin: str = "100000000001"
    appid: str = "1250000000"
    region: str = "ap-chengdu"
    secret_id: str = "AKIDstandinStandinStandinStandin0000"  # noqa: S105 - it opens nothing
    secret_key: str = field(default="standin-key-that-opens-nothing", repr=False)

    def environ(self, endpoint: str) -> dict[str, str]:
        """The variables that point a client of this project at `endpoint`."""
        return {
            "TENCENTCLOUD_SECRETID": self.secret_id,
            "TENCENTCLOUD_SECRETKEY": self.secret_key,
            "COSBATCH_UIN": self.uin,
            "COSBATCH_APPID": self.appid,
            "COSBATCH_REGION": self.region,
            "COSBATCH_ENDPOINT": endpoint,
        }

    def owns_bucket(self, bucket: str) -> bool:
        """Whether a bucket name ends in this account's APPID, as the names of all its buckets do."""
        return bucket.endswith(f"-{self.appid}")


@dataclass(frozen=True)
class Target:
    """What a request is about. `kind` is batch, service, bucket, object, standin or function; other: not COS."""

    kind: str
    region: str
    uin: str = ""
    bucket: str = ""
    key: str = ""
    path: str = ""


@dataclass(frozen=True)
class Resource:
    """An object as an ARN names it, or a bucket, without `key`."""

    region: str
    bucket: str
    key: str = ""


def find_target(hosts: Iterable[str], path: str, home: str) -> Target:
    """What a request is about; with a host that is none of the vendor's the path decides.

    `home` is the region that is taken where the host names none.
    """
    for host in hosts:
        target = _by_host(without_port(host).lower(), path, home)
        if target:
            return target
    return _by_path(path, home)


def without_port(host: str) -> str:
    """The name or the address in a Host header."""
    return re.sub(r":\d*\Z", "", host)


def _by_host(host: str, path: str, home: str) -> Target | None:
    if match := CONTROL_HOST.fullmatch(host):
        return Target("batch", match["region"], uin=match["uin"], path=path)
    if match := SERVICE_HOST.fullmatch(host):
        return Target("service", match["region"] or home, path=path)
    if match := BUCKET_HOST.fullmatch(host):
        region = match["region"] or SHORT_REGIONS.get(match["short"])
        if region:
            return _in_bucket(match["bucket"], region, path[1:])
    return Target("other", home, path=path) if host.endswith(VENDORS_DOMAINS) else None


def _by_path(path: str, home: str) -> Target:
    if path == "/" or path.startswith("/_standin/"):
        return Target("standin", home, path=path)
    if path == "/_function" or path.startswith("/_function/"):
        return Target("function", home, path=path)
    if path == "/jobs" or path.startswith("/jobs/"):
        return Target("batch", home, path=path)
    bucket, _, key = path[1:].partition("/")
    return _in_bucket(bucket, home, key)


def _in_bucket(bucket: str, region: str, key: str) -> Target:
    return Target("object" if key else "bucket", region, bucket=bucket, key=key)


def parse_resource(arn: str) -> Resource | None:
    """What an ARN in its short form, or with `uid/<appid>`, names; None if it is no ARN of a bucket or an object.

    In the long form the APPID has to be the one that the bucket's name ends in.
    """
    match = RESOURCE.fullmatch(arn)
    if not match or (match["appid"] and not match["bucket"].endswith("-" + match["appid"])):
        return None
    return Resource(match["region"], match["bucket"], match["key"] or "")
