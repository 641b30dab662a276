"""Access control lists: a canned name and single grants, from headers and documents and back, and their calls."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from cosbatch.standin.cos.service import Call
from cosbatch.standin.wire.addresses import Account
from cosbatch.standin.wire.documents import Tree, answer, children_text, elements, parse
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response

CANNED = ("private", "public-read", "public-read-write", "default")
PERMISSIONS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")
EVERYONE = "http://cam.qcloud.com/groups/global/AllUsers"
ANYONE = "qcs::cam::anyone:anyone"  # the same, as SDKs and grants of jobs write it
GRANTEE = re.compile(r'\s*(?:id|uin)="([^"]+)"\s*', re.ASCII)

Grant = tuple[str, str]


@dataclass(frozen=True)
class Acl:
    """Who may do what beside the owner; a grant is a permission and the id of who holds it."""

    canned: str = ""
    grants: tuple[Grant, ...] = ()

    def to_json(self) -> str:
        """The list as it is kept in a column; the one that says nothing takes no room."""
        return json.dumps([self.canned, self.grants]) if self != Acl() else ""

    @property
    def lets_everyone_read(self) -> bool:
        """Whether unsigned requests may read."""
        reading = [holder for permission, holder in self.grants if permission in ("READ", "FULL_CONTROL")]
        return self.canned.startswith("public-read") or EVERYONE in reading or ANYONE in reading


def read_acl(text: str) -> Acl:
    """The list of a column."""
    if not text:
        return Acl()
    canned, grants = json.loads(text)
    return Acl(canned, tuple((permission, holder) for permission, holder in grants))


def header_acl(request: Request) -> Acl:
    """The list of the x-cos-acl and x-cos-grant- headers. Raises ServiceError InvalidArgument."""
    canned = request.header("x-cos-acl")
    if canned not in ("", *CANNED):
        raise ServiceError("InvalidArgument", f"x-cos-acl is one of {', '.join(CANNED)}")
    grants: list[Grant] = []
    for permission in PERMISSIONS:
        value = request.header(f"x-cos-grant-{permission.lower().replace('_', '-')}")
        grants.extend((permission, _holder(listed)) for listed in value.split(",") if listed.strip())
    return Acl("" if canned == "default" else canned, tuple(grants))


def _holder(listed: str) -> str:
    match = GRANTEE.fullmatch(listed)
    if not match:
        raise ServiceError("InvalidArgument", 'A grantee is written id="..."')
    return match[1]


def _document_acl(body: bytes, account: Account) -> Acl:
    """The list of an AccessControlPolicy document. Raises ServiceError MalformedXML.

    What it grants to the owner is left out, and grants to everyone become the canned name that says the same.
    """
    grants, public = [], set()
    for permission, grantee in map(_read_grant, elements(parse(body, "AccessControlPolicy"), "Grant")):
        if grantee.get("URI") == EVERYONE:
            public.add(permission)
        elif grantee.get("ID") != owner_id(account):
            grants.append((permission, grantee.get("ID", "")))
    canned = "private" if not public else "public-read" if public == {"READ"} else "public-read-write"
    return Acl(canned, tuple(grants))


def _read_grant(grant: Element) -> tuple[str, dict[str, str]]:
    grantees = [children_text(grantee) for grantee in elements(grant, "Grantee")]
    permission = children_text(grant).get("Permission", "")
    if len(grantees) != 1 or permission not in PERMISSIONS:
        raise ServiceError("MalformedXML", f"A Grant has one Grantee, and a Permission of {', '.join(PERMISSIONS)}")
    return permission, grantees[0]


def owner_id(account: Account) -> str:
    """The id under which lists name the owner."""
    return f"qcs::cam::uin/{account.uin}:uin/{account.uin}"


def person(identity: str) -> list[Tree]:
    """The children of an element that names somebody."""
    return [("ID", identity), ("DisplayName", identity)]


def _trees(acl: Acl, account: Account) -> list[Tree]:
    """The children of an AccessControlPolicy document."""
    owner = person(owner_id(account))
    public = {"public-read": ["READ"], "public-read-write": ["READ", "WRITE"]}.get(acl.canned, [])
    grants = [
        _grant("CanonicalUser", owner, "FULL_CONTROL"),
        *(_grant("Group", [("URI", EVERYONE)], permission) for permission in public),
        *(_grant("CanonicalUser", person(holder), permission) for permission, holder in acl.grants),
    ]
    return [("Owner", owner), ("AccessControlList", grants)]


def _grant(kind: str, holder: list[Tree], permission: str) -> Tree:
    grantee = f'Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{kind}"'
    return "Grant", [(grantee, holder), ("Permission", permission)]


def get_object_acl(call: Call) -> Response:
    """GetObjectACL: who may do what with an object."""
    _, version = call.find_object()
    default = () if version.attributes.acl else (("x-cos-acl", "default"),)
    return answer("AccessControlPolicy", _trees(read_acl(version.attributes.acl), call.service.account), *default)


def put_object_acl(call: Call) -> Response:
    """PutObjectACL: replace an object's list, from headers or a document."""
    call.set_object("acl", _given(call).to_json())
    return Response()


def get_bucket_acl(call: Call) -> Response:
    """GetBucketACL: who may do what with a bucket."""
    return answer("AccessControlPolicy", _trees(read_acl(call.find_bucket().acl), call.service.account))


def put_bucket_acl(call: Call) -> Response:
    """PutBucketACL: replace a bucket's list, from headers or a document."""
    call.set_bucket("acl", _given(call).to_json())
    return Response()


def _given(call: Call) -> Acl:
    body = call.request.text()
    return _document_acl(body, call.service.account) if body.strip() else header_acl(call.request)
