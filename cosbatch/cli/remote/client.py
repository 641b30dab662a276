"""A client of the service as the environment and the options describe it; it carries out calls as the function does."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cosbatch.cli.remote.function_files import OWN_PROFILES, require_profiles
from cosbatch.cli.remote.proxies import environment_session
from cosbatch.cli.terminal.files import read_text
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.output import hint_of, say
from cosbatch.cli.terminal.tables import printable
from cosbatch.configuration import Configuration, read_configuration, read_without_profiles
from cosbatch.configuration.profiles import Profile
from cosbatch.configuration.settings import Settings
from cosbatch.jobs.perform import CallContext, Draft, create_or_plan, draft_of_call, perform
from cosbatch.model.deadline import Clock, Deadline
from cosbatch.model.errors import (
    CosbatchError,
    InvalidRequest,
    ServiceError,
    ServiceSideError,
    UnexpectedResponse,
    quoted,
)
from cosbatch.model.messages import Request, Response
from cosbatch.service.exchange import Budget, Exchange, Wire
from cosbatch.service.transport import Transport
from cosbatch.triggers.direct import call_of

T = TypeVar("T")

# Seconds for one call with all of its attempts: a person waits longer than a platform does.
PATIENCE = 60.0
# Seconds for what takes as long as a list is: one of any size is judged to its end.
LONG_PATIENCE = 7 * 86400.0


@dataclass(frozen=True)
class Client:
    """A configuration, and what requests to its account are sent over."""

    configuration: Configuration
    wire: Wire
    clock: Clock
    budget: Budget = field(default_factory=Budget)

    @property
    def settings(self) -> Settings:
        return self.configuration.settings

    def exchange(self, patience: float = PATIENCE, timeout: float | None = None) -> Exchange:
        """An exchange that may take the next `patience` seconds, and `timeout` of them for one try (default: the setting)."""
        deadline = Deadline(self.clock, self.clock.monotonic() + patience)
        settings = self.settings
        return Exchange(self.wire, settings.account, deadline, self.budget, timeout or settings.timeout)

    def ask(
        self,
        request: Request,
        read: Callable[[Response], T],
        patience: float = PATIENCE,
        timeout: float | None = None,
    ) -> T:
        """What `read` makes of the response, in an exchange of its own. Raises ServiceSideError."""
        try:
            return self.exchange(patience, timeout).ask(request, read)
        except (ServiceError, UnexpectedResponse) as error:
            # The answer does not say which bucket or object it is about.
            _tell(error, f"{request.method} {request.host}{request.path}")
            raise

    def call(self, fields: Mapping[str, object], patience: float = PATIENCE) -> dict[str, object]:
        """The result of a direct call, as the function replies to it. Raises CosbatchError, with a hint that fits the call."""
        call = call_of(fields)
        with _hinting(call.action), naming(call.action):
            return perform(call, self.context(patience))

    def create(self, fields: Mapping[str, object]) -> tuple[dict[str, object], Draft]:
        """The same for a call of CreateJob, and the job that it asks for. Raises as `call` does."""
        call, context = call_of(fields), self.context(PATIENCE)
        with _hinting(call.action):
            draft, options = draft_of_call(call, context)
            with naming(call.action):
                return create_or_plan(draft, options, context), draft

    def job(self, job_id: str, patience: float = PATIENCE) -> Mapping[str, Any]:
        """The job as DescribeJob tells it. Raises CosbatchError, with a hint that fits the call."""
        described: Any = self.call({"Action": "DescribeJob", "JobId": job_id}, patience)
        job: Mapping[str, Any] = described["Job"]
        return job

    def profile(self, name: object) -> Profile | None:
        """The profile of this name; None where none is named. Raises InvalidRequest where there is no such profile."""
        try:
            return None if name is None else self.configuration.profiles.named(name)
        except InvalidRequest as error:
            # The function does not quote it: a caller may have put a secret there.
            error.message = f"There is no profile {quoted(str(name))}; nothing was sent."
            raise

    def draft(self, fields: Mapping[str, object]) -> Draft:
        """The job that a direct call asks for. Raises CosbatchError."""
        return draft_of_call(call_of(fields), self.context(PATIENCE))[0]

    def context(self, patience: float) -> CallContext:
        """What a call is worked on with, for so many seconds."""
        return CallContext(self.configuration, self.exchange(patience), os.urandom)


@contextlib.contextmanager
def _hinting(action: str) -> Iterator[None]:
    """Gives what is raised a hint; what the service says of an action may mean something else than of others."""
    try:
        yield
    except CosbatchError as error:
        error.fields.setdefault("Hint", hint_of(error.code, action if isinstance(error, ServiceError) else ""))
        raise


@contextlib.contextmanager
def naming(action: str) -> Iterator[None]:
    """The failure of the service says which action it refused: that is the right that may be missing."""
    try:
        yield
    except ServiceError as error:
        _tell(error, action)
        raise


def _tell(error: ServiceSideError, what: str) -> None:
    error.message = f"{error.message.rstrip('.')}. That was {what}."


def connect(options: argparse.Namespace, profile: object = None) -> Client:
    """The client that the environment and the options describe, for a call that may name a profile, and whom the policy binds.

    Raises ConfigurationError, InvalidRequest where there is no such profile, and WrongUsage where that or --profile names one,
    and nothing holds profiles.
    """
    named = profile or getattr(options, "profile", None)
    if named:
        require_profiles(_("profile {profile}").format(profile=named))
    client = _client(configuration_of(environ_of(options)), options.clock, options.verbose)
    client.profile(named)
    return client


def connect_without_profiles(options: argparse.Namespace) -> Client:
    """The client for what makes no job, and so has to work whatever the profiles file holds. Raises ConfigurationError."""
    return _client(read_without_profiles(environ_of(options)), options.clock, options.verbose)


def connect_all(options: argparse.Namespace) -> list[Client]:
    """As many clients as --connections says, to read over. Raises what `connect_without_profiles` raises."""
    return [connect_without_profiles(options) for _connection in range(options.connections)]


def client_of(environ: Mapping[str, str], clock: Clock) -> Client:
    """The client that the variables describe. Raises ConfigurationError with all that is wrong."""
    return _client(configuration_of(environ), clock, verbose=False)


def _client(configuration: Configuration, clock: Clock, verbose: bool) -> Client:
    settings = configuration.settings
    wire: Wire = Transport(clock, environment_session()).connect(settings.credentials, settings.endpoint)
    return Client(configuration, VerboseWire(wire, clock) if verbose else wire, clock)


def configuration_of(environ: Mapping[str, str]) -> Configuration:
    """The configuration that the variables describe. Raises ConfigurationError with all that is wrong."""
    return read_configuration(environ, str(OWN_PROFILES), read_text)


def environ_of(options: argparse.Namespace) -> dict[str, str]:
    """The environment; `--endpoint` and `--region`, where the command has them, come before its variables."""
    given = {name: getattr(options, name.lower(), None) for name in ("ENDPOINT", "REGION")}
    return {**os.environ, **{f"COSBATCH_{name}": value for name, value in given.items() if value is not None}}


class VerboseWire:
    """A wire that tells on stderr what goes over it; never headers or bodies, since they hold secrets."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock

    def send(self, request: Request, seconds: float) -> Response:
        began = self._clock.monotonic()
        try:
            response = self._wire.send(request, seconds)
        except ServiceSideError as error:
            self._tell(request, error.code, began)
            raise
        self._tell(request, f"{response.status} {response.request_id or ''}", began)
        return response

    def _tell(self, request: Request, outcome: str, began: float) -> None:
        seconds = self._clock.monotonic() - began
        say(printable(f"{request.method} {request.host}{request.path}: {outcome.rstrip()} ({seconds:.2f} s)"))
