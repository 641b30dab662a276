"""The command `doctor`: whether the function would work as it is configured; one finding for each check, with its fix."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from cosbatch.cli.deploy.accounts import foreign_names
from cosbatch.cli.deploy.finding import OK, WARNING, WRONG, Finding, sentence_on
from cosbatch.cli.deploy.function_settings import Deployment, deployment_of, function_findings, function_settings
from cosbatch.cli.deploy.service_checks import service_findings, unseen
from cosbatch.cli.remote.client import Client, connect
from cosbatch.cli.remote.function_files import OWN_PROFILES, function_file
from cosbatch.cli.remote.proxies import BUNDLES
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.language import N_, Sentence, _
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import table
from cosbatch.configuration.settings import PROFILES, VARIABLES, Settings
from cosbatch.model.errors import ConfigurationError, Problem

_HEADER = (N_("check"), N_("state"), N_("finding"), N_("fix"))


def add(commands: Commands) -> None:
    summary = _("Check settings, credentials, clock, profiles, buckets and rights; nothing is created or changed.")
    examples = "  cosbatch doctor\n  cosbatch doctor --json > findings.json"
    add_service(command(commands, "doctor", summary, examples, doctor))


def doctor(options: argparse.Namespace) -> int:
    """`{Verdict, Checks: [{Check, State, Message, Fix}]}`; the exit code is 5 where all that is wrong is that the service
    could not be reached, 1 where anything else is.
    """
    try:
        findings = list(examine(connect(options), _deployment(os.environ), os.environ))
    except ConfigurationError as error:
        findings = [_misconfigured(problem) for problem in error.problems]
        fix = _("Fix the findings above first, then run doctor again.")
        findings.append(Finding(N_("service"), WARNING, Sentence(N_("not asked")), fix))
    wrong = {exit_codes.of_failure(finding.code) for finding in findings if finding.state == WRONG}
    report = {"Verdict": WRONG if wrong else OK, "Checks": [finding.as_json() for finding in findings]}
    rows = [(each.check_told, _(each.state), each.found.spoken(), each.fix) for each in findings]
    output.show(report, options, lambda: table([_(name) for name in _HEADER], rows, sentences=True))
    return min(wrong, default=exit_codes.DONE)


def _misconfigured(problem: Problem) -> Finding:
    """What is wrong with a variable, or else at that place of the profiles file."""
    name = problem.pointer.removeprefix("/")
    if name == PROFILES:
        fix = _("Make the file readable, or have {name} name another; cosbatch init writes one.").format(name=name)
        return Finding(N_("profiles"), WRONG, sentence_on(name, problem), fix)
    if name in (*VARIABLES, *BUNDLES):
        fix = _("Set {name} in the environment.").format(name=name)
        return Finding(N_("settings"), WRONG, sentence_on(name, problem), fix)
    place = problem.pointer or os.environ.get(PROFILES) or OWN_PROFILES.name
    return Finding(N_("profiles"), WRONG, sentence_on(place, problem), _("Fix the profiles file there."))


def examine(client: Client, deployment: Deployment | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    """The findings of all checks, for a configuration that is valid in itself."""
    settings = client.settings
    account = settings.account
    who = {"uin": account.uin, "appid": account.appid, "region": account.region}
    yield Finding(N_("settings"), OK, Sentence(N_("UIN {uin}, APPID {appid}, region {region}"), who))
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
        return Finding(N_("endpoint"), OK, Sentence(N_("the service's own hosts")))
    fix = _("For the real service, take COSBATCH_ENDPOINT out of the environment.")
    elsewhere = Sentence(N_("requests go to {endpoint}"), {"endpoint": settings.endpoint})
    return Finding(N_("endpoint"), WARNING, elsewhere, fix)


def _http(settings: Settings) -> Finding:
    """Who may call the function over HTTP."""
    match settings.http_auth:
        case "none":
            anybody = Sentence(N_("whoever knows the address may call"))
            return Finding(N_("http"), WARNING, anybody, _("Set COSBATCH_HTTP_AUTH to bearer."))
        case "bearer":
            count = {"count": len(settings.http_tokens)}
            return Finding(N_("http"), OK, Sentence(N_("bearer tokens that are let in: {count}"), count))
        case "gateway":
            return Finding(N_("http"), OK, Sentence(N_("left to the gateway in front")))
    return Finding(N_("http"), OK, Sentence(N_("closed: COSBATCH_HTTP_AUTH is not set")))


def _profiles(client: Client) -> Iterator[Finding]:
    profiles, account = client.configuration.profiles.profiles, client.settings.account
    foreign = list(foreign_names(client.configuration.profiles, account.appid, account.uin))
    for problem in foreign:
        fix = _("Name what is of this account, or set COSBATCH_APPID and COSBATCH_UIN rightly.")
        yield Finding(N_("profiles"), WRONG, sentence_on(problem.pointer, problem), fix)
    if not profiles:
        none = Sentence(N_("there are none: uploads start no jobs"))
        yield Finding(N_("profiles"), WARNING, none, _("`cosbatch init` writes a first profiles.json."))
    elif not foreign:
        counts = {"count": len(profiles), "uploads": sum(1 for profile in profiles if profile.match)}
        fine = N_("{count}, for uploads {uploads}; none overlap, none loop")
        yield Finding(N_("profiles"), OK, Sentence(fine, counts))
