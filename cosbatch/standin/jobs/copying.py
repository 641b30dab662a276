"""What COSPutObjectCopy does to one object (spec 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from cosbatch.standin.cos.acl import Acl, Grant, read_acl
from cosbatch.standin.cos.restoring import check_readable
from cosbatch.standin.cos.service import KEY_LIMIT
from cosbatch.standin.cos.tags import check_tags
from cosbatch.standin.jobs.rules import pairs_of
from cosbatch.standin.jobs.work import Task, Verdict, Work
from cosbatch.standin.store.catalog import Attributes, Texts, Version, find_object
from cosbatch.standin.wire.addresses import Resource
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.schema import Document, part

# How the elements of NewObjectMetadata are called as headers.
HEADERS = {
    "CacheControl": "cache-control",
    "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding",
    "ContentType": "content-type",
    "HttpExpiresDate": "expires",
    "SSEAlgorithm": "x-cos-server-side-encryption",
}


@dataclass(frozen=True)
class Copying:
    """COSPutObjectCopy, one by one."""

    together: ClassVar[int] = 1
    statement: ClassVar[str] = ""

    work: Work
    parameters: Document
    target: Resource

    def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """Nothing is left to be written: the object is copied to the TargetResource, or it fails."""
        (task,) = tasks
        try:
            self._copy(task)
        except ServiceError as error:
            return [error]
        return [()]

    def _copy(self, task: Task) -> None:
        """The bytes are shared, not written again."""
        source = find_object(self.work.transaction.connection, *task)
        check_readable(source, self.work.service.clock.now())
        self._check_constraints(source)
        key, attributes = self._key(task.key), self._attributes(source.attributes)
        self.work.create(self.target, key, source.stored, attributes, "Copy")

    def _check_constraints(self, version: Version) -> None:
        after = cast(int, self.parameters.get("ModifiedSinceConstraint", -1))
        before = self.parameters.get("UnModifiedSinceConstraint")
        modified = int(version.modified)
        if modified <= after or (before is not None and modified > cast(int, before)):
            raise ServiceError("PreconditionFailed")

    def _key(self, key: str) -> str:
        """The key of the copy. Raises ServiceError where PrefixReplace does not apply to it."""
        if not self.parameters.get("PrefixReplace"):
            return key
        prefix = str(self.parameters.get("ResourcesPrefix", ""))
        if not key.startswith(prefix):
            raise ServiceError("InvalidArgument", "The key does not begin with ResourcesPrefix")
        copied = str(self.parameters.get("TargetKeyPrefix", "")) + key.removeprefix(prefix)
        if not copied:
            raise ServiceError("InvalidArgument", "Nothing is left of the key without ResourcesPrefix")
        if len(copied.encode()) > KEY_LIMIT:
            raise ServiceError("KeyTooLong")
        return copied

    def _attributes(self, source: Attributes) -> Attributes:
        """What the copy carries beside its bytes."""
        new = part(self.parameters, "NewObjectMetadata") if "NewObjectMetadata" in self.parameters else {}
        headers = {HEADERS[name]: str(value) for name, value in new.items() if name in HEADERS}
        pairs = pairs_of(new, "UserMetadata").items()
        metadata = {"x-cos-meta-" + key.lower().removeprefix("x-cos-meta-"): value for key, value in pairs}
        directive = str(self.parameters.get("MetadataDirective", "Copy"))
        return Attributes(
            headers=_directed(directive, source.headers, headers),
            metadata=_directed(directive, source.metadata, metadata),
            tags=self._tags(source.tags),
            acl=self._acl(read_acl(source.acl)).to_json(),
            storage_class=str(self.parameters.get("StorageClass", "STANDARD")),
        )

    def _tags(self, source: Texts) -> Texts:
        directive = str(self.parameters.get("TaggingDirective", "Copy"))
        tags = _directed(directive, source, pairs_of(self.parameters, "NewObjectTagging"))
        return check_tags(list(tags.items()))

    def _acl(self, source: Acl) -> Acl:
        """Grants are added to a canned list beside them; without either the copy is the owner's alone."""
        given = Acl(str(self.parameters.get("CannedAccessControlList", "")), self._grants())
        directive = self.parameters.get("AccessControlDirective", "Replaced")
        if directive == "Copy":
            return source
        if directive == "Add":
            return Acl(given.canned or source.canned, tuple(dict.fromkeys([*source.grants, *given.grants])))
        return given

    def _grants(self) -> tuple[Grant, ...]:
        listed = cast("list[Mapping[str, Mapping[str, str]]]", self.parameters.get("AccessControlGrants", []))
        return tuple((str(grant["Permission"]), grant["Grantee"]["Identifier"]) for grant in listed)


def _directed(directive: str, source: Texts, given: Texts) -> Texts:
    """Replace, which one page writes for Replaced, means the same."""
    return {"Copy": source, "Add": {**source, **given}}.get(directive, given)
