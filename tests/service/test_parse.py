"""The service's XML, which may be anything: read tolerantly, or refused in words."""

from __future__ import annotations

import random

import pytest

from cosbatch.service.parse import parse

LISTING = b"""<?xml version='1.0' encoding='utf-8' ?>
<ListJobsResult>
    <Jobs>
        <member>
            <Description>restore \xe6\xb8\x85\xe5\x8d\x95</Description>
            <JobId>021140d8-67ca-4e89-8089-0de9a1e40943</JobId>
            <Operation>COSPutObjectCopy</Operation>
            <Priority>10</Priority>
            <ProgressSummary>
                <AutoManifestStatus>Failed</AutoManifestStatus>
                <NumberOfTasksFailed>0</NumberOfTasksFailed>
                <NumberOfTasksSucceeded>7</NumberOfTasksSucceeded>
                <TotalNumberOfTasks>7</TotalNumberOfTasks>
            </ProgressSummary>
        </member>
        <member><JobId>066d919e-49b9-429e-b844-e17ea7b16421</JobId><Priority/></member>
    </Jobs>
    <NextToken/>
</ListJobsResult>
"""
JOB = b"""<DescribeJobResult><Job>
    <ConfirmationRequired>false</ConfirmationRequired>
    <FailureReasons><JobFailure><FailureCode/><FailureReason/></JobFailure></FailureReasons>
    <Manifest><Location><ETag>&quot;15&quot;</ETag></Location>
        <Spec><Fields><member>Bucket</member><member>Key</member></Fields></Spec></Manifest>
    <Operation><COSDeleteObject/></Operation>
    <Report><Enabled>true</Enabled></Report>
</Job></DescribeJobResult>"""
FAILURE = b"""<Error>
\t<Code>SignatureDoesNotMatch</Code>
\t<StringToSign>sha1
1576778429;1576785629
</StringToSign>
\t<Resource></Resource>
</Error>"""


def test_reads_a_listing_with_elements_that_no_page_knows() -> None:
    assert parse(LISTING, "ListJobsResult") == {
        "Jobs": [
            {
                "Description": "restore 清单",
                "JobId": "021140d8-67ca-4e89-8089-0de9a1e40943",
                "Operation": "COSPutObjectCopy",
                "Priority": 10,
                "ProgressSummary": {
                    "AutoManifestStatus": "Failed",
                    "NumberOfTasksFailed": 0,
                    "NumberOfTasksSucceeded": 7,
                    "TotalNumberOfTasks": 7,
                },
            },
            {"JobId": "066d919e-49b9-429e-b844-e17ea7b16421", "Priority": ""},
        ],
        "NextToken": "",
    }


def test_reads_a_job_as_the_document_that_made_it() -> None:
    assert parse(JOB, "DescribeJobResult") == {
        "Job": {
            "ConfirmationRequired": False,
            "FailureReasons": [{"FailureCode": "", "FailureReason": ""}],
            "Manifest": {"Location": {"ETag": '"15"'}, "Spec": {"Fields": ["Bucket", "Key"]}},
            "Operation": {"COSDeleteObject": {}},
            "Report": {"Enabled": True},
        }
    }


def test_reads_an_error_with_missing_and_empty_children() -> None:
    assert parse(FAILURE, "Error") == {
        "Code": "SignatureDoesNotMatch",
        "StringToSign": "sha1\n1576778429;1576785629",
        "Resource": "",
    }


READ = [
    ("<R/>", {}),
    ("<R>text</R>", {}),
    ("<R><![CDATA[text]]></R>", {}),
    ("<R><A>1</A></R>", {"A": "1"}),
    ("<R><A> a b\n</A></R>", {"A": "a b"}),
    ("<R><A>\u3000a\u00a0</A></R>", {"A": "\u3000a\u00a0"}),
    ("<R><A><![CDATA[<b>&]]></A></R>", {"A": "<b>&"}),
    ("<R a='1'>text<A b='2'/>tail</R>", {"A": ""}),
    ("<?pi x?><!-- c --><R><?pi?><!-- c --><A>a<!-- c -->b</A></R>", {"A": "ab"}),
    ("<n:R xmlns:n='u'><n:A>1</n:A></n:R>", {"A": "1"}),
    ("<R xmlns='u'><A>1</A></R>", {"A": "1"}),
    ("<xml><R><A>1</A></R></xml>", {"A": "1"}),
    ("<R><A>1</A><B>2</B><A>3</A><A/></R>", {"A": ["1", "3", ""], "B": "2"}),
    ("<R><Jobs/></R>", {"Jobs": []}),
    ("<R><Jobs><other/><member>1</member></Jobs></R>", {"Jobs": ["1"]}),
    ("<R><AccessControlGrants><COSGrant>1</COSGrant></AccessControlGrants></R>", {"AccessControlGrants": ["1"]}),
    ("<R><TagSet><COSTag>1</COSTag></TagSet></R>", {"TagSet": ["1"]}),
    ("<R><Priority> 007 </Priority></R>", {"Priority": 7}),
    ("<R><Priority>-1</Priority></R>", {"Priority": "-1"}),
    ("<R><Priority>٣</Priority></R>", {"Priority": "٣"}),
    ("<R><Priority>99999999999999999999</Priority></R>", {"Priority": 10**20 - 1}),
    ("<R><Priority>999999999999999999999</Priority></R>", {"Priority": "999999999999999999999"}),
    ("<R><Enabled>TRUE</Enabled></R>", {"Enabled": "TRUE"}),
    ("<R><Description>true</Description><JobId>10</JobId></R>", {"Description": "true", "JobId": "10"}),
    ("<R><COSDeleteObject>x</COSDeleteObject></R>", {"COSDeleteObject": "x"}),
    ("<R>" + "<a>" * 32 + "</a>" * 32 + "</R>", None),
    ("<R>" + "<Jobs><member>" * 16 + "</member></Jobs>" * 16 + "</R>", None),
]


