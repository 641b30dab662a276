"""The settings: what the environment may say, and everything that can be wrong with it, all at once."""

from __future__ import annotations

import pytest

from cosbatch.configuration.settings import HttpToken, Settings, language_of, read_settings
from cosbatch.model.credentials import Account, Credentials
from cosbatch.schemas.calls import ACTIONS
from tests.stage import APPID, REGION, UIN

LEAST = {
    "TENCENTCLOUD_SECRETID": "AKIDexample",
    "TENCENTCLOUD_SECRETKEY": "secret",
    "TENCENTCLOUD_UIN": UIN,
    "TENCENTCLOUD_APPID": APPID,
    "TENCENTCLOUD_REGION": REGION,
}
DIGEST = "0123456789abcdef" * 4


def settings_of(**more: str) -> Settings:
    settings, problems = read_settings({**LEAST, **more})
    assert problems == ()
    return settings


def problems_of(**more: str) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.message) for problem in read_settings({**LEAST, **more})[1]]


def test_needs_only_what_the_platform_sets() -> None:
    assert settings_of() == Settings(Credentials("AKIDexample", "secret", None), Account(UIN, APPID, REGION))
    assert settings_of().timeout == 10


def test_takes_its_own_variables_before_the_platforms() -> None:
    settings = settings_of(COSBATCH_UIN="7", COSBATCH_APPID="8", COSBATCH_REGION="na-toronto")
    assert (settings.account.uin, settings.account.appid, settings.account.region) == ("7", "8", "na-toronto")


@pytest.mark.parametrize("token", ["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"])
def test_takes_the_names_that_others_have_for_credentials_after_the_platforms(token: str) -> None:
    sdk = {
        "TENCENTCLOUD_SECRET_ID": "AKIDsdk",
        "TENCENTCLOUD_SECRET_KEY": "sdk",
        token: "session",
        "COSBATCH_UIN": UIN,
        "COSBATCH_APPID": APPID,
        "COSBATCH_REGION": REGION,
    }
    assert read_settings(sdk)[0].credentials == Credentials("AKIDsdk", "sdk", "session")
    both = read_settings({**sdk, **LEAST, "TENCENTCLOUD_SESSIONTOKEN": "role"})[0].credentials
    assert both == Credentials("AKIDexample", "secret", "role")


@pytest.mark.parametrize(
    ("said", "system", "language"),
    [
        ("zh", "", "zh"),
        ("zh_CN.UTF-8", "en_US.UTF-8", "zh"),
        ("ZH-Hans-CN", "", "zh"),
        ("en_US.UTF-8", "zh_CN.UTF-8", "en"),
        ("", "zh_CN.UTF-8", "zh"),
        ("", "de_DE@euro", "en"),
        ("", "C.UTF-8", "en"),
        ("", "", "en"),
    ],
)
def test_takes_a_language_as_locales_name_it_and_else_that_of_the_system(said: str, system: str, language: str) -> None:
    assert settings_of(COSBATCH_LANG=said, LANG=system).language == language
    assert language_of({"COSBATCH_LANG": said, "LANG": system}) == language


def test_reads_every_variable() -> None:
    settings = settings_of(
        TENCENTCLOUD_SESSIONTOKEN=" session ",
        COSBATCH_PROFILES="/etc/profiles.json",
        COSBATCH_ENDPOINT="http://127.0.0.1:8080/",
        COSBATCH_HTTP_AUTH="bearer",
        COSBATCH_HTTP_TOKENS=DIGEST,
        COSBATCH_HTTP_ORIGINS="https://App.example.com, http://localhost:3000",
        COSBATCH_TIMEOUT="2.5",
        COSBATCH_MANIFEST_CHECK="full",
        COSBATCH_LOG_LEVEL="DEBUG",
        COSBATCH_LANG="zh",
    )
    assert settings == Settings(
        Credentials("AKIDexample", "secret", "session"),
        Account(UIN, APPID, REGION),
        profiles_path="/etc/profiles.json",
        endpoint="http://127.0.0.1:8080",
        http_auth="bearer",
        http_tokens=(HttpToken(DIGEST),),
        http_origins=("https://app.example.com", "http://localhost:3000"),
        timeout=2.5,
        manifest_check="full",
        log_level="DEBUG",
        language="zh",
    )


