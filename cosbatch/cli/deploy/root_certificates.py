"""The certificates of a bundle one by one, under the names by which OpenSSL finds the one that it needs.

A new TLS connection would read the whole bundle: 15 ms, against 3 ms for one certificate.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from cosbatch.service.transport import ca_folder

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n", re.DOTALL)


def laid_out(bundle: str, content: bytes) -> dict[str, bytes] | None:
    """The certificates of a bundle of that name, by the paths at which the function looks for them; None without openssl.

    Raises subprocess.CalledProcessError where openssl fails.
    """
    certificates = hashed(content)
    folder = ca_folder(bundle, len(content))
    return None if certificates is None else {f"{folder}/{name}": each for name, each in certificates.items()}


def hashed(bundle: bytes) -> dict[str, bytes] | None:
    """The certificates by the names that OpenSSL looks for (`<hash of the subject>.<number>`); None without openssl.

    Raises subprocess.CalledProcessError where openssl fails.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, certificate in enumerate(_CERTIFICATE.findall(bundle.decode())):
            (folder / f"{number:04}.pem").write_text(certificate)
        subprocess.run([openssl, "rehash", name], check=True, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603
        return {link.name: link.read_bytes() for link in sorted(folder.iterdir()) if link.is_symlink()}
