"""Who may make a call: whoever has signed it with the account's key, and everyone where a list says so."""

from __future__ import annotations

from cosbatch.standin.cos.acl import read_acl
from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import find_bucket, find_version
from cosbatch.standin.wire.addresses import BUCKET_NAME
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.signatures import read_claim, verify

OBJECT_READS = ("GetObject", "HeadObject")
BUCKET_READS = ("GetBucket", "HeadBucket")


def check_access(call: Call, action: str, now: float, clock_moved: bool) -> None:
    """Raises ServiceError with status 403 unless the call is allowed at `now` (Unix seconds).

    Nobody may use a bucket whose name ends in another account's APPID. A PostObject that bears no signature has a signed
    policy in its form.
    """
    account, bucket = call.service.account, call.target.bucket
    is_signed = read_claim(call.request) is not None
    if is_signed or not (action == "PostObject" or _is_open(call, action)):
        verify(call.request, account, now, clock_moved)
    if BUCKET_NAME.fullmatch(bucket) and not account.owns_bucket(bucket):
        raise ServiceError("AccessDenied")


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
