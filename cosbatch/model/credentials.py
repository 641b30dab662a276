"""A key of the account, as requests are signed with it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """A key of the account; `token` comes with temporary keys. Nothing of it but the public id shows in repr."""

    secret_id: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
