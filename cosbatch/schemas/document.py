"""A CreateJob request as the API's pages describe it, element by element.

Sources: CreateJob (436/38608, table and template, 2019 to 2025), common elements (436/38607). Where the pages disagree,
the tolerant reading is taken on input and the newest page's on output; each such place says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from cosbatch.model import names
from cosbatch.model.errors import InvalidRequest, Problem
from cosbatch.model.identity import OF_EVENTS
from cosbatch.model.names import COLUMNS, CSV, FORMATS, INVENTORY, column_faults
from cosbatch.schemas.elements import Choice, Element, Flag, ListOf, Nothing, Number, Part, Text, load

OPERATIONS = ("COSDeleteObject", "COSInitiateRestoreObject", "COSPutObjectCopy", "COSPutObjectTagging")
DIRECTIVES = ("Copy", "Replaced", "Add")
# The API's table has the first two, the console offers all four.
STORAGE_CLASSES = ("STANDARD", "STANDARD_IA", "ARCHIVE", "DEEP_ARCHIVE")
PREFIXES = ("ResourcesPrefix", "TargetKeyPrefix")
PRIORITY_MAXIMUM = 2_147_483_647
NAME_LIMIT = 1024
# The oldest pages have the short form, the newest the long one; `uid/` carries the APPID. Both are taken.
NAME_FORMS = "qcs::cos:<region>::<bucket-appid>, qcs::cos:<region>:uid/<appid>:<bucket-appid>, cos://<bucket-appid>"
ROLE_FORM = "qcs::cam::uin/<uin>:roleName/<name>"
_REFUSAL = "The job breaks rules of the CreateJob page; nothing was sent."


def _resource(text: str) -> names.Resource:
    try:
        return names.parse_resource(text)
    except ValueError as error:
        raise ValidationError(f"{error}; write {NAME_FORMS} or the https URL") from None


def object_name(text: str) -> str:
    """The name of an object; of an URL, which says its region, the ARN."""
    resource = _resource(text)
    if resource.key is None:
        raise ValidationError("names a bucket; the manifest is an object: add /<key>")
    return resource.arn(resource.region or "") if text.startswith("http") else text


def bucket_name(text: str) -> str:
    """The name of a bucket, without the slash that some write after it."""
    if _resource(text).key is not None:
        raise ValidationError("names an object; give the bucket alone")
    return text.removesuffix("/")


def role_name(text: str) -> None:
    if names.role_uin(text) is None:
        raise ValidationError(f"must be {ROLE_FORM}")


def quoted_etag(text: str) -> str:
    """The newest page sends the quotes of the ETag, the 2020 page does not: both are taken, quotes are sent."""
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not bare or '"' in bare or not bare.isprintable():
        raise ValidationError('must be an ETag such as "15150651828fa9cdcb8356b6d1c7638b"')
    return f'"{bare}"'


def token_text(text: str) -> None:
    if not text.isprintable() or text.isspace():
        raise ValidationError("must be printable, and no blanks alone; a UUID is advised")
    if text.startswith(OF_EVENTS):
        raise ValidationError(f"must not begin with {OF_EVENTS}, as the tokens of uploads and timers do")


class Location(Element):
    """Where the manifest is. A missing ETag is asked for before the job is sent."""

    ETag = Text(1, 1024, form=quoted_etag, load_default=None, about="With or without its quotes.")
    ObjectArn = Text(1, 1024, form=object_name, required=True, about=f"The object: {NAME_FORMS}, and /<key>.")
    ObjectVersionId = Text(1, 1024)


class Spec(Element):
    """How the manifest is read. Left out as a whole, it is read off the manifest."""

    Fields = ListOf(Choice(*COLUMNS), minimum=1, load_default=None, about=f"The columns in order; required with {CSV}.")
    # The oldest sample gives an inventory's manifest.json as rows: no page ties the name of the manifest to its format.
    Format = Choice(*FORMATS, load_default=None, about=f"{INVENTORY} for the manifest.json of an inventory.")

    @validates_schema(skip_on_field_errors=False)
    def check_columns(self, data: dict[str, Any], **_: Any) -> None:
        """What is wrong by itself is missing from `data`, what is not given is None there: neither is reported twice."""
        columns, format_ = data.get("Fields", ()), data.get("Format", "")
        faults = {"Fields": column_faults(columns) if columns else []}
        if columns is not None and format_ is None:
            faults["Format"] = [f"is required with Fields; add {' or '.join(FORMATS)}"]
        if columns is None and format_ == CSV:
            faults["Fields"] = [f"is required with {CSV}; name the columns in order"]
        if any(faults.values()):
            raise ValidationError(faults)


class Manifest(Element):
    """The objects that the job works on."""

    Location = Part(Location(), required=True)
    Spec = Part(Spec(), load_default=lambda: {"Fields": None, "Format": None})


class Grantee(Element):
    """Who is granted; the templates leave DisplayName out, the tables have it as optional."""

    DisplayName = Text()
    Identifier = Text(1, required=True, about="qcs::cam::uin/<uin>:uin/<uin>")
    TypeIdentifier = Choice("ID", required=True)


class Grant(Element):
    """What one grantee may do with the copies."""

    Grantee = Part(Grantee(), required=True)
    Permission = Choice("READ", "WRITE", "FULL_CONTROL", required=True)


class Pair(Element):
    """A piece of user metadata."""

    Key = Text(1, required=True)
    Value = Text(required=True)


class Tag(Element):
    """An object's tag; the pages give 127 and 128, 255 and 256 as limits: the wider ones hold."""

    Key = Text(1, 128, required=True)
    Value = Text(0, 256, required=True)


