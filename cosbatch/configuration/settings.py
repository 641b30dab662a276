"""The settings of an invocation, read from the environment: never guessed, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from cosbatch.model import names
from cosbatch.model.credentials import Account, Credentials
from cosbatch.model.errors import Problem
from cosbatch.schemas.calls import ACTIONS

DEFAULT_TIMEOUT = 10.0

# The variables, each after the names that it is known by as well. The platform sets its own without an underscore before ID
# and KEY; people write the SDKs' names, and for the session token Terraform's and Pulumi's.
SECRET_ID = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRET_ID")
SECRET_KEY = ("TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SECRET_KEY")
SESSION_TOKEN = ("TENCENTCLOUD_SESSIONTOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN")
UIN = ("COSBATCH_UIN", "TENCENTCLOUD_UIN")
APPID = ("COSBATCH_APPID", "TENCENTCLOUD_APPID")
REGION = ("COSBATCH_REGION", "TENCENTCLOUD_REGION")
PROFILES = "COSBATCH_PROFILES"
ENDPOINT = "COSBATCH_ENDPOINT"
TIMEOUT = "COSBATCH_TIMEOUT"
HTTP_AUTH = "COSBATCH_HTTP_AUTH"
HTTP_TOKENS = "COSBATCH_HTTP_TOKENS"
HTTP_ORIGINS = "COSBATCH_HTTP_ORIGINS"
MANIFEST_CHECK = "COSBATCH_MANIFEST_CHECK"
LOG_LEVEL = "COSBATCH_LOG_LEVEL"
LANG, SYSTEM_LANG = "COSBATCH_LANG", "LANG"
VARIABLES = (
    *(*SECRET_ID, *SECRET_KEY, *SESSION_TOKEN, *UIN, *APPID, *REGION),
    *(PROFILES, ENDPOINT, TIMEOUT, HTTP_AUTH, HTTP_TOKENS, HTTP_ORIGINS, MANIFEST_CHECK, LOG_LEVEL, LANG),
)
# All that is read. Settings are made again only where one of them has changed, which saves 70 us a call.
_READ = (*VARIABLES, SYSTEM_LANG)

DIGITS = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_ENDPOINT = re.compile(r"https?://(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+)(?::[0-9]{1,5})?/?", re.ASCII)
_ORIGIN = re.compile(r"\*|https?://(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?", re.ASCII)
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LOCALE = re.compile(r"(?:en|zh)(?:[-_][a-z0-9]+)*(?:\.[a-z0-9_-]+)?(?:@[a-z0-9]+)?", re.ASCII | re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?", re.ASCII)


class HttpToken(NamedTuple):
    """A bearer token that is let in, by its SHA-256; None as profiles or actions means all of them."""

    digest: str
    profiles: frozenset[str] | None = None
    actions: frozenset[str] | None = None

    def __repr__(self) -> str:
        """Without the digest, from which a weak token could be found out."""
        return f"HttpToken(profiles={self.profiles}, actions={self.actions})"


class Settings(NamedTuple):
    """What the environment says; `timeout` is in seconds, for one attempt."""

    credentials: Credentials
    account: Account
    profiles_path: str | None = None
    endpoint: str | None = None
    http_auth: str | None = None
    http_tokens: tuple[HttpToken, ...] = ()
    http_origins: tuple[str, ...] = ()
    timeout: float = DEFAULT_TIMEOUT
    manifest_check: str = "head"
    log_level: str = "INFO"
    language: str = "en"


class Reader:
    """Reads variables, all of VARIABLES, one by one and keeps what is wrong with them. An empty one counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[Problem] = []

    def text(self, *names: str) -> str | None:
        """The first of the variables that is set."""
        return first_set(self.environ, names)

    def needed(self, names: tuple[str, ...], form: re.Pattern[str], meaning: str) -> str:
        value = self.text(*names)
        if value is None:
            self.wrong(names[0], f"is not set; it holds {meaning}")
        elif not form.fullmatch(value):
            self.wrong(next(name for name in names if self.text(name)), f"must be {meaning}")
        return value or ""

    def choice(self, name: str, *choices: str) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            self.wrong(name, f"must be one of {', '.join(choices)}")
        return value if value in choices else None

    def wrong(self, name: str, message: str) -> None:
        self.problems.append(Problem(f"/{name}", message))


def first_set(environ: Mapping[str, str], names: Iterable[str]) -> str | None:
    """The first of these variables that is set; an empty one counts as not set."""
    return next((value for name in names if (value := environ.get(name, "").strip())), None)


