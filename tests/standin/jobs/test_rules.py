"""The rules of a CreateJobRequest, one line for each."""

from __future__ import annotations

import pytest

from cosbatch.standin.jobs.rules import read_document
from cosbatch.standin.wire.errors import ServiceError
from tests.standin.documents import (
    COPY,
    DELETE,
    RESTORE,
    SOURCE,
    TAGGING,
    copy,
    document,
    fields,
    manifest,
    operation,
    report,
)

CSV = "<Format>COSBatchOperations_CSV_V1</Format>"
INVENTORY = "<Format>COSInventoryReport_CSV_V1</Format>"
TAG = "<COSTag><Key>{}</Key><Value>v</Value></COSTag>"
GRANT = (
    "<COSGrant><Grantee><Identifier>qcs::cam::uin/1:uin/1</Identifier><TypeIdentifier>ID</TypeIdentifier></Grantee>"
    "<Permission>{}</Permission></COSGrant>"
)


def restore(days: str, tier: str) -> str:
    return operation(
        f"<COSInitiateRestoreObject><ExpirationInDays>{days}</ExpirationInDays><JobTier>{tier}</JobTier>"
        "</COSInitiateRestoreObject>"
    )


def tagging(*children: str) -> str:
    return operation(f"<COSPutObjectTagging>{''.join(children)}</COSPutObjectTagging>")


ACCEPTED = {
    "blanks around values": {
        "Priority": "<Priority>\n 10 </Priority>",
        "Operation": restore(" 365 ", " Bulk "),
    },
    "no description, no confirmation": {"Description": "", "ConfirmationRequired": ""},
    "an empty description": {"Description": "<Description/>"},
    "256 bytes of description": {"Description": f"<Description>{'é' * 128}</Description>"},
    "the largest priority": {"Priority": "<Priority>2147483647</Priority>"},
    "the smallest priority": {"Priority": "<Priority>0</Priority>"},
    "an unquoted ETag": {"Manifest": manifest(etag="ec75a30f3af000e9b31d62bed75cbcad")},
    "the long form of an ARN": {"Manifest": manifest(f"qcs::cos:ap-chengdu:uid/1250000000:{SOURCE}/m.csv")},
    "a version of the manifest": {"Manifest": manifest(version="<ObjectVersionId>v1</ObjectVersionId>")},
    "columns in any order": {"Manifest": manifest(spec=fields("Ignore", "Key", "VersionId", "Bucket", "Ignore") + CSV)},
    "an inventory without Fields": {"Manifest": manifest(spec=INVENTORY)},
    "an inventory with empty Fields, as Go writes them": {"Manifest": manifest(spec="<Fields></Fields>" + INVENTORY)},
    "a report without a prefix": {"Report": report(prefix="")},
    "a report elsewhere, switched off": {"Report": report("qcs::cos:ap-beijing::result-1250000000", "false")},
    "failed tasks only": {"Report": report(scope="FailedTasksOnly")},
    "deleting": {"Operation": operation(DELETE)},
    "deleting, written with two tags": {"Operation": operation("<COSDeleteObject> </COSDeleteObject>")},
    "tagging": {"Operation": operation(TAGGING)},
    "tagging without a directive": {"Operation": tagging(f"<TagSet>{TAG.format('a')}</TagSet>")},
    "tagging with an empty directive, as Go writes it": {
        "Operation": tagging("<TaggingDirective></TaggingDirective>", f"<TagSet>{TAG.format('a')}</TagSet>")
    },
    "removing all tags": {"Operation": tagging("<TagSet/>")},
    "the page's template prints MetadataDirective twice": {
        "Operation": copy("<MetadataDirective>Copy</MetadataDirective>" * 2)
    },
    "several grants beside a canned list": {
        "Operation": copy(
            f"<AccessControlGrants>{GRANT.format('READ')}{GRANT.format('WRITE')}</AccessControlGrants>",
            "<CannedAccessControlList>private</CannedAccessControlList>",
        )
    },
    "Replace for Replaced": {
        "Operation": copy(
            "<TaggingDirective>Replace</TaggingDirective>",
            f"<NewObjectTagging>{TAG.format('a')}</NewObjectTagging>",
        )
    },
    "the archive classes of the console": {"Operation": copy("<StorageClass>DEEP_ARCHIVE</StorageClass>")},
    "timestamps as seconds and in ISO form": {
        "Operation": copy(
            "<ModifiedSinceConstraint>1576000000</ModifiedSinceConstraint>",
            "<UnModifiedSinceConstraint>2019-12-19T18:00:29Z</UnModifiedSinceConstraint>",
        )
    },
}