class NewObjectMetadata(Element):
    """The metadata of the copies."""

    CacheControl = Text()
    ContentDisposition = Text()
    ContentEncoding = Text()
    ContentType = Text()
    # "Timestamp" in the template, String in the tables and in every client.
    HttpExpiresDate = Text(about="As in the header Expires.")
    SSEAlgorithm = Choice("AES256")
    UserMetadata = ListOf(Part(Pair()))


def _tags(**options: Any) -> ListOf:
    """Up to ten tags an object (limits page, 436/14518)."""
    return ListOf(Part(Tag()), minimum=1, maximum=10, about="The tags.", **options)


# The condition of NewObjectTagging says Replace where the enumeration says Replaced: both are taken.
_TAGGING_DIRECTIVE = Choice(*DIRECTIVES, synonyms={"Replace": "Replaced"})


class Copy(Element):
    """COSPutObjectCopy: copies each object, in the order of the 2023 template.

    MetadataDirective, printed twice there, stands once. The vendor's Go client has CannedAccessControlList behind the
    grants: no page asks for an order. None says what both access controls together mean: neither is refused.
    """

    AccessControlDirective = Choice(*DIRECTIVES, about="Where the access control of the copies comes from.")
    # Many on the pages; the vendor's Go client can hold one.
    AccessControlGrants = ListOf(Part(Grant()), minimum=1)
    PrefixReplace = Flag(about="Whether keys get another prefix; needs one or both of the next two.")
    ResourcesPrefix = Text(0, 1024, about="What is taken off the keys; a folder ends in a slash.")
    TargetKeyPrefix = Text(0, 1024, about="What is put before the keys; a folder ends in a slash.")
    CannedAccessControlList = Choice("private", "public-read")
    # 2020 knows Copy and Replaced, 2023 Add as well.
    MetadataDirective = Choice(*DIRECTIVES, about="Where the metadata of the copies comes from.")
    # "Timestamp" on the pages; every client sends Unix seconds.
    ModifiedSinceConstraint = Number(0, 2**63 - 1, about="Unix seconds; older objects are left (412).")
    UnModifiedSinceConstraint = Number(0, 2**63 - 1, about="Unix seconds; newer objects are left (412).")
    NewObjectMetadata = Part(NewObjectMetadata())
    TaggingDirective = _TAGGING_DIRECTIVE
    NewObjectTagging = _tags()
    StorageClass = Choice(*STORAGE_CLASSES)
    TargetResource = Text(1, 1024, form=bucket_name, required=True, about=f"The target: {NAME_FORMS}.")

    # In both, a field that is wrong by itself counts as given; of what is no object, `data` is empty.
    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_prefixes(self, data: dict[str, Any], original: Mapping[str, object], **_: Any) -> None:
        """The page reads prefixes only with PrefixReplace, and tells of no two empty ones: both are taken for mistakes."""
        unread = [name for name in PREFIXES if data.get(name)]
        if unread and not data.get("PrefixReplace", "PrefixReplace" in original):
            message = "is only read when PrefixReplace is true; set it, or leave the prefix out"
            raise ValidationError({name: [message] for name in unread})
        if data.get("PrefixReplace") and all(original.get(name, "") == "" for name in PREFIXES):
            raise ValidationError("needs ResourcesPrefix, TargetKeyPrefix or both", "PrefixReplace")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_tags(self, data: dict[str, Any], original: Mapping[str, object], **_: Any) -> None:
        if data.get("TaggingDirective") in ("Replaced", "Add") and "NewObjectTagging" not in original:
            raise ValidationError("is required when TaggingDirective is Replaced or Add", "NewObjectTagging")


