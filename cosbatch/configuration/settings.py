"""The settings of an invocation, read from the environment: never guessed, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cosbatch.model.credentials import Account, Credentials
from cosbatch.model.errors import Problem
from cosbatch.model.names import REGION
from cosbatch.schemas.calls import ACTIONS

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LANGUAGES = ("en", "zh")
HTTP_AUTHS = ("bearer", "gateway", "none")
MANIFEST_CHECKS = ("head", "full", "off")
TIMEOUT = 10.0

# All that is read: what none of them says anew is not worked out anew (70 us a call).
VARIABLES = (
    *("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SECRET_KEY"),
    *("TENCENTCLOUD_SESSIONTOKEN", "TENCENTCLOUD_TOKEN"),
    *("COSBATCH_UIN", "TENCENTCLOUD_UIN", "COSBATCH_APPID", "TENCENTCLOUD_APPID"),
    *("COSBATCH_REGION", "TENCENTCLOUD_REGION", "COSBATCH_PROFILES", "COSBATCH_ENDPOINT", "COSBATCH_TIMEOUT"),
    *("COSBATCH_HTTP_AUTH", "COSBATCH_HTTP_TOKENS", "COSBATCH_HTTP_ORIGINS"),
    *("COSBATCH_MANIFEST_CHECK", "COSBATCH_LOG_LEVEL", "COSBATCH_LANG"),
)

_DIGITS = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_ENDPOINT = re.compile(r"https?://(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+)(?::[0-9]{1,5})?/?", re.ASCII)
_ORIGIN = re.compile(r"\*|https?://(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?", re.ASCII)
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True)
class HttpToken:
    """A bearer token that is let in, by its SHA-256; None as profiles or actions means all of them."""

    digest: str = field(repr=False)
    profiles: frozenset[str] | None = None
    actions: frozenset[str] | None = None


@dataclass(frozen=True)
class Settings:
    """What the environment says; `timeout` is in seconds, for one attempt."""

    credentials: Credentials
    account: Account
    profiles_path: str | None = None
    endpoint: str | None = None
    http_auth: str | None = None
    http_tokens: tuple[HttpToken, ...] = ()
    http_origins: tuple[str, ...] = ()
    timeout: float = TIMEOUT
    manifest_check: str = "head"
    log_level: str = "INFO"
    language: str = "en"


class Reader:
    """Reads variables, all of VARIABLES, one by one and keeps what is wrong with them. An empty one counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[Problem] = []

    def text(self, *names: str) -> str | None:
        """The first of the variables that is set."""
        return next((value for name in names if (value := self._environ[name].strip())), None)

    def needed(self, names: tuple[str, ...], form: re.Pattern[str], meaning: str) -> str:
        value = self.text(*names)
        if value is None:
            self.wrong(names[0], f"is not set; it holds {meaning}")
        elif not form.fullmatch(value):
            self.wrong(next(name for name in names if self.text(name)), f"must be {meaning}")
        return value or ""

    def choice(self, name: str, choices: tuple[str, ...], default: str | None) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            self.wrong(name, f"must be one of {', '.join(choices)}")
        return value if value in choices else default

    def wrong(self, name: str, message: str) -> None:
        self.problems.append(Problem(f"/{name}", message))


def read_settings(environ: Mapping[str, str]) -> tuple[Settings, list[Problem]]:
    """The settings and everything that is wrong with them; they are good for use only where nothing is wrong."""
    settings, problems = _read(tuple([environ.get(name, "") for name in VARIABLES]))
    return settings, [*problems]


@lru_cache(maxsize=1)
def _read(values: tuple[str, ...]) -> tuple[Settings, tuple[Problem, ...]]:
    reader = Reader(dict(zip(VARIABLES, values, strict=True)))
    settings = Settings(
        credentials=_credentials(reader),
        account=Account(
            uin=reader.needed(("COSBATCH_UIN", "TENCENTCLOUD_UIN"), _DIGITS, "the owner account's UIN, digits"),
            appid=reader.needed(("COSBATCH_APPID", "TENCENTCLOUD_APPID"), _DIGITS, "the account's APPID, digits"),
            region=reader.needed(("COSBATCH_REGION", "TENCENTCLOUD_REGION"), REGION, "a COS region such as ap-chengdu"),
        ),
        profiles_path=reader.text("COSBATCH_PROFILES"),
        endpoint=_endpoint(reader),
        http_auth=reader.choice("COSBATCH_HTTP_AUTH", HTTP_AUTHS, None),
        http_tokens=_http_tokens(reader),
        http_origins=_http_origins(reader),
        timeout=_timeout(reader),
        manifest_check=reader.choice("COSBATCH_MANIFEST_CHECK", MANIFEST_CHECKS, "head") or "head",
        log_level=reader.choice("COSBATCH_LOG_LEVEL", LOG_LEVELS, "INFO") or "INFO",
        language=reader.choice("COSBATCH_LANG", LANGUAGES, "en") or "en",
    )
    return settings, tuple(reader.problems)


