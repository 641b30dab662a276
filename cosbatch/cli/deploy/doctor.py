"""The command `doctor`: whether the function would work as it is configured; one finding for each check, with its fix."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from cosbatch.cli.deploy.accounts import foreign_names
from cosbatch.cli.deploy.finding import OK, WARNING, WRONG, Finding
from cosbatch.cli.deploy.function_settings import Deployment, deployment_of, function_findings, function_settings
from cosbatch.cli.deploy.service_checks import service_findings, unseen
from cosbatch.cli.remote.client import Client, connect
from cosbatch.cli.remote.function_files import function_file
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import table
from cosbatch.configuration.settings import Settings
from cosbatch.model.errors import ConfigurationError, Problem

_HEADER = (N_("check"), N_("state"), N_("finding"), N_("fix"))


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "doctor",
        _("Check settings, credentials, clock, profiles, buckets and rights; nothing is created or changed."),
        "  cosbatch doctor\n  cosbatch doctor --json > findings.json",
        doctor,
    )
    add_service(parser)


def doctor(options: argparse.Namespace) -> int:
    """`{Verdict, Checks: [{Check, State, Message, Fix}]}`; the exit code is 1 where something is wrong."""
    try:
        findings = list(examine(connect(options), _deployment(os.environ), os.environ))
    except ConfigurationError as error:
        findings = [_misconfigured(problem) for problem in error.problems]
        findings.append(
            Finding("service", WARNING, "not asked", "Fix the findings above first, then run doctor again.")
        )
    wrong = any(finding.state == WRONG for finding in findings)
    report = {"Verdict": WRONG if wrong else OK, "Checks": [finding.as_json() for finding in findings]}
    rows = [(finding.check, finding.state, finding.message, finding.fix) for finding in findings]
    output.show(report, options, lambda: table([_(name) for name in _HEADER], rows))
    return 1 if wrong else 0


def _misconfigured(problem: Problem) -> Finding:
    if problem.pointer.startswith("/profiles"):
        return Finding("profiles", WRONG, f"{problem.pointer} {problem.message}", "Fix the profiles file there.")
    name = problem.pointer.removeprefix("/")
    return Finding("settings", WRONG, f"{name} {problem.message}", f"Set {name} in the function's environment.")


def examine(client: Client, deployment: Deployment | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    """The findings of all checks, for a configuration that is valid in itself."""
    settings = client.settings
    account = f"UIN {settings.account.uin}, APPID {settings.account.appid}, region {settings.account.region}"
    yield Finding("settings", OK, account)
    yield _endpoint(settings)
    yield from function_findings(deployment, settings, environ)
    complete = deployment is not None and not deployment.missing
    yield _http(function_settings(deployment, settings)[0] if deployment and complete else settings)
    yield from _profiles(client)
    yield from service_findings(client)
    yield from unseen(client)


def _deployment(environ: Mapping[str, str]) -> Deployment | None:
    """What serverless.yml sets: the one in this folder, or else the one beside the package; None where there is neither."""
    for folder in (Path(), function_file("handler.py").parent):
        with contextlib.suppress(OSError, ValueError):
            return deployment_of((folder / "serverless.yml").read_text(encoding="utf-8"), environ)
    return None


def _endpoint(settings: Settings) -> Finding:
    if settings.endpoint is None:
        return Finding("endpoint", OK, "the service's own hosts")
    fix = "For the real service, take COSBATCH_ENDPOINT out of the environment."
    return Finding("endpoint", WARNING, f"requests go to {settings.endpoint}", fix)


def _http(settings: Settings) -> Finding:
    """Who may call the function over HTTP."""
    auth = settings.http_auth
    if auth == "none":
        return Finding("http", WARNING, "whoever knows the address may call", "Set COSBATCH_HTTP_AUTH to bearer.")
    known = {
        "bearer": f"{len(settings.http_tokens)} bearer tokens are let in",
        "gateway": "left to the gateway in front",
    }
    return Finding("http", OK, known.get(auth or "", "closed: COSBATCH_HTTP_AUTH is not set"))


def _profiles(client: Client) -> Iterator[Finding]:
    profiles, account = client.configuration.profiles.profiles, client.settings.account
    foreign = list(foreign_names(client.configuration.profiles, account.appid, account.uin))
    for problem in foreign:
        fix = "Name what is of this account, or set COSBATCH_APPID and COSBATCH_UIN rightly."
        yield Finding("profiles", WRONG, f"{problem.pointer} {problem.message}", fix)
    if not profiles:
        yield Finding(
            "profiles",
            WARNING,
            "there are none: uploads start no jobs",
            "`cosbatch init` writes a first profiles.json.",
        )
    elif not foreign:
        uploads = sum(1 for profile in profiles if profile.match)
        yield Finding("profiles", OK, f"{len(profiles)}, {uploads} of them for uploads; none overlap, none loop")
