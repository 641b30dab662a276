"""Who calls the service: an account, and a key that its requests are signed with."""

from __future__ import annotations

from typing import NamedTuple


class Account(NamedTuple):
    """The account that jobs and buckets belong to, and the region where they are: together they make the hosts."""

    uin: str
    appid: str
    region: str


class Credentials(NamedTuple):
    """A key of the account; `token` comes with temporary keys. Nothing of it but the public id shows in repr."""

    secret_id: str
    secret_key: str
    token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.secret_id})"
