"""Who may make a call: whoever has signed it with the account's key, and everyone where a list says so."""

from __future__ import annotations

from cosbatch.standin.cos.acl import read_acl
from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import find_bucket, find_version
from cosbatch.standin.wire.addresses import BUCKET_NAME
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.signatures import read_claim, verify

OBJECT_READS = ("GetObject", "HeadObject")
APPID_LIMIT = 64
BUCKET_READS = ("GetBucket", "HeadBucket")


def check_access(call: Call, action: str, now: float, clock_moved: bool) -> None:
    """Raises ServiceError unless the call is allowed at `now` (Unix seconds): 403, or 400 for a job's call without x-cos-appid.

    Nobody may use a bucket whose name ends in another account's APPID. A PostObject that bears no signature has a signed
    policy in its form.
    """
    account, bucket = call.service.account, call.target.bucket
    is_signed = read_claim(call.request) is not None
    if is_signed or not (action == "PostObject" or _is_open(call, action)):
        verify(call.request, account, now, clock_moved)
    if BUCKET_NAME.fullmatch(bucket) and not account.owns_bucket(bucket):
        raise ServiceError("AccessDenied")
    if call.target.kind == "batch":
        _check_account(call)


def _check_account(call: Call) -> None:
    """Compare x-cos-appid and the UIN in the host of a call of the Batch API. Raises ServiceError."""
    appid = call.request.header("x-cos-appid").strip()
    if not 1 <= len(appid.encode()) <= APPID_LIMIT:
        raise ServiceError("InvalidArgument", "The x-cos-appid header is empty, or longer than 64 bytes")
    account = call.service.account
    if appid != account.appid or call.target.uin not in ("", account.uin):
        raise ServiceError("AccessDenied", "x-cos-appid or the UIN of the host belongs to another account")


def _is_open(call: Call, action: str) -> bool:
    if action not in (*OBJECT_READS, *BUCKET_READS):
        return False
    try:
        with call.service.database.reading() as connection:
            bucket = find_bucket(connection, call.target.bucket)
            version = find_version(connection, bucket, call.target.key, call.request.version_id())
    except ServiceError:
        return False
    acl = read_acl(bucket.acl)
    if action in OBJECT_READS and version:
        acl = read_acl(version.attributes.acl or bucket.acl)
    return acl.lets_everyone_read
