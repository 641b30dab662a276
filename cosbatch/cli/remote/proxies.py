"""The way out for the command line: through the proxy, and with the roots of TLS, that the environment names.

HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE are read as requests reads them.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from cosbatch.cli.terminal.language import _
from cosbatch.model.errors import ConfigurationError, Problem, UpstreamTLS, UpstreamUnreachable
from cosbatch.service.deadline_adapter import DeadlineAdapter
from cosbatch.service.transport import direct_session

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_HASH_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")
_SCHEME = re.compile(r"(\w+)://", re.ASCII)


def environment_session() -> requests.Session:
    """A session that goes by the environment. Raises ConfigurationError where the roots that it names cannot be used."""
    faults = {name: _fault_of_roots(os.environ[name]) for name in BUNDLES if os.environ.get(name)}
    problems = [Problem(f"/{name}", fault) for name, fault in faults.items() if fault]
    if problems:
        error = ConfigurationError("The roots of TLS that the environment names cannot be read.", problems)
        error.fields["Hint"] = _(
            "Name a file of certificates in PEM there, or take the variable out of the environment."
        )
        raise error
    session, adapter = direct_session(), ProxyAdapter()
    session.verify = next(filter(None, map(os.environ.get, BUNDLES)), session.verify)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


@cache  # it takes 20 ms, and each of many connections asks
def _fault_of_roots(path: str) -> str:
    """What is wrong with a file of certificates, or with a folder where each has its hash for a name; empty where nothing is."""
    if os.path.isdir(path):
        is_usable = any(_HASH_NAME.fullmatch(name) for name in os.listdir(path))
        return (
            "" if is_usable else "names a folder without certificates, which `openssl rehash` gives the names they need"
        )
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except FileNotFoundError:
        return "names a file that is not there"
    except OSError:
        # Those of ssl among them: what is no certificate.
        return "names a file that holds no certificates in PEM, or cannot be read"
    return ""


class ProxyAdapter(BaseAdapter):
    """Sends through a proxy where the environment names one for the address, with requests' own adapter; otherwise as the
    function does.
    """

    def __init__(self) -> None:
        super().__init__()
        self._direct = DeadlineAdapter()
        self._through = HTTPAdapter()
        self._proxies: dict[object, dict[str, str]] = {}
        # What it has to say quotes the other side; what matters of it is in our errors.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str | None = True,
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Raises what DeadlineAdapter raises; UpstreamUnreachable, UpstreamTLS or ConfigurationError where it is the proxy."""
        proxies = proxies or self._proxies_for(str(request.url))
        proxy = select_proxy(str(request.url), proxies)
        if proxy is None:
            return self._direct.send(request, timeout=timeout, verify=verify)
        scheme = _SCHEME.match(proxy)
        if scheme and scheme[1].lower() not in ("http", "https"):
            raise _unusable(f"{scheme[0]}{_without_password(proxy)}")
        try:
            return self._through.send(request, True, timeout, verify or True, cert, proxies)
        except requests.RequestException as error:
            raise _translated(error, _without_password(proxy)) from None

    def _proxies_for(self, url: str) -> dict[str, str]:
        """What the environment names for the address; to go through all of it takes as long as to sign a request, so once for each."""
        address = urlsplit(url)[:2]
        if address not in self._proxies:
            self._proxies[address] = {} if _is_here(url) else get_environ_proxies(url, no_proxy=None)
        return self._proxies[address]

    def close(self) -> None:
        self._direct.close()
        self._through.close()


def _is_here(url: str) -> bool:
    """Whether it is an address of this machine, such as that of a stand-in, where no proxy leads."""
    host = urlsplit(url).hostname or ""
    return host == "::1" or host.startswith("127.")


def _without_password(proxy: str) -> str:
    return proxy.rpartition("@")[2].rpartition("://")[2].rstrip("/")


def _translated(error: requests.RequestException, proxy: str) -> Exception:
    """Our error where it is the proxy; the error itself where it may be the service, after the request has gone out."""
    match error:
        case requests.exceptions.InvalidURL() | requests.exceptions.InvalidSchema():
            return _unusable(proxy)
        case requests.exceptions.SSLError() if any(
            isinstance(each, ssl.SSLCertVerificationError) for each in _causes(error)
        ):
            hint = "If the proxy looks into TLS, REQUESTS_CA_BUNDLE has to name its roots."
            return UpstreamTLS(f"Through the proxy {proxy}, the other side could not prove who it is. {hint}")
        case requests.exceptions.ProxyError():
            went_out = not any(_is_before_the_request(each) for each in _causes(error))
            message = f"No connection could be made through the proxy {proxy}, or it broke."
            return UpstreamUnreachable(message, may_have_acted=went_out)
    return error


def _unusable(proxy: str) -> ConfigurationError:
    error = ConfigurationError(f"The proxy {proxy} cannot be used: only http://host:port and https://host:port can.")
    error.fields["Hint"] = _(
        "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names the proxy; NO_PROXY names hosts that are reached without it."
    )
    return error


def _is_before_the_request(error: BaseException) -> bool:
    """Whether the proxy was not reached, or refused to connect: http.client says the latter with its words alone."""
    return isinstance(error, ConnectionRefusedError | socket.gaierror) or str(error).startswith(
        "Tunnel connection failed"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and whatever led to it."""
    if error is not None:
        yield error
        yield from _causes(error.__cause__)
        yield from _causes(error.__context__)
