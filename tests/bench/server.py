"""Starts the loopback server in a process of its own, with a certificate where openssl can make one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.layouts import ROOT


def certificate(workplace: Path) -> Path | None:
    """A certificate of 127.0.0.1 with its key, that vouches for itself; None without openssl."""
    path = workplace / "loopback.pem"
    if shutil.which("openssl") is None:
        return None
    if not path.exists():
        key, names = str(workplace / "key.pem"), "subjectAltName=IP:127.0.0.1"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=loopback"]
        made = subprocess.run([*command, "-keyout", key, "-addext", names], check=True, capture_output=True, text=True)
        path.write_text(made.stdout + Path(key).read_text())
    return path


@contextmanager
def serving(certificate: Path | None) -> Iterator[dict[str, str]]:
    """The endpoints of a running server, by scheme."""
    command = [sys.executable, "-m", "tests.bench.loopback", *([str(certificate)] if certificate else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        ports = json.loads(process.stdout.readline())
        yield {scheme: f"{scheme}://127.0.0.1:{port}" for scheme, port in ports.items()}
        process.stdin.close()


def last_request(endpoint: str) -> dict[str, Any]:
    """Path, headers and body of the last request that the server answered."""
    with urllib.request.urlopen(f"{endpoint}/last") as answer:
        last: dict[str, Any] = json.load(answer)
        return last
