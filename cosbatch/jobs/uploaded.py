"""An upload and its list: which state of the object the job is of, and the receipt that tells the uploader the result.

Events come late, twice and out of order, and what they say of the object is not complete. So the object is looked at, and
its state gives the job its identity: one state of a manifest makes one job for each profile (docs/guarantee.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cosbatch.jobs.inspection import OBJECT_ARN, warning
from cosbatch.model import names
from cosbatch.model.errors import Forbidden, ServiceError, UnexpectedResponse
from cosbatch.model.identity import event_token
from cosbatch.model.messages import Upload, as_text
from cosbatch.service import actions
from cosbatch.service.exchange import Exchange
from cosbatch.service.manifest_object import ManifestObject, put_request

# Seconds that the clocks of the event and of the object may differ.
_SAME_TIME = 5.0


class UploadedManifest(NamedTuple):
    """The manifest object of an upload."""

    manifest: ManifestObject
    token: str  # of its state, for a profile
    modified: float  # when it was written, in Unix seconds
    warnings: Sequence[Mapping[str, object]]  # what the event says otherwise


def find_uploaded(upload: Upload, profile: str, exchange: Exchange) -> UploadedManifest:
    """The manifest that the upload's job is of. Raises ServiceSideError, also where there is no such object."""
    manifest = _version_of_event(upload, exchange) or _looked_at(upload, None, exchange)
    location, modified = manifest.location, manifest.last_modified
    if modified is None:
        raise UnexpectedResponse("The answer for the manifest names no Last-Modified.", may_have_acted=True)
    version = location.get("ObjectVersionId")
    state = ["version", version] if version else ["written", location["ETag"], str(int(modified))]
    token = event_token("upload", upload.bucket, upload.key, profile, *state)
    warnings = []
    if found := "; ".join(_contradictions(upload, manifest)):
        message = f"is not as its event says ({found}): another upload took its place, and the job is of that"
        warnings.append(warning("Superseded", OBJECT_ARN, message))
    return UploadedManifest(manifest, token, modified, warnings)


def _version_of_event(upload: Upload, exchange: Exchange) -> ManifestObject | None:
    """The version that the event names, where the bucket has it and it fits the event.

    No page says what `vid` is; the only published value is no version of COS (SCF documentation 583/9707).
    """
    if upload.version is None:
        return None
    try:
        manifest = _looked_at(upload, upload.version, exchange)
    except ServiceError as error:
        if error.retryable or error.unproven:
            raise
        return None
    fits = manifest.version == upload.version and not any(_contradictions(upload, manifest))
    return manifest if fits else None


def _looked_at(upload: Upload, version: str | None, exchange: Exchange) -> ManifestObject:
    location = {"ETag": None, "ObjectArn": upload.arn, **({"ObjectVersionId": version} if version else {})}
    manifest = ManifestObject(location, exchange)
    manifest.head()
    return manifest


def _contradictions(upload: Upload, manifest: ManifestObject) -> Iterator[str]:
    """In what the object is another one than the event tells of."""
    if upload.size is not None and manifest.size not in (None, upload.size):
        yield f"it has {manifest.size} bytes, not {upload.size}"
    if upload.etag is not None and manifest.location["ETag"].strip('"') != upload.etag.strip('"'):
        yield "it has another ETag"
    if upload.time is not None and (manifest.last_modified or 0) - upload.time > _SAME_TIME:
        yield "it was written later"


def receipt_place(folder: str, bucket: str, key: str) -> names.Resource:
    """Where the uploader of the list looks for its receipt: `<folder><bucket>/<key>.json`."""
    receipts = names.parse_resource(folder)
    return names.Resource(receipts.bucket, f"{receipts.key or ''}{bucket}/{key}.json", receipts.region)


def put_receipt(upload: Upload, folder: str, result: Mapping[str, object], exchange: Exchange) -> None:
    """Write the result as JSON. Raises CosbatchError, Forbidden where the folder is another account's."""
    place = receipt_place(folder, upload.bucket, upload.key)
    if place.appid != exchange.account.appid:
        raise Forbidden("The bucket of the receipts is another account's.")
    headers = (("Content-Type", "application/json; charset=utf-8"),)
    exchange.ask(put_request(place, exchange.account, as_text(result).encode(), headers), actions.checked)
