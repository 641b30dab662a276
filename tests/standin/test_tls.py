"""Listening elsewhere, and TLS: the port of a stand-in with a certificate speaks both."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from cosbatch.standin import running
from tests.standin.client import client_of


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=standin"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return files


def test_speaks_tls_and_plain_http_at_one_port(certificate: tuple[Path, Path]) -> None:
    with running(certificate=certificate[0], key=certificate[1]) as standin:
        assert standin.endpoint.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(certificate[0]))
        with urllib.request.urlopen(f"{standin.endpoint}/_standin/health", context=context) as reply:
            assert reply.status == 200
        with urllib.request.urlopen(f"{standin.environ['COSBATCH_ENDPOINT']}/_standin/health") as reply:
            assert reply.url.startswith("http://")


def test_stops_while_clients_say_nothing(certificate: tuple[Path, Path]) -> None:
    with running(certificate=certificate[0], key=certificate[1]) as standin:
        port = int(standin.endpoint.rpartition(":")[2])
        silent = socket.create_connection(("127.0.0.1", port))
        began = socket.create_connection(("127.0.0.1", port))
        began.sendall(b"\x16\x03\x01")
        time.sleep(0.1)
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < 10
    silent.close()
    began.close()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (("list.csv", None), "no certificate with its key, in PEM, in list.csv"),
        (("list.csv", "list.csv"), "in list.csv and list.csv"),
        (("nofile", None), "No such file or directory: 'nofile'"),
        (("list.csv", "nofile"), "No such file or directory: 'nofile'"),
        ((None, "list.csv"), "list.csv is a key without its certificate"),
    ],
)
def test_says_what_is_wrong_with_a_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: tuple[str | None, str | None], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text("photos-1250000000,1.jpg\n")
    with pytest.raises(OSError, match=told), running(certificate=files[0], key=files[1]):
        pass


@pytest.mark.parametrize(
    ("host", "reached"), [("0.0.0.0", "http://127.0.0.1:"), ("::", "http://[::1]:"), ("::1", "http://[::1]:")]
)
def test_listens_where_it_is_told(host: str, reached: str) -> None:
    with running(host=host) as standin, client_of(standin) as client:
        assert standin.endpoint.startswith(reached)
        assert client.control("GET", "/_standin/health").status == 200
