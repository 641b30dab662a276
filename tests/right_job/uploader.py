"""Who uploads lists to the stand-in's bucket, and takes them away again."""

from __future__ import annotations

from types import TracebackType

from cosbatch.standin import Standin
from tests.right_job.function import KEY
from tests.stage import BUCKET
from tests.standin.client import client_of

VERSIONING = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


class Uploader:
    def __init__(self, standin: Standin) -> None:
        self._client = client_of(standin)
        self._bucket()

    def __enter__(self) -> Uploader:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._client.__exit__(kind, value, trace)

    def _bucket(self) -> None:
        self._client.cos("PUT", BUCKET)

    def keep_versions(self) -> None:
        assert self._client.cos("PUT", BUCKET, "", [("versioning", "")], body=VERSIONING).status == 200

    def put(self, content: bytes, key: str = KEY) -> str:
        """The version id; empty where the bucket keeps none."""
        reply = self._client.cos("PUT", BUCKET, key, body=content)
        assert reply.status == 200, reply.body
        return reply.headers.get("x-cos-version-id", "")

    def read(self, key: str) -> bytes:
        return self._client.cos("GET", BUCKET, key).body

    def remove(self, key: str = KEY, version: str = "") -> None:
        which = [("versionId", version)] if version else []
        assert self._client.cos("DELETE", BUCKET, key, which).status == 204
