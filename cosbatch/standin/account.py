"""Whose COS this is: one root account, its region and its one pair of keys."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """The defaults are the numbers of the API pages' own samples and keys that are plainly no real ones."""

    uin: str = "100000000001"
    appid: str = "1250000000"
    region: str = "ap-chengdu"
    secret_id: str = "AKIDstandinStandinStandinStandin0000"  # noqa: S105 - it opens nothing
    secret_key: str = field(default="standin-key-that-opens-nothing", repr=False)

    def environ(self, endpoint: str) -> dict[str, str]:
        """Return the variables that point a client of this project at `endpoint`."""
        return {
            "TENCENTCLOUD_SECRETID": self.secret_id,
            "TENCENTCLOUD_SECRETKEY": self.secret_key,
            "COSBATCH_UIN": self.uin,
            "COSBATCH_APPID": self.appid,
            "COSBATCH_REGION": self.region,
            "COSBATCH_ENDPOINT": endpoint,
        }

    def owns_bucket(self, bucket: str) -> bool:
        """Tell whether a bucket name ends in this account's APPID, as every bucket of its does."""
        return bucket.endswith(f"-{self.appid}")