def test_counts_an_empty_variable_as_not_set() -> None:
    names = ("PROFILES", "ENDPOINT", "HTTP_AUTH", "HTTP_TOKENS", "HTTP_ORIGINS", "TIMEOUT", "MANIFEST_CHECK", "LANG")
    empty = {f"COSBATCH_{name}": " " for name in (*names, "LOG_LEVEL", "UIN")}
    assert settings_of(**empty, TENCENTCLOUD_SESSIONTOKEN="") == settings_of()


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:1", "https://cos.example.com", "http://[::1]:8080", "https://h:65535"]
)
def test_takes_an_endpoint(endpoint: str) -> None:
    assert settings_of(COSBATCH_ENDPOINT=endpoint).endpoint == endpoint


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (DIGEST, HttpToken(DIGEST)),
        (DIGEST.upper(), HttpToken(DIGEST)),
        (f"{DIGEST}:restore|archive", HttpToken(DIGEST, frozenset({"restore", "archive"}))),
        (f"{DIGEST}: restore | archive ", HttpToken(DIGEST, frozenset({"restore", "archive"}))),
        (f"{DIGEST}::ListJobs", HttpToken(DIGEST, None, frozenset({"ListJobs"}))),
        (f"{DIGEST}:restore:CreateJob", HttpToken(DIGEST, frozenset({"restore"}), frozenset({"CreateJob"}))),
        (f"{DIGEST}::{'|'.join(ACTIONS)}", HttpToken(DIGEST, None, frozenset(ACTIONS))),
        (f"{DIGEST}::", HttpToken(DIGEST)),
        (f"{DIGEST}:|", HttpToken(DIGEST, frozenset({""}))),
    ],
)
def test_reads_what_a_token_is_bound_to(text: str, token: HttpToken) -> None:
    assert settings_of(COSBATCH_HTTP_TOKENS=f" , {text} ,").http_tokens == (token,)


def test_says_everything_that_is_missing_at_once() -> None:
    problems = read_settings({})[1]
    assert [problem.pointer for problem in problems] == [
        "/TENCENTCLOUD_SECRETID",
        "/TENCENTCLOUD_SECRETKEY",
        "/COSBATCH_UIN",
        "/COSBATCH_APPID",
        "/COSBATCH_REGION",
    ]
    assert all("is not set; it holds" in problem.message for problem in problems)
    assert "of your own keys, or of the function's execution role" in problems[0].message


