"""Takes an event to its reply: who sent it, what it asks for, what came of that, and how the sender is told."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cosbatch.configuration import Configuration, read_configuration
from cosbatch.configuration.settings import language_of
from cosbatch.jobs.perform import CallContext, perform
from cosbatch.jobs.uploaded import put_receipt
from cosbatch.log import Log
from cosbatch.model.deadline import Clock, Deadline, deadline_of, request_id_of
from cosbatch.model.errors import CosbatchError, InternalError, InvalidEvent
from cosbatch.model.messages import Call, Outcome, Skipped, Step, as_result
from cosbatch.service.exchange import Budget, Exchange
from cosbatch.service.transport import Transport
from cosbatch.triggers import cos, direct, http, timer

# Events that nobody here takes, by a field that marks them where they are no HTTP call, to which a gateway adds some.
UNSUPPORTED_EVENTS = {
    "requestContext": "an HTTP call without httpMethod (payload format 2.0)",
    "websocket": "a WebSocket message",
    "detail-type": "an EventBridge event",
    "specversion": "a CloudEvent",
    "Body": "a dead-letter message",
    "tasks": "a task of S3 Batch Operations",
}

# The most that one receipt may take, with all of its tries.
RECEIPT_SECONDS = 10.0


class Runtime(NamedTuple):
    """What a warm instance keeps, and what it stands on. The environment, which holds secrets, does not show in repr."""

    transport: Transport
    budget: Budget
    clock: Clock
    environ: Mapping[str, str]
    profiles_path: str
    read_file: Callable[[str], str]
    write: Callable[[str], object]
    random_bytes: Callable[[int], bytes]

    def __repr__(self) -> str:
        return f"Runtime({self.profiles_path})"


def dispatch(event: object, context: object, runtime: Runtime) -> object:
    """The reply to the event. Raises RetryableInvocationError, and nothing else."""
    invocation = _Invocation(context, runtime)
    try:
        trigger, mapping = recognise(event)
    except InvalidEvent as error:
        return as_result(invocation.failed(error))
    outcomes = invocation.outcomes(trigger, mapping)
    match trigger:
        case "cos":
            return cos.reply(mapping, outcomes)
        case "http":
            return http.reply(mapping, outcomes, invocation.configuration)
        case "timer":
            return timer.reply(outcomes)
        case _:
            return direct.reply(outcomes)


def recognise(event: object) -> tuple[str, Mapping[str, object]]:
    """Who sent the event: `cos`, `http`, `timer` or `direct`, and the event. Raises InvalidEvent."""
    if not isinstance(event, Mapping):
        raise InvalidEvent("The event is not a JSON object.")
    signs = {
        "cos": cos.matches(event),
        "http": http.matches(event),
        "timer": timer.matches(event),
        "direct": direct.matches(event),
    }
    triggers = [trigger for trigger, matches in signs.items() if matches]
    # What a gateway adds to an HTTP call says nothing against it.
    others = [] if triggers == ["http"] else [what for mark, what in UNSUPPORTED_EVENTS.items() if mark in event]
    if len(triggers) == 1 and not others:
        return triggers[0], event
    shapes = [*triggers, *others]
    what = f"has the shape of {' and of '.join(shapes)}" if shapes else "is of no known shape"
    raise InvalidEvent(f"The event {what}; it must be one COS upload, HTTP call, timer or direct call.")


class _Invocation:
    """One event on its way: its deadline, its log, and the calls in it one after the other."""

    def __init__(self, context: object, runtime: Runtime) -> None:
        self._runtime = runtime
        self._began = runtime.clock.monotonic()
        self._deadline = deadline_of(context, runtime.clock)
        self._request_id = request_id_of(context)
        self._log = Log(runtime.write)
        self._trigger: str | None = None
        self.configuration: Configuration | None = None

    def outcomes(self, trigger: str, event: Mapping[str, object]) -> list[Outcome]:
        """The outcome of each part of the event, in order."""
        self._trigger = trigger
        try:
            configuration = self.configuration = self._read_configuration()
            steps = _steps(trigger, event, configuration)
        except Exception as error:  # noqa: BLE001  # whatever it is, the sender gets an answer without a traceback
            return [self.failed(error)]
        outcomes = [self._outcome(step, configuration) for step in steps]
        self._leave_receipts(steps, outcomes, configuration)
        return outcomes

    def _read_configuration(self) -> Configuration:
        runtime = self._runtime
        configuration = read_configuration(runtime.environ, runtime.profiles_path, runtime.read_file)
        keys = configuration.settings.credentials
        secrets = [keys.secret_key, keys.token, *(token.digest for token in configuration.settings.http_tokens)]
        self._log = Log(runtime.write, configuration.settings.log_level, secrets)
        return configuration

    def _outcome(self, step: Step, configuration: Configuration) -> Outcome:
        if isinstance(step, Skipped):
            self._say("INFO", step.reason, outcome="skipped", manifest=step.manifest)
            return step
        if isinstance(step, CosbatchError):
            return self.failed(step)
        return self._performed(step, configuration)

    def _exchange(self, configuration: Configuration, deadline: Deadline, budget: Budget) -> Exchange:
        settings = configuration.settings
        wire = self._runtime.transport.connect(settings.credentials, settings.endpoint)
        return Exchange(wire, settings.account, deadline, budget, settings.timeout)

    def _performed(self, call: Call, configuration: Configuration) -> Outcome:
        exchange = self._exchange(configuration, self._deadline, self._runtime.budget)
        try:
            result: dict[str, Any] = perform(call, CallContext(configuration, exchange, self._runtime.random_bytes))
        except Exception as error:  # noqa: BLE001  # one record's bug must not take the others down
            return self.failed(error, call, exchange.attempts)
        warned = result.get("Warnings", ()) if call.action == "CreateJob" else ()
        warnings = [f"{warning['Warning']}: {warning['Message']}" for warning in warned]
        self._say(
            "WARNING" if warnings else "INFO",
            "; ".join([f"{call.action} done", *warnings]),
            **self._about(call),
            job_id=result.get("JobId") or call.fields.get("JobId") or call.fields.get("jobId"),
            outcome=result.get("Outcome"),
            attempts=exchange.attempts,
            cos_request_id=result.get("RequestId"),
        )
        return result

    def _leave_receipts(self, steps: list[Step], outcomes: list[Outcome], configuration: Configuration) -> None:
        """Tell the uploaders in the bucket, once all is done; each receipt has its share of the time that is left."""
        for left, step, outcome in zip(range(len(steps), 0, -1), steps, outcomes, strict=True):
            if not isinstance(step, Call) or step.upload is None:
                continue
            profile = configuration.profiles.named(step.fields["Profile"])
            if profile.receipts is None:
                continue
            seconds = min(RECEIPT_SECONDS, self._deadline.remaining() / left)
            deadline = Deadline(self._runtime.clock, self._runtime.clock.monotonic() + seconds)
            # With a budget of its own: the service of the jobs is another.
            exchange = self._exchange(configuration, deadline, Budget())
            try:
                put_receipt(step.upload, profile.receipts, cos.result_of(outcome), exchange)
            except Exception as error:  # noqa: BLE001  # whatever it is, the job is made and the answer is to get out
                code = error.code if isinstance(error, CosbatchError) else type(error).__name__
                self._say("WARNING", f"The receipt was not written: {code}", **self._about(step), code=code)

    def failed(self, error: Exception, call: Call | None = None, attempts: int | None = None) -> CosbatchError:
        """Log the failure and add its hint; a bug becomes an InternalError, its traceback for the log alone."""
        # Only failures need the hints; a cold start that succeeds does without.
        from cosbatch.model.hints import hint_on

        trace = None
        if not isinstance(error, CosbatchError):
            trace = "".join(traceback.format_exception(error))
            error = InternalError("A fault of this function; its log says more.")
        # The language is read here, for the configuration may be what is wrong.
        error.fields["Hint"] = hint_on(error, language_of(self._runtime.environ), call.action if call else "")
        if call and call.upload:
            error.fields.update(Manifest=call.upload.arn, Profile=call.fields["Profile"])
        self._say(
            "ERROR" if trace else "WARNING",
            str(error),
            **(self._about(call) if call else {}),
            outcome="failed",
            code=error.code,
            attempts=attempts,
            cos_request_id=error.request_id,
            traceback=trace,
        )
        return error

    def _about(self, call: Call) -> dict[str, object]:
        """What the log says of a call. A profile is named only where it is one: a caller may write anything in its place."""
        profile = self.configuration.profiles.find(call.fields.get("Profile")) if self.configuration else None
        manifest = call.upload.arn if call.upload else None
        return {"action": call.action, "profile": profile.name if profile else None, "manifest": manifest}

    def _say(self, level: str, message: str, **fields: object) -> None:
        milliseconds = round((self._runtime.clock.monotonic() - self._began) * 1000)
        self._log(
            level, message, request_id=self._request_id, trigger=self._trigger, duration_ms=milliseconds, **fields
        )


def _steps(trigger: str, event: Mapping[str, object], configuration: Configuration) -> list[Step]:
    """What the event asks for, part by part. Raises CosbatchError."""
    match trigger:
        case "cos":
            return cos.calls(event, configuration)
        case "http":
            return http.calls(event, configuration)
        case "timer":
            return timer.calls(event)
        case _:
            return direct.calls(event)