def _credentials(reader: Reader) -> Credentials:
    """The platform sets them without an underscore before ID and KEY; people write the SDKs' names: both are read."""
    role = "of the function's execution role (the platform sets it; without a role it is missing)"
    names = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRET_ID")
    secret_id = reader.needed(names, _VISIBLE, f"the SecretId {role}")
    names = ("TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SECRET_KEY")
    secret_key = reader.needed(names, _VISIBLE, f"the SecretKey {role}")
    return Credentials(secret_id, secret_key, _session_token(reader, _VISIBLE))


def _session_token(reader: Reader, form: re.Pattern[str]) -> str | None:
    token = reader.text("TENCENTCLOUD_SESSIONTOKEN", "TENCENTCLOUD_TOKEN")
    if token is not None and not form.fullmatch(token):
        reader.wrong("TENCENTCLOUD_SESSIONTOKEN", "must be printable ASCII, without blanks")
    return token


def _endpoint(reader: Reader) -> str | None:
    value = reader.text("COSBATCH_ENDPOINT")
    if value is None:
        return None
    port = value.rstrip("/").rpartition(":")[2]
    if not _ENDPOINT.fullmatch(value) or (port.isdigit() and not 0 < int(port) < 65536):
        reader.wrong("COSBATCH_ENDPOINT", "must be http(s)://host:port, without a path")
    return value.rstrip("/")


def _timeout(reader: Reader) -> float:
    value = reader.text("COSBATCH_TIMEOUT")
    if value is None:
        return TIMEOUT
    if not _SECONDS.fullmatch(value) or not float(value):
        reader.wrong("COSBATCH_TIMEOUT", "must be a number of seconds such as 10")
        return TIMEOUT
    return float(value)


def _http_origins(reader: Reader) -> tuple[str, ...]:
    """Origins as browsers write them: scheme, host and port, in small letters, without a path."""
    origins = tuple((reader.text("COSBATCH_HTTP_ORIGINS") or "").lower().replace(",", " ").split())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            reader.wrong("COSBATCH_HTTP_ORIGINS", "must hold origins such as https://app.example.com, or *")
    return origins


def _http_tokens(reader: Reader) -> tuple[HttpToken, ...]:
    """`digest`, `digest:profile|profile` or `digest:profile|profile:action|action`, comma separated."""
    name = "COSBATCH_HTTP_TOKENS"
    tokens = tuple(
        _http_token(reader, entry.strip()) for entry in (reader.text(name) or "").split(",") if entry.strip()
    )
    if reader.text("COSBATCH_HTTP_AUTH") == "bearer" and not tokens:
        reader.wrong(
            name, "is not set; with COSBATCH_HTTP_AUTH=bearer it holds the SHA-256 digests of the tokens let in"
        )
    return tokens


def _http_token(reader: Reader, entry: str) -> HttpToken:
    digest, *bounds = entry.split(":")
    digest = digest.lower()
    if not _DIGEST.fullmatch(digest) or len(bounds) > 2:
        # The entry may be a token that someone put here in the clear: it is not shown.
        reader.wrong("COSBATCH_HTTP_TOKENS", "must hold SHA-256 digests, each as <hexadecimal>[:profiles[:actions]]")
    profiles, actions = (_bound(text) for text in [*bounds, "", ""][:2])
    if actions is not None and not actions <= {*ACTIONS}:
        reader.wrong("COSBATCH_HTTP_TOKENS", f"binds a token to unknown actions; there are {', '.join(ACTIONS)}")
    return HttpToken(digest, profiles, actions)


def _bound(text: str) -> frozenset[str] | None:
    return frozenset(name.strip() for name in text.split("|")) if text.strip() else None
