"""Where a stand-in listens, and the certificate with which it speaks TLS there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

# Where one that listens on every address is reached from the same machine.
REACHED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only where --host says so


@dataclass(frozen=True)
class Place:
    """Where to listen; port 0 is a free one. `certificate` and `key` are PEM files, for TLS."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | str | None = None
    key: Path | str | None = None

    @property
    def reached(self) -> str:
        """The host as a client on this machine names it in a URL."""
        host = REACHED.get(self.host, self.host)
        return f"[{host}]" if ":" in host else host

    def tls(self) -> ssl.SSLContext | None:
        """What TLS needs; None without a certificate. Raises OSError where the files cannot be used."""
        if self.certificate is None:
            if self.key is not None:
                raise OSError(f"{self.key} is a key without its certificate: give that, too (--certificate)")
            return None
        files = [str(file) for file in (self.certificate, self.key) if file is not None]
        for file in files:
            # ssl does not say which of them it could not open.
            open(file, "rb").close()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.certificate, self.key)
        except ssl.SSLError:
            raise OSError(f"there is no certificate with its key, in PEM, in {' and '.join(files)}") from None
        return context