REFUSED = {
    "no token": ("InvalidArgument", {"ClientRequestToken": ""}),
    "an empty token": ("InvalidArgument", {"ClientRequestToken": "<ClientRequestToken/>"}),
    "65 bytes of token": (
        "InvalidArgument",
        {"ClientRequestToken": f"<ClientRequestToken>{'x' * 65}</ClientRequestToken>"},
    ),
    "a boolean in another spelling": (
        "InvalidArgument",
        {"ConfirmationRequired": "<ConfirmationRequired>True</ConfirmationRequired>"},
    ),
    "257 bytes of description": (
        "InvalidArgument",
        {"Description": f"<Description>{'é' * 129}</Description>"},
    ),
    "no role": ("InvalidArgument", {"RoleArn": ""}),
    "a role that is none": ("InvalidArgument", {"RoleArn": "<RoleArn>examplerole</RoleArn>"}),
    "no priority": ("InvalidRequest", {"Priority": ""}),
    "a priority out of range": ("InvalidRequest", {"Priority": "<Priority>2147483648</Priority>"}),
    "a negative priority": ("InvalidRequest", {"Priority": "<Priority>-1</Priority>"}),
    "a priority in other digits": ("InvalidRequest", {"Priority": "<Priority>\u0663</Priority>"}),
    "an empty priority": ("InvalidRequest", {"Priority": "<Priority/>"}),
    "no manifest": ("MalformedXML", {"Manifest": ""}),
    "no ETag": ("MalformedXML", {"Manifest": manifest().replace("ETag>", "Etag>")}),
    "an empty ETag": ("MalformedXML", {"Manifest": manifest(etag="")}),
    "a bucket where an object belongs": (
        "MalformedXML",
        {"Manifest": manifest(f"qcs::cos:ap-chengdu::{SOURCE}")},
    ),
    "an ARN of another account's form": (
        "MalformedXML",
        {"Manifest": manifest(f"qcs::cos:ap-chengdu:uid/1:{SOURCE}/manifest.csv")},
    ),
    "an unknown format": (
        "MalformedXML",
        {"Manifest": manifest(spec=fields("Bucket", "Key") + "<Format>CSV</Format>")},
    ),
    "a CSV with empty Fields": ("MalformedXML", {"Manifest": manifest(spec="<Fields> </Fields>" + CSV)}),
    "an empty directive of a copy": ("MalformedXML", {"Operation": copy("<TaggingDirective></TaggingDirective>")}),
    "a CSV without Fields": ("MalformedXML", {"Manifest": manifest(spec=CSV)}),
    "no Key among the Fields": ("MalformedXML", {"Manifest": manifest(spec=fields("Bucket") + CSV)}),
    "two Keys": ("MalformedXML", {"Manifest": manifest(spec=fields("Bucket", "Key", "Key") + CSV)}),
    "an unknown field": ("MalformedXML", {"Manifest": manifest(spec=fields("Bucket", "Key", "Size") + CSV)}),
    "another element among the Fields": (
        "MalformedXML",
        {"Manifest": manifest(spec="<Fields><Field>Bucket</Field></Fields>" + CSV)},
    ),
    "no operation": ("MalformedXML", {"Operation": ""}),
    "an empty operation": ("MalformedXML", {"Operation": "<Operation/>"}),
    "two operations": ("MalformedXML", {"Operation": operation(RESTORE + COPY)}),
    "an operation of another cloud": ("MalformedXML", {"Operation": operation("<S3PutObjectCopy/>")}),
    "days out of range": ("MalformedXML", {"Operation": restore("366", "Bulk")}),
    "no days at all": ("MalformedXML", {"Operation": restore("0", "Bulk")}),
    "the tier that only POST restore has": ("MalformedXML", {"Operation": restore("1", "Expedited")}),
    "something inside COSDeleteObject": (
        "MalformedXML",
        {"Operation": operation("<COSDeleteObject>all</COSDeleteObject>")},
    ),
    "no target": ("MalformedXML", {"Operation": operation("<COSPutObjectCopy/>")}),
    "an object as the target": (
        "MalformedXML",
        {"Operation": copy(target="qcs::cos:ap-chengdu::target-1/key")},
    ),
    "an unknown permission": (
        "MalformedXML",
        {"Operation": copy(f"<AccessControlGrants>{GRANT.format('ADMIN')}</AccessControlGrants>")},
    ),
    "a timestamp in words": (
        "MalformedXML",
        {"Operation": copy("<ModifiedSinceConstraint>yesterday</ModifiedSinceConstraint>")},
    ),
    "a storage class that is not offered": (
        "MalformedXML",
        {"Operation": copy("<StorageClass>COLD</StorageClass>")},
    ),
    "a directive without its tags": (
        "MalformedXML",
        {"Operation": copy("<TaggingDirective>Add</TaggingDirective>")},
    ),
    "eleven tags": (
        "MalformedXML",
        {"Operation": tagging("<TagSet>", *(TAG.format(number) for number in range(11)), "</TagSet>")},
    ),
    "a tag twice": ("MalformedXML", {"Operation": tagging(f"<TagSet>{TAG.format('a') * 2}</TagSet>")}),
    "tagging without tags": (
        "MalformedXML",
        {"Operation": tagging("<TaggingDirective>Add</TaggingDirective>")},
    ),
    "two different MetadataDirectives": (
        "MalformedXML",
        {"Operation": copy("<MetadataDirective>Copy</MetadataDirective><MetadataDirective>Add</MetadataDirective>")},
    ),
    "no report": ("MalformedXML", {"Report": ""}),
    "a report's bucket that is none": ("MalformedXML", {"Report": report("results")}),
    "a report's prefix of 257 bytes": (
        "MalformedXML",
        {"Report": report(prefix=f"<Prefix>{'x' * 257}</Prefix>")},
    ),
    "an unknown scope": ("MalformedXML", {"Report": report(scope="Everything")}),
    "a number for a boolean": ("MalformedXML", {"Report": report(enabled="1")}),
    "an element that is none of the page's": ("MalformedXML", {"Tags": "<Tags/>"}),
    "the same element twice": ("InvalidArgument", {"Again": "<Description>example job</Description>"}),
    "elements where text belongs": (
        "InvalidArgument",
        {"Description": "<Description><b>x</b></Description>"},
    ),
}


