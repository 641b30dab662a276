"""The XML that CreateJob takes: one walk over the document."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from collections.abc import Mapping

import pytest

from cosbatch.service.parse import parse
from cosbatch.service.render import render

WRITTEN: list[tuple[Mapping[str, object], str]] = [
    ({}, "<R></R>"),
    ({"A": "text"}, "<R><A>text</A></R>"),
    ({"A": ""}, "<R><A></A></R>"),
    ({"A": None, "B": 1}, "<R><B>1</B></R>"),
    ({"A": True, "B": False}, "<R><A>true</A><B>false</B></R>"),
    ({"A": 0}, "<R><A>0</A></R>"),
    ({"A": 2_147_483_647}, "<R><A>2147483647</A></R>"),
    ({"Z": "1", "A": "2"}, "<R><Z>1</Z><A>2</A></R>"),
    ({"COSDeleteObject": {}}, "<R><COSDeleteObject></COSDeleteObject></R>"),
    ({"Fields": ["Bucket", "Key"]}, "<R><Fields><member>Bucket</member><member>Key</member></Fields></R>"),
    ({"UserMetadata": [{"Key": "k"}]}, "<R><UserMetadata><member><Key>k</Key></member></UserMetadata></R>"),
    ({"UserMetadata": []}, "<R><UserMetadata></UserMetadata></R>"),
    ({"TagSet": [{"Key": "k"}]}, "<R><TagSet><COSTag><Key>k</Key></COSTag></TagSet></R>"),
    ({"NewObjectTagging": [{}]}, "<R><NewObjectTagging><COSTag></COSTag></NewObjectTagging></R>"),
    ({"AccessControlGrants": [{}]}, "<R><AccessControlGrants><COSGrant></COSGrant></AccessControlGrants></R>"),
    ({"A": "<&>\"'"}, "<R><A>&lt;&amp;&gt;\"'</A></R>"),
    ({"A": "a\r\nb\tc"}, "<R><A>a&#13;\nb\tc</A></R>"),
    ({"A": "]]>"}, "<R><A>]]&gt;</A></R>"),
    ({"A": "&amp;"}, "<R><A>&amp;amp;</A></R>"),
    ({"A": "清单 😀"}, "<R><A>清单 😀</A></R>"),
]


@pytest.mark.parametrize(("document", "xml"), WRITTEN)
def test_writes_the_document_as_xml(document: Mapping[str, object], xml: str) -> None:
    assert render("R", document) == xml.encode()


def test_keeps_every_character_that_xml_can_carry() -> None:
    spans = [*range(0x20, 0xD800, 37), *range(0xE000, 0xFFFE, 97), 0xFFFD, *range(0x10000, 0x110000, 9973)]
    text = "\t\n\r" + "".join(map(chr, spans)) + "<>&\"']]>"
    assert ET.fromstring(render("R", {"A": text})).findtext("A") == text


def test_writes_what_parse_reads_back() -> None:
    chance = random.Random(4)
    for _ in range(200):
        document = _document(chance)
        assert parse(render("CreateJobRequest", document), "CreateJobRequest") == document


def _document(chance: random.Random) -> dict[str, object]:
    def text() -> str:
        return "x" + "".join(chance.choices("a<>&\"'\r\n\t清😀 ", k=chance.randrange(6))) + "x"

    def pairs() -> list[object]:
        return [{"Key": text(), "Value": text()} for _ in range(chance.randrange(3))]

    operation: dict[str, object] = {
        "AccessControlGrants": [{"Grantee": {"Identifier": text()}, "Permission": "READ"}] * chance.randrange(3),
        "PrefixReplace": chance.random() < 0.5,
        "ModifiedSinceConstraint": chance.randrange(2**63),
        "NewObjectMetadata": {"UserMetadata": pairs(), "ContentType": text()},
        "NewObjectTagging": pairs(),
    }
    return {
        "ConfirmationRequired": chance.random() < 0.5,
        "Description": text(),
        "Manifest": {"Spec": {"Fields": chance.sample(["Bucket", "Key", "Ignore"], k=chance.randrange(4))}},
        "Operation": chance.choice([{"COSDeleteObject": {}}, {"COSPutObjectCopy": operation}]),
        "Priority": chance.randrange(2**31),
        "Report": {"Enabled": chance.random() < 0.5, "Prefix": text()},
    }