WRONG = [
    ({"TENCENTCLOUD_SECRETID": "AKID example"}, "/TENCENTCLOUD_SECRETID", "must be the SecretId"),
    ({"TENCENTCLOUD_SECRETKEY": "se\ncret"}, "/TENCENTCLOUD_SECRETKEY", "must be the SecretKey"),
    ({"TENCENTCLOUD_SESSIONTOKEN": "清"}, "/TENCENTCLOUD_SESSIONTOKEN", "must be printable ASCII"),
    ({"TENCENTCLOUD_UIN": "01"}, "/TENCENTCLOUD_UIN", "must be the owner account's UIN, digits"),
    ({"COSBATCH_UIN": "1٣"}, "/COSBATCH_UIN", "digits"),
    ({"COSBATCH_UIN": "1" * 21}, "/COSBATCH_UIN", "digits"),
    ({"COSBATCH_APPID": "x"}, "/COSBATCH_APPID", "must be the account's APPID"),
    ({"COSBATCH_REGION": "chengdu"}, "/COSBATCH_REGION", "must be a COS region such as ap-chengdu"),
    ({"COSBATCH_REGION": "ap-chengdu.evil.example"}, "/COSBATCH_REGION", "must be a COS region"),
    ({"COSBATCH_ENDPOINT": "localhost:80"}, "/COSBATCH_ENDPOINT", "must be http(s)://host:port, without a path"),
    ({"COSBATCH_ENDPOINT": "http://host/path"}, "/COSBATCH_ENDPOINT", "without a path"),
    ({"COSBATCH_ENDPOINT": "http://user:pass@host"}, "/COSBATCH_ENDPOINT", "must be http(s)"),
    ({"COSBATCH_ENDPOINT": "http://host:65536"}, "/COSBATCH_ENDPOINT", "must be http(s)"),
    ({"COSBATCH_ENDPOINT": "http://host:0"}, "/COSBATCH_ENDPOINT", "must be http(s)"),
    ({"COSBATCH_ENDPOINT": "ftp://host"}, "/COSBATCH_ENDPOINT", "must be http(s)"),
    ({"COSBATCH_HTTP_AUTH": "Bearer"}, "/COSBATCH_HTTP_AUTH", "must be one of bearer, gateway, none"),
    ({"COSBATCH_HTTP_AUTH": "bearer"}, "/COSBATCH_HTTP_TOKENS", "is not set; with COSBATCH_HTTP_AUTH=bearer"),
    ({"COSBATCH_HTTP_TOKENS": "my-token"}, "/COSBATCH_HTTP_TOKENS", "must hold SHA-256 digests"),
    ({"COSBATCH_HTTP_TOKENS": DIGEST + "0"}, "/COSBATCH_HTTP_TOKENS", "must hold SHA-256 digests"),
    ({"COSBATCH_HTTP_TOKENS": f"{DIGEST}:a:ListJobs:b"}, "/COSBATCH_HTTP_TOKENS", "must hold SHA-256 digests"),
    ({"COSBATCH_HTTP_TOKENS": f"{DIGEST}::List"}, "/COSBATCH_HTTP_TOKENS", "unknown actions; there are CreateJob, Des"),
    ({"COSBATCH_HTTP_ORIGINS": "app.example.com"}, "/COSBATCH_HTTP_ORIGINS", "must hold origins such as"),
    ({"COSBATCH_HTTP_ORIGINS": "https://a.example/"}, "/COSBATCH_HTTP_ORIGINS", "must hold origins"),
    ({"COSBATCH_TIMEOUT": "0"}, "/COSBATCH_TIMEOUT", "must be a number of seconds such as 10"),
    ({"COSBATCH_TIMEOUT": "-1"}, "/COSBATCH_TIMEOUT", "must be a number of seconds"),
    ({"COSBATCH_TIMEOUT": "1e3"}, "/COSBATCH_TIMEOUT", "must be a number of seconds"),
    ({"COSBATCH_TIMEOUT": "inf"}, "/COSBATCH_TIMEOUT", "must be a number of seconds"),
    ({"COSBATCH_MANIFEST_CHECK": "FULL"}, "/COSBATCH_MANIFEST_CHECK", "must be one of head, full, off"),
    ({"COSBATCH_LOG_LEVEL": "info"}, "/COSBATCH_LOG_LEVEL", "must be one of DEBUG, INFO, WARNING, ERROR"),
    ({"COSBATCH_LANG": "de"}, "/COSBATCH_LANG", "must be en or zh, or a locale of theirs such as zh_CN.UTF-8"),
]


@pytest.mark.parametrize(
    ("more", "pointer", "message"), WRONG, ids=[f"{w[1]}={next(iter(w[0].values()))!r}" for w in WRONG]
)
def test_refuses(more: dict[str, str], pointer: str, message: str) -> None:
    ((found, words),) = problems_of(**more)
    assert found == pointer
    assert message in words


def test_shows_no_value_of_a_wrong_variable() -> None:
    wrong: dict[str, str] = {}
    for more, _, _ in WRONG:
        wrong.update({name: f"{value} s3cr3t" for name, value in more.items()})
    problems = problems_of(**wrong)
    assert len(problems) >= 12
    assert "s3cr3t" not in str(problems)


def test_hides_secrets_in_repr() -> None:
    settings = settings_of(TENCENTCLOUD_SESSIONTOKEN="session", COSBATCH_HTTP_TOKENS=DIGEST)
    assert "AKIDexample" in repr(settings)
    assert not any(secret in repr(settings) for secret in ("'secret'", "session", DIGEST))
