"""The service's own errors: each Code with its HTTP status and the usual message."""

from __future__ import annotations

KNOWN = {
    "AccessDenied": (403, "Access Denied."),
    "BadDigest": (400, "The Content-MD5 you specified did not match what was received."),
    "BucketAlreadyOwnedByYou": (409, "The bucket exists already and is yours."),
    "BucketNotEmpty": (409, "The bucket you tried to delete is not empty."),
    "EntityTooLarge": (400, "The object is larger than one upload may be."),
    "EntityTooSmall": (400, "A part other than the last is smaller than 1 MB."),
    "IncompleteBody": (400, "The body is shorter than Content-Length says."),
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "InvalidAccessKeyId": (403, "The Access Key Id you provided does not exist in our records."),
    "InvalidArgument": (400, "Invalid Argument."),
    "InvalidBucketName": (400, "A bucket's name is lower-case letters, digits and hyphens, ending in -APPID."),
    "InvalidDigest": (400, "Content-MD5 is not the base64 form of 16 bytes."),
    "InvalidObjectState": (403, "The object is archived and has to be restored before it can be read."),
    "InvalidPart": (400, "A part that the list names was not found, or has another ETag."),
    "InvalidPartOrder": (400, "The parts are not in ascending order."),
    "InvalidRange": (416, "The requested range does not lie within the object."),
    "InvalidRequest": (400, "Invalid request."),
    "InvalidTag": (400, "A tag breaks the rules for tags."),
    "InvalidURI": (400, "Could not parse the specified URI."),
    "KeyTooLong": (400, "A key may be 850 bytes long."),
    "MalformedPOSTRequest": (400, "The body of the POST is no well-formed multipart/form-data."),
    "MalformedXML": (400, "The XML you provided was not well formed or did not follow the published schema."),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "MissingContentLength": (411, "You must provide the Content-Length header."),
    "NoSuchBucket": (404, "The specified bucket does not exist."),
    "NoSuchJob": (404, "The specified job does not exist."),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchTagSet": (404, "There are no tags."),
    "NoSuchUpload": (404, "The specified upload does not exist."),
    "NoSuchVersion": (404, "The specified version does not exist."),
    "NotImplemented": (501, "The stand-in does not know this call."),
    "NotModified": (304, ""),
    "PreconditionFailed": (412, "At least one of the preconditions you specified did not hold."),
    "Request has expired": (403, "Request has expired"),
    "RequestTimeTooSkewed": (403, "The difference between the request time and the server's time is too large."),
    "RestoreAlreadyInProgress": (409, "The object is being restored already."),
    "RestoreNonArchiveObject": (405, "The object is not archived."),
    "ServiceUnavailable": (500, "The service is temporarily unavailable. Please try again."),
    "SignatureDoesNotMatch": (403, "The Signature you specified is invalid."),
    "SlowDown": (503, "Please reduce your request rate."),
    "TooManyJobs": (500, "The number of jobs has reached the upper limit."),
    "XMLSizeLimit": (400, "The XML body is larger than allowed."),
}


class ServiceError(Exception):
    """An answer of the service that is an Error document.

    `details` are further children, such as StringToSign, that real answers have between Message and Resource.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        status: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        details: tuple[tuple[str, str], ...] = (),
    ) -> None:
        known_status, usual_message = KNOWN[code]
        self.code = code
        self.message = usual_message if message is None else message
        self.status = known_status if status is None else status
        self.headers = headers
        self.details = details
        super().__init__(f"{self.status} {code}: {self.message}")
