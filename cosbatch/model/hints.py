"""For every Code that can come back: what is behind it, and how to fix it, in English and in Chinese.

The Chinese texts stand in gettext's catalogue `cosbatch/model/locale`. After a change of a hint: `python -m tests.catalogue`.
"""

from __future__ import annotations

import gettext
import os
from functools import cache

from cosbatch.model.errors import CosbatchError, ServiceError

DOMAIN = "hints"
CATALOGUES = os.path.join(os.path.dirname(__file__), "locale")

# Our own Codes, then the service's (436/38610, 436/7730), each list by name. Where a Code means something else in the
# result of one action, that stands beside it.
ENGLISH = {
    "BrokenState": "What `cosbatch build` kept of an interrupted listing cannot be read. Remove the .state and .part "
    "files beside the manifest and run it again: it lists from the beginning.",
    "CannotPack": "A program that `cosbatch package` needs has failed; Message has its own words. Where pip found no version, "
    "it did not reach the package index, or that lacks the release: look at PIP_INDEX_URL and HTTPS_PROXY, and try again.",
    "ConfigurationError": "Variables or profiles are wrong: fix what is listed. In a shell, `export NAME=value` sets a "
    "variable, and `cosbatch init` asks for what is needed and writes profiles.json and cosbatch.env, to be read with "
    "`. ./cosbatch.env`. A function is to be deployed again. `cosbatch doctor` checks both.",
    "DuplicateUnresolved": "The token was used before and its job cannot be seen. Where Message tells what ListJobs is "
    "answered by, mend that. Send the same call with the same token again in a minute. A job that was deleted from the "
    "listing, or is older than its 90 days, is never found: only where you are sure of that, make another one by a new "
    "token, on the command line by --again; for an upload, upload the list again.",
    "Forbidden": "The configuration does not let this caller ask for that. Ask for less, or have the policy, the "
    "profile or the caller's token widened.",
    "IdempotencyMismatch": "The same token stands for one job only, and a PlanDigest for one plan only. Take a new "
    "token for a new job; make the plan again where something has changed.",
    "InternalError": "A fault on this side or the service's. With a RequestId of COS, try again later; without one, "
    "the function's log or the command's --verbose has the traceback.",
    "InvalidEvent": "The event or body cannot be read. docs/calls.md shows calls, directly, over HTTP and by timers, and "
    "`cosbatch demo` the event of an upload; its record must name one object by key, url, bucket and appid alike. Of a "
    "dead letter, take the event out of Body.ClientContext: docs/operating.md#dead-letters.",
    "InvalidManifest": "The list cannot work as it is. Fix what is listed and upload it again; `cosbatch check "
    "FILE` judges it offline.",
    "InvalidRequest": "The call breaks rules of its page: fix what is listed. From the service itself it also "
    "means a repeated token, an empty body, or a status that cannot change so.",
    "MethodNotAllowed": "The route has other methods; the Allow header names them.",
    "NotFound": "There is no such route. POST /jobs creates; GET /jobs lists; GET /jobs/<JobId> describes.",
    "OutputInUse": "Another `cosbatch build` or `split` writes there. Wait for its end, or choose another --output.",
    "PayloadTooLarge": "A call is at most 256 KiB. The list of objects belongs into a manifest in a bucket, not into "
    "the call.",
    "Unauthorized": "Send Authorization: Bearer <token>; the SHA-256 of the token must stand in COSBATCH_HTTP_TOKENS.",
    "UnexpectedResponse": "Something between here and COS answered. Check COSBATCH_ENDPOINT, the region, and proxies "
    "or gateways on the way.",
    "UnsupportedMediaType": "Send the body as JSON, with Content-Type: application/json.",
    "UpstreamTLS": "The certificate of the other side is not the service's. Check COSBATCH_ENDPOINT and proxies that "
    "open TLS.",
    "UpstreamTimeout": "COS did not answer in time. Try again with the same token; if it happens often, "
    "give the function a longer timeout, or on the command line set COSBATCH_TIMEOUT (seconds).",
    "UpstreamUnreachable": "No connection to COS or to the proxy before it. Where --endpoint or COSBATCH_ENDPOINT names an "
    "address, check that, and whether the stand-in still runs there; else the region, on the command line HTTPS_PROXY "
    "and NO_PROXY, and in a VPC the way out to the internet. Then try again, with the same token if there was one.",
    "AccessDenied": "The function's role, or on the command line the owner of the keys, may not do this. Check that "
    "COSBATCH_UIN and COSBATCH_APPID are of their account. Give the role the rights that `cosbatch policy` prints, the owner "
    "of the keys those of `cosbatch policy --commands`, and check that the batch role trusts cos.cloud.tencent.com.",
    "BadDigest": "The body was changed on its way: Content-MD5 does not fit. Look for a proxy that rewrites bodies.",
    "EntitySizeNotMatch": "The body is not as long as Content-Length says. Look for a proxy that rewrites bodies.",
    "ExpiredToken": "The temporary credentials are over. A function gets new ones for each invocation; elsewhere, ask "
    "for new ones.",
    "IncompleteBody": "The body did not arrive whole. Try again with the same token.",
    "InvalidAccessKeyId": "The SecretId does not exist. Check the execution role, or the key that was set by hand.",
    "InvalidArgument": "A parameter is empty or out of its range; the Message names it. An empty x-cos-appid means "
    "that COSBATCH_APPID is wrong.",
    "InvalidDigest": "Content-MD5 is not a digest. Look for a proxy that rewrites headers.",
    "InvalidObjectState": "An archived object must be restored before it can be read or copied. Run a restore job "
    "first.",
    "InvalidRegionName": "The region does not exist or has no batch jobs. Check COSBATCH_REGION.",
    "InvalidRequest of UpdateJobStatus": "The job's state does not allow that: a job that has ended cannot be "
    "cancelled, and only one that waits for it (Suspended) can be confirmed. `cosbatch describe JOBID` shows its "
    "state.",
    "InvalidURI": "The path cannot be read. Check the JobId or the key.",
    "KmsFreqControl": "The key service limits the pace. Try again later.",
    "MalformedXML": "The service cannot read Manifest, Operation or Report. Compare the document with the page; "
    "`plan` shows the XML.",
    "MissingContentLength": "Something on the way took the Content-Length away. Look for a proxy.",
    "MissingRequestBodyError": "The body did not arrive. Look for a proxy that drops it.",
    "NoSuchBucket": "There is no such bucket in this region. Check its full name, <name>-<appid>, and COSBATCH_REGION.",
    "NoSuchJob": "There is no such job in this region, or it is older than 90 days. `cosbatch jobs` lists them; "
    "--region asks in another region.",
    "NoSuchJob of UpdateJobStatus": "There is no such job in this region, or it has ended. `cosbatch describe JOBID` "
    "shows its state.",
    "NoSuchJob of UpdateJobPriority": "There is no such job in this region, or it has ended: then its priority "
    "decides nothing. `cosbatch describe JOBID` shows its state.",
    "NoSuchKey": "There is no such object, or no such bucket in this region. Check both: the bucket's full name, "
    "<name>-<appid>, and the key; in a row of a list it is percent-encoded, in a call it stands as it is.",
    "NoSuchVersion": "There is no such version of the object. Check ObjectVersionId, or leave it out for the newest.",
    "NotImplemented": "The service does not offer this here. Check the region, and whether the operation is released "
    "for the account.",
    "PathConflict": "A folder and an object have the same name. Rename one of them.",
    "PreconditionFailed": "The object was changed since its ETag was noted, or a since-constraint does not hold. Take "
    "the object as it is now.",
    "Request has expired": "The signature's time is over. Check the clock of the machine that signs.",
    "RequestTimeTooSkewed": "The clock here is more than 15 minutes off the service's. The function fixes its own; a "
    "machine's must be set.",
    "RequestTimeout": "The request took too long to arrive. Try again with the same token.",
    "RestoreAlreadyInProgress": "The object is being restored already. Wait for that; the task need not be done again.",
    "RestoreNonArchiveObject": "The object is not archived, there is nothing to restore. Take its row out of the "
    "manifest.",
    "ServiceUnavailable": "The service cannot do this just now. Try again later, with the same token if there was one.",
    "SignatureDoesNotMatch": "The SecretKey is not that of the SecretId, or the request was changed on its way. Check "
    "the key first, then proxies that change headers; the JSON of this failure shows StringToSign and FormatString as "
    "the service and as we wrote them.",
    "SlowDown": "Too many requests. Wait a minute, or over HTTP as long as Retry-After says, and try again with the same "
    "token.",
    "TooManyJobs": "The quota of jobs is full: this job was not created. Wait until jobs end, or cancel or delete some.",
    "UserNetworkTooSlow": "The request came in too slowly. Try again with the same token.",
    "XMLSizeLimit": "The document is larger than the service reads. Shorten metadata, tags and grants.",
}
UNKNOWN = (
    "The service gives no documented meaning to this Code; its Message and RequestId are what its support asks for."
)


def hint_for(code: str, language: str = "en", action: str = "") -> str:
    """One or two sentences for the Code, which came of that action where one is given; `language` is `en` or `zh`."""
    hint = ENGLISH.get(f"{code} of {action}") or ENGLISH.get(code, UNKNOWN)
    return _catalogue(language).gettext(hint)


def hint_on(error: CosbatchError, language: str, action: str) -> str:
    """The same for an error that came of that action; of what was refused before it was sent, the service's reasons say nothing."""
    return hint_for(error.code, language, action if isinstance(error, ServiceError) else "")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)
