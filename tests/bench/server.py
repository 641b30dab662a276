"""Starts the loopback server in a process of its own, with a certificate where openssl can make one."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.layouts import ROOT


def certificate(workplace: Path) -> Path | None:
    """A certificate of 127.0.0.1 with its key, signed by itself; None without openssl."""
    path = workplace / "loopback.pem"
    if shutil.which("openssl") is None:
        return None
    if not path.exists():
        key, names = workplace / "key.pem", "subjectAltName=IP:127.0.0.1"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=loopback"]
        arguments = [*command, "-keyout", str(key), "-addext", names]
        made = subprocess.run(arguments, check=True, capture_output=True, text=True)
        path.write_text(made.stdout + key.read_text())
    return path


@contextmanager
def serving(certificate: Path | None) -> Iterator[str]:
    """The endpoint of a running server: https with a certificate, else http."""
    command = [sys.executable, "-m", "tests.bench.loopback", *([str(certificate)] if certificate else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def last_request(endpoint: str, certificate: Path | None) -> dict[str, Any]:
    """Path, headers and body of the last request that the server answered."""
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    with urllib.request.urlopen(f"{endpoint}/last", context=context) as answer:
        last: dict[str, Any] = json.load(answer)
        return last
