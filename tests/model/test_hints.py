"""Every Code has its hint, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cosbatch.model import errors, strict_json
from cosbatch.model.hints import hint_for, hints
from tests.pages import blocks, page

FILE = Path(errors.__file__).with_name("hints.json")
NOT_ANSWERED = {"CosbatchError", "ServiceSideError", "ServiceError"}
OWN = [
    kind.code
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.CosbatchError) and kind.__name__ not in NOT_ANSWERED
]
# The batch error page (436/38610) and what of the general page (436/7730) can come back from the calls made here.
SERVICE = [
    "InvalidArgument",
    "InvalidRequest",
    "MalformedXML",
    "NoSuchJob",
    "InternalError",
    "ServiceUnavailable",
    "TooManyJobs",
    "BadDigest",
    "InvalidDigest",
    "EntitySizeNotMatch",
    "IncompleteBody",
    "MissingRequestBodyError",
    "XMLSizeLimit",
    "InvalidRegionName",
    "InvalidURI",
    "RequestTimeout",
    "ExpiredToken",
    "UserNetworkTooSlow",
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "NoSuchBucket",
    "NoSuchKey",
    "NoSuchVersion",
    "MethodNotAllowed",
    "RestoreNonArchiveObject",
    "RestoreAlreadyInProgress",
    "PathConflict",
    "MissingContentLength",
    "PreconditionFailed",
    "NotImplemented",
    "SlowDown",
    "KmsFreqControl",
]


@pytest.mark.parametrize("code", [*OWN, *SERVICE, "Request has expired"])
def test_says_for_every_code_what_to_do(code: str) -> None:
    assert code in hints()


@pytest.mark.parametrize("code", hints())
def test_says_it_in_both_languages(code: str) -> None:
    english, chinese = hint_for(code, "en"), hint_for(code, "zh")
    assert english.isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


def test_names_each_code_once() -> None:
    assert strict_json.read(FILE.read_bytes()) == hints()


def test_names_the_pages_of_calls_and_of_dead_letters() -> None:
    for language in ("en", "zh"):
        named = re.findall(r"docs/[\w.#-]*\w|Body\S+\w", hint_for("InvalidEvent", language))
        assert named == ["docs/calls.md", "Body.ClientContext", "docs/operating.md#dead-letters"]
    assert "\n## Dead letters\n" in page("docs/operating.md")
    assert blocks(page("docs/calls.md"), "json")
    assert not [code for code in hints() for language in ("en", "zh") if "README" in hint_for(code, language)]


def test_has_words_for_a_code_that_no_page_knows() -> None:
    assert "RequestId" in hint_for("BrandNew")
    assert "RequestId" in hint_for("BrandNew", "zh")


def test_says_what_fits_the_action_where_one_is_given() -> None:
    for language in ("en", "zh"):
        general = hint_for("InvalidRequest", language)
        assert hint_for("InvalidRequest", language, "CreateJob") == general
        assert "describe" in hint_for("InvalidRequest", language, "UpdateJobStatus")
        assert "describe" in hint_for("NoSuchJob", language, "UpdateJobPriority")
        assert "describe" in hint_for("NoSuchJob", language, "UpdateJobStatus")
        assert "describe" not in hint_for("NoSuchJob", language, "DescribeJob")


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        ("NoSuchKey", "en", ("or no such bucket", "in a row of a list it is percent-encoded", "as it is")),
        ("NoSuchKey", "zh", ("没有此存储桶", "清单的行中须为百分号编码", "调用中则为原始键")),
        (
            "UpstreamUnreachable",
            "en",
            ("--endpoint", "stand-in", "HTTPS_PROXY", "NO_PROXY", "the same token if there was"),
        ),
        ("UpstreamUnreachable", "zh", ("--endpoint", "替身", "HTTPS_PROXY", "NO_PROXY", "若曾使用令牌")),
        ("UpstreamTimeout", "en", ("the function a longer timeout", "COSBATCH_TIMEOUT")),
        ("UpstreamTimeout", "zh", ("函数超时时间", "COSBATCH_TIMEOUT")),
        ("ConfigurationError", "en", ("`export NAME=value`", "`cosbatch init`", "cosbatch.env", "deployed again")),
        ("ConfigurationError", "zh", ("`export NAME=value`", "`cosbatch init`", "cosbatch.env", "重新部署")),
        ("DuplicateUnresolved", "en", ("deleted from the listing", "--again", "new token", "upload the list again")),
        ("DuplicateUnresolved", "zh", ("从列表中删除", "--again", "更换令牌", "重新上传清单")),
        ("ServiceUnavailable", "en", ("cannot do this just now", "if there was one")),
        ("ServiceUnavailable", "zh", ("无法完成此操作", "若曾使用令牌")),
        ("SlowDown", "en", ("Wait a minute", "over HTTP")),
        ("SlowDown", "zh", ("等待一分钟", "HTTP")),
        ("SignatureDoesNotMatch", "en", ("SecretKey", "JSON")),
        ("SignatureDoesNotMatch", "zh", ("SecretKey", "JSON")),
    ],
)
def test_fits_every_place_in_which_the_code_is_told(code: str, language: str, words: tuple[str, ...]) -> None:
    hint = hint_for(code, language)
    assert [word for word in words if word not in hint] == []


def test_names_no_field_of_the_json_that_people_at_a_terminal_do_not_see() -> None:
    assert not [code for code in hints() for language in ("en", "zh") if "Errors" in hint_for(code, language)]