class Restore(Element):
    """COSInitiateRestoreObject: brings archived objects back for a time."""

    ExpirationInDays = Number(1, 365, required=True)
    # Expedited, which restores of single objects have, is not offered here.
    JobTier = Choice("Bulk", "Standard", required=True)


class Tagging(Element):
    """COSPutObjectTagging: tags each object; named by the newest page, its children known from the vendor's Go SDK."""

    TaggingDirective = _TAGGING_DIRECTIVE
    TagSet = _tags(required=True)


class Operation(Element):
    """What is done to each object: exactly one child."""

    COSDeleteObject = Nothing(about="Deletes each object; with a VersionId in its row, for good.")
    COSInitiateRestoreObject = Part(Restore())
    COSPutObjectCopy = Part(Copy())
    COSPutObjectTagging = Part(Tagging())

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_one(self, data: dict[str, Any], original: object, **_: Any) -> None:
        if not isinstance(original, Mapping):
            return
        given = [name for name in OPERATIONS if name in original]
        if len(given) != 1:
            has = " and ".join(given) or "none"
            raise ValidationError(f"must hold exactly one of {', '.join(OPERATIONS)}; it holds {has}")


class Report(Element):
    """Where a report of the tasks goes; required even where none is wanted."""

    # The sample of 2020 reports to a bucket of another region, no rule forbids it.
    Bucket = Text(1, 1024, form=bucket_name, required=True, about=f"The bucket: {NAME_FORMS}.")
    Enabled = Flag(required=True)
    Format = Choice("Report_CSV_V1", load_default="Report_CSV_V1")
    Prefix = Text(0, 256)
    ReportScope = Choice("AllTasks", "FailedTasksOnly", load_default="AllTasks")


class CreateJobRequest(Element):
    """A CreateJob request, in the template's order. A missing ClientRequestToken is made before the job is sent."""

    ClientRequestToken = Text(
        1, 64, validate=token_text, load_default=None, about="One for each job; a UUID is advised."
    )
    ConfirmationRequired = Flag(load_default=False, about="Whether the job waits to be confirmed.")
    # 1 to 256 bytes on the page of DescribeJob, 0 to 256 on all others.
    Description = Text(0, 256, load_default=None)
    Manifest = Part(Manifest(), required=True)
    Operation = Part(Operation(), required=True)
    Priority = Number(0, PRIORITY_MAXIMUM, required=True, about="The larger, the sooner.")
    Report = Part(Report(), required=True)
    RoleArn = Text(1, 1024, validate=role_name, required=True, about=f"Whose rights the job has: {ROLE_FORM}.")


_DOCUMENT = CreateJobRequest()
_DOCUMENT.beside = ("Profile", "DryRun", "PlanDigest")  # the fields of CreateJobOptions, which a call may hold as well
ELEMENTS = tuple(_DOCUMENT.fields)
REQUIRED = tuple(name for name, field in _DOCUMENT.fields.items() if field.required)


def load_document(value: object, region: str) -> dict[str, Any]:
    """A CreateJob document, normalised: page order, defaults filled in, every name an ARN, the ETag quoted.

    `region` is where names without a region are. Raises InvalidRequest with all faults.
    """
    return _with_arns(load(_DOCUMENT, value, _REFUSAL), region)


def _with_arns(document: dict[str, Any], region: str) -> dict[str, Any]:
    """`cos://` names and URLs become ARNs; ARNs stay as they are. Raises InvalidRequest where one gets too long."""
    places = (
        ("/Manifest/Location/ObjectArn", document["Manifest"]["Location"]),
        ("/Operation/COSPutObjectCopy/TargetResource", document["Operation"].get("COSPutObjectCopy", {})),
        ("/Report/Bucket", document["Report"]),
    )
    problems: list[Problem] = []
    for pointer, element in places:
        name = pointer.rpartition("/")[2]
        if name in element and not element[name].startswith("qcs:"):
            resource = names.parse_resource(element[name])
            where = resource.region or region
            is_target = name == "TargetResource"
            element[name] = names.target_arn(resource.bucket, where) if is_target else resource.arn(where)
            size = len(element[name].encode())
            if size > NAME_LIMIT:
                message = f"must have at most {NAME_LIMIT} bytes as an ARN; it has {size}: choose a shorter name"
                problems.append(Problem(pointer, message))
    if problems:
        raise InvalidRequest(_REFUSAL, problems)
    return document