@pytest.mark.parametrize("elements", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepts(elements: dict[str, str]) -> None:
    assert read_document(document(**elements).encode())


@pytest.mark.parametrize(("code", "elements"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(code: str, elements: dict[str, str]) -> None:
    with pytest.raises(ServiceError) as refused:
        read_document(document(**elements).encode())
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_names_the_element_that_breaks_a_rule() -> None:
    body = document(Operation=restore("366", "Bulk")).encode()
    with pytest.raises(ServiceError, match=r"Operation/COSInitiateRestoreObject/ExpirationInDays must be an integer"):
        read_document(body)


BODIES = {
    "nothing": (b"", "InvalidRequest"),
    "blanks": (b" \n", "InvalidRequest"),
    "no XML": (b"{}", "MalformedXML"),
    "an open element": (b"<CreateJobRequest>", "MalformedXML"),
    "another root": (b"<CreateJob/>", "MalformedXML"),
    "no UTF-8": (b"<CreateJobRequest>\xff</CreateJobRequest>", "MalformedXML"),
    "an entity bomb": (
        b'<!DOCTYPE a [<!ENTITY a "aaaa">]><CreateJobRequest>&a;</CreateJobRequest>',
        "MalformedXML",
    ),
    "text between the elements": (b"<CreateJobRequest>text</CreateJobRequest>", "MalformedXML"),
}


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES.keys())
def test_refuses_a_body_of(body: bytes, code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        read_document(body)
    assert refused.value.code == code


def test_reads_a_document_with_a_declaration_a_namespace_and_a_byte_order_mark() -> None:
    text = document().replace("<CreateJobRequest>", '<CreateJobRequest xmlns="http://cos.myqcloud.com">')
    declared = '\ufeff<?xml version="1.0" encoding="UTF-8" ?>\n' + text
    assert read_document(declared.encode())["Priority"] == 10


def test_leaves_out_what_go_writes_empty() -> None:
    empty = manifest(spec="<Fields>\n</Fields>" + INVENTORY)
    spec = read_document(document(Manifest=empty).encode())["Manifest"]
    assert isinstance(spec, dict)
    assert spec["Spec"] == {"Format": "COSInventoryReport_CSV_V1"}


def test_keeps_elements_in_the_page_s_order_whatever_order_they_come_in() -> None:
    text = document(RoleArn="", Priority="").replace(
        "<CreateJobRequest>",
        "<CreateJobRequest><RoleArn>qcs::cam::uin/1:roleName/r</RoleArn><Priority>1</Priority>",
    )
    assert list(read_document(text.encode()))[-3:] == ["Priority", "Report", "RoleArn"]


def test_reads_every_element_of_a_copy_as_a_plain_value() -> None:
    children = (
        "<AccessControlDirective>Add</AccessControlDirective>",
        f"<AccessControlGrants>{GRANT.format('READ')}</AccessControlGrants>",
        "<PrefixReplace>true</PrefixReplace><ResourcesPrefix>a /</ResourcesPrefix><TargetKeyPrefix/>",
        "<NewObjectMetadata><CacheControl>no-cache</CacheControl><UserMetadata><member><Key>k</Key>"
        "<Value> v</Value></member></UserMetadata></NewObjectMetadata>",
    )
    read = read_document(document(Operation=copy(*children)).encode())["Operation"]
    assert read == {
        "COSPutObjectCopy": {
            "AccessControlDirective": "Add",
            "AccessControlGrants": [
                {
                    "Grantee": {"Identifier": "qcs::cam::uin/1:uin/1", "TypeIdentifier": "ID"},
                    "Permission": "READ",
                }
            ],
            "PrefixReplace": True,
            "ResourcesPrefix": "a /",
            "TargetKeyPrefix": "",
            "NewObjectMetadata": {"CacheControl": "no-cache", "UserMetadata": [{"Key": "k", "Value": " v"}]},
            "TargetResource": "qcs::cos:ap-chengdu::target-1250000000",
        }
    }