def read_settings(environ: Mapping[str, str]) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings and everything that is wrong with them; they are good for use only where nothing is wrong."""
    return _read(tuple([environ.get(name, "") for name in _READ]))


@lru_cache(maxsize=1)
def _read(values: tuple[str, ...]) -> tuple[Settings, tuple[Problem, ...]]:
    reader = Reader(dict(zip(_READ, values, strict=True)))
    settings = Settings(
        credentials=_credentials(reader),
        account=Account(
            uin=reader.needed(UIN, DIGITS, "the owner account's UIN, digits"),
            appid=reader.needed(APPID, DIGITS, "the account's APPID, digits"),
            region=reader.needed(REGION, names.REGION, "a COS region such as ap-chengdu"),
        ),
        profiles_path=reader.text(PROFILES),
        endpoint=_endpoint(reader),
        http_auth=reader.choice(HTTP_AUTH, "bearer", "gateway", "none"),
        http_tokens=_http_tokens(reader),
        http_origins=_http_origins(reader),
        timeout=_timeout(reader),
        manifest_check=reader.choice(MANIFEST_CHECK, "head", "full", "off") or "head",
        log_level=reader.choice(LOG_LEVEL, "DEBUG", "INFO", "WARNING", "ERROR") or "INFO",
        language=_language(reader),
    )
    return settings, tuple(reader.problems)


def language_of(environ: Mapping[str, str]) -> str:
    """`zh` or `en`, as COSBATCH_LANG says, or else the system's LANG; all other languages are `en`."""
    said = first_set(environ, (LANG, SYSTEM_LANG)) or ""
    return "zh" if said[:2].lower() == "zh" else "en"


def _language(reader: Reader) -> str:
    said = reader.text(LANG)
    if said is not None and not _LOCALE.fullmatch(said):
        reader.wrong(LANG, "must be en or zh, or a locale of theirs such as zh_CN.UTF-8")
    return language_of(reader.environ)


def _credentials(reader: Reader) -> Credentials:
    role = "of your own keys, or of the function's execution role (the platform sets it; without a role it is missing)"
    secret_id = reader.needed(SECRET_ID, _VISIBLE, f"the SecretId {role}")
    secret_key = reader.needed(SECRET_KEY, _VISIBLE, f"the SecretKey {role}")
    token = reader.text(*SESSION_TOKEN)
    if token is not None and not _VISIBLE.fullmatch(token):
        reader.wrong(SESSION_TOKEN[0], "must be printable ASCII, without blanks")
    return Credentials(secret_id, secret_key, token)


def _endpoint(reader: Reader) -> str | None:
    value = reader.text(ENDPOINT)
    if value is not None and not is_endpoint(value):
        reader.wrong(ENDPOINT, "must be http(s)://host:port, without a path")
    return value and value.rstrip("/")


def is_endpoint(text: str) -> bool:
    """Whether it is `http(s)://host:port` without a path; the port may be left out."""
    port = text.rstrip("/").rpartition(":")[2]
    return bool(_ENDPOINT.fullmatch(text)) and (not port.isdigit() or 0 < int(port) < 65536)


def _timeout(reader: Reader) -> float:
    value = reader.text(TIMEOUT) or str(DEFAULT_TIMEOUT)
    if _SECONDS.fullmatch(value) and float(value):
        return float(value)
    reader.wrong(TIMEOUT, "must be a number of seconds such as 10")
    return DEFAULT_TIMEOUT


def _http_origins(reader: Reader) -> tuple[str, ...]:
    """Origins as browsers write them: scheme, host and port, in small letters, without a path."""
    origins = tuple((reader.text(HTTP_ORIGINS) or "").lower().replace(",", " ").split())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            reader.wrong(HTTP_ORIGINS, "must hold origins such as https://app.example.com, or *")
    return origins


def _http_tokens(reader: Reader) -> tuple[HttpToken, ...]:
    """`digest`, `digest:profile|profile` or `digest:profile|profile:action|action`, comma separated."""
    entries = (reader.text(HTTP_TOKENS) or "").split(",")
    tokens = tuple(_http_token(reader, entry.strip()) for entry in entries if entry.strip())
    if reader.text(HTTP_AUTH) == "bearer" and not tokens:
        message = f"is not set; with {HTTP_AUTH}=bearer it holds the SHA-256 digests of the tokens let in"
        reader.wrong(HTTP_TOKENS, message)
    return tokens


def _http_token(reader: Reader, entry: str) -> HttpToken:
    digest, *bounds = entry.split(":")
    digest = digest.lower()
    if not _DIGEST.fullmatch(digest) or len(bounds) > 2:
        # The entry may be a token that someone put here in the clear: it is not shown.
        reader.wrong(HTTP_TOKENS, "must hold SHA-256 digests, each as <hexadecimal>[:profiles[:actions]]")
    profiles, actions = (_bound(text) for text in [*bounds, "", ""][:2])
    if actions is not None and not actions <= {*ACTIONS}:
        reader.wrong(HTTP_TOKENS, f"binds a token to unknown actions; there are {', '.join(ACTIONS)}")
    return HttpToken(digest, profiles, actions)


def _bound(text: str) -> frozenset[str] | None:
    return frozenset(name.strip() for name in text.split("|")) if text.strip() else None
