"""The calls on one object, by raw HTTP."""

from __future__ import annotations

import base64
import hashlib

import pytest

from cosbatch.standin import Standin

from .client import Client

BUCKET = "examplebucket-1250000000"


def test_reads_back_what_was_written(client: Client) -> None:
    written = client.object("PUT", BUCKET, "a.txt", headers={"Content-Type": "text/plain"}, body=b"hello")
    assert (written.status, written.headers["etag"]) == (200, '"5d41402abc4b2a76b9719d911017c592"')
    read = client.object("GET", BUCKET, "a.txt")
    assert (read.status, read.body, read.headers["content-type"]) == (200, b"hello", "text/plain")
    assert read.headers["x-cos-hash-crc64ecma"] == written.headers["x-cos-hash-crc64ecma"]
