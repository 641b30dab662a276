"""The profiles file: which upload becomes which job, and what callers may ask for at all."""

from __future__ import annotations

from marshmallow import ValidationError
from marshmallow.validate import Regexp

from cosbatch.model import names
from cosbatch.schemas.document import ELEMENTS, OPERATIONS, PRIORITY_MAXIMUM, CreateJobRequest, role_name
from cosbatch.schemas.elements import Choice, Element, Flag, ListOf, Number, Part, Text

# What a caller may be let change; the manifest and the token are always the caller's own.
OPENABLE = tuple(name for name in ELEMENTS if name not in ("ClientRequestToken", "Manifest"))
# What a profile's job may lack: the manifest comes with the upload; the rest, where it is open, with the call.
JOB_OPEN = ("Manifest", "Manifest.Location", *OPENABLE)

_PROFILE_NAME = Regexp(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z", error="must be letters, digits, dots, dashes and underscores")
_FULL_BUCKET_NAME = Regexp(rf"{names.BUCKET.pattern}\Z", error="must be a bucket's full name, <name>-<appid>")


def folder(text: str) -> None:
    """A bucket, or the beginning of keys in it up to a slash."""
    try:
        names.parse_resource(text)
    except ValueError as error:
        raise ValidationError(f"{error}; write cos://<name>-<appid>/<folder>/") from None
    if not text.endswith("/"):
        raise ValidationError("must end in a slash: receipts are written below it")


_BUCKETS = ListOf(Text(validate=_FULL_BUCKET_NAME))


class Match(Element):
    """The uploads that a profile takes: a bucket's full name, and how the keys begin and end."""

    bucket = Text(validate=_FULL_BUCKET_NAME, required=True)
    prefix = Text(load_default="")
    suffix = Text(load_default="")


class Limits(Element):
    """What a job of this profile may do at most; what is left out is not limited."""

    operations = ListOf(Choice(*OPERATIONS))
    source_buckets = _BUCKETS
    target_buckets = _BUCKETS
    max_objects = Number(1, 2**63 - 1)
    max_priority = Number(0, PRIORITY_MAXIMUM)


class Profile(Element):
    """One rule: an upload that matches, or a call that names it, becomes this job."""

    name = Text(1, 64, validate=_PROFILE_NAME, required=True)
    match = Part(Match(), load_default=None)
    job = Part(CreateJobRequest(exclude=("ClientRequestToken",), partial=JOB_OPEN), required=True)
    open = ListOf(Choice(*OPENABLE), load_default=list)
    limits = Part(Limits(), load_default=dict)
    unattended = Flag(load_default=False)
    receipts = Text(1, 1024, validate=folder, load_default=None)


class Policy(Element):
    """What any caller may ask for; what is left out is not limited."""

    free_documents = Flag(load_default=True)
    operations = ListOf(Choice(*OPERATIONS))
    roles = ListOf(Text(validate=role_name))
    manifest_buckets = _BUCKETS
    target_buckets = _BUCKETS
    report_buckets = _BUCKETS
    grantees = ListOf(Text(1, 1024))
    max_priority = Number(0, PRIORITY_MAXIMUM)
    self_confirmation = Flag(load_default=False)


class ProfilesFile(Element):
    profiles = ListOf(Part(Profile()), required=True)
    policy = Part(Policy(), load_default=dict)