@pytest.mark.parametrize(("xml", "value"), READ)
def test_reads_xml_tolerantly(xml: str, value: dict[str, object] | None) -> None:
    read = parse(xml.encode(), "R")
    assert value is None or read == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_every_encoding_that_xml_asks_for(encoding: str) -> None:
    assert parse("<R><A>清单</A></R>".encode(encoding), "R") == {"A": "清单"}


def test_believes_the_declared_encoding() -> None:
    assert parse(b"<?xml version='1.0' encoding='iso-8859-1'?><R><A>\xe9</A></R>", "R") == {"A": "é"}


REFUSED = [
    (b"", "ParseError"),
    (b"\0", "ParseError"),
    (b"not xml", "ParseError"),
    (b"<html><body>502", "ParseError"),
    (b"<R><A></R>", "ParseError"),
    (b"<R/><R/>", "ParseError"),
    (b"<R><A>\xff</A></R>", "ParseError"),
    (b"<R><A>\x0b</A></R>", "ParseError"),
    (b"<R><A>&#0;</A></R>", "ParseError"),
    (b"<R>&unknown;</R>", "ParseError"),
    (b"<n:R/>", "ParseError"),
    (b"<R a='1' a='2'/>", "ParseError"),
    (b"<!DOCTYPE R><R/>", "DTDForbidden"),
    (b"<!DOCTYPE R SYSTEM 'file:///etc/passwd'><R/>", "DTDForbidden"),
    (b"<!DOCTYPE R [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><R>&b;</R>", "DTDForbidden"),
    (b"<?xml version='1.0' encoding='utf-16'?><R/>", "ParseError"),
    (b"<?xml version='1.0' encoding='unheard-of'?><R/>", "LookupError"),
    (b"<?xml version='1.0' encoding='hex'?><R/>", "LookupError"),
    (b"<?xml version='1.0' encoding='utf-7'?><R/>", "ValueError"),
    (b"<?xml version='1.0' encoding='gb2312'?><R/>", "ValueError"),
    (b"<html><body/></html>", "the root element is 'html', not R"),
    (b"<xml><R/><R/></xml>", "the root element is 'xml', not R"),
    (b"<xml><a><R/></a></xml>", "the root element is 'xml', not R"),
    (b"<" + b"r" * 900 + b"/>", f"the root element is '{'r' * 64}', not R"),
    (b"<R>" + b"<a>" * 33 + b"</a>" * 33 + b"</R>", "nested more than 32 deep"),
    (b"<R>" + b"<Jobs><member>" * 20 + b"</member></Jobs>" * 20 + b"</R>", "nested more than 32 deep"),
    (b"<R>" + b"<a>" * 9_000 + b"</a>" * 9_000 + b"</R>", "nested more than 32 deep"),
    (b"<R>" + b"<a/>" * 100_000 + b"</R>", "more than 150000 tags, attributes and texts"),
    (b"<R>" + b"<![CDATA[x]]>" * 200_000 + b"</R>", "more than 150000 tags, attributes and texts"),
    (
        b"<R>" + (b"<a " + b" ".join(b"a%d=''" % number for number in range(5_000)) + b"/>") * 40 + b"</R>",
        "150000 tags",
    ),
    (b"<R " + b" ".join(b"a%d=''" % number for number in range(50_000)) + b"/>", "a tag of more than 65536 bytes"),
]


@pytest.mark.parametrize(("body", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_refuses_what_is_not_the_service_s_xml(body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(body, "R")


def test_reads_a_listing_of_a_thousand_jobs_with_all_that_the_pages_name() -> None:
    one = b"\n<member>" + b"".join(b"\n<e%d> x </e%d>" % (number, number) for number in range(30)) + b"\n</member>"
    assert len(parse(b"<R><Jobs>" + one * 1_000 + b"</Jobs></R>", "R")["Jobs"]) == 1_000  # type: ignore[arg-type]


def test_reads_or_refuses_any_bytes() -> None:
    chance = random.Random(5)
    for _ in range(1_000):
        body = bytearray(LISTING)
        for _ in range(chance.randint(1, 5)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        try:
            assert isinstance(parse(bytes(body), "ListJobsResult"), dict)
        except ValueError as error:
            assert str(error)
