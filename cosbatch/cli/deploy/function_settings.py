"""The settings that the function will have: the variables of serverless.yml, filled in as the deployer does it.

Only what this file has is read: `NAME: value` lines below `variables:`, and `${env:NAME}` anywhere. It is no reader of YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cosbatch.cli.deploy.finding import NOT_SEEN, OK, WARNING, WRONG, Finding, sentence_on
from cosbatch.cli.terminal.language import N_, Sentence, _
from cosbatch.configuration.settings import APPID, SECRET_ID, SECRET_KEY, Settings, read_settings
from cosbatch.model.errors import Problem

_COMMENT = re.compile(r"^ *#.*\n", re.MULTILINE)
_VARIABLES = re.compile(r"^( +)variables:\n((?:\1 +[^\n]*\n)*)", re.MULTILINE)
_VARIABLE = re.compile(r"^ +([A-Z_]+): *(.*?) *$", re.MULTILINE)
_REFERENCE = re.compile(r"\$\{env:(\w+)\}")
# Without these the platform makes a log topic of its own.
_OPTIONAL = ("COSBATCH_LOGSET", "COSBATCH_LOG_TOPIC")


@dataclass(frozen=True)
class Deployment:
    """The function's variables; `missing` names what a deployment takes from the environment and does not find there."""

    variables: Mapping[str, str]
    missing: tuple[str, ...]


def deployment_of(text: str, environ: Mapping[str, str]) -> Deployment:
    """What a deployment of this serverless.yml would set. A variable that takes one that is not set would be left out."""
    text = _COMMENT.sub("", text)
    wanted = dict.fromkeys(name for name in _REFERENCE.findall(text) if name not in _OPTIONAL)
    missing = tuple(name for name in wanted if not environ.get(name))
    section = _VARIABLES.search(text)
    given = {
        name: _REFERENCE.sub(lambda found: environ[found[1]], value)
        for name, value in _VARIABLE.findall(section[2] if section else "")
        if not {*_REFERENCE.findall(value)} & {*missing}
    }
    return Deployment(given, missing)


def function_settings(deployment: Deployment, here: Settings) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of the deployed function and what is wrong with them; the platform brings credentials and APPID."""
    of_the_platform = {SECRET_ID[0]: "none", SECRET_KEY[0]: "none", APPID[1]: here.account.appid}
    return read_settings({**of_the_platform, **deployment.variables})


def function_findings(deployment: Deployment | None, here: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the function will have the settings that it needs, and those that are looked at here."""
    if deployment is None:
        fix = _("Run doctor in the folder of serverless.yml, or compare the function's variables in the console.")
        unknown = Sentence(N_("no serverless.yml is here: its variables are not known"))
        yield Finding(N_("function"), NOT_SEEN, unknown, fix)
        return
    if deployment.missing:
        message = N_("a deployment from here would leave out what takes {names}: not set")
        fix = _("Set them where you deploy; serverless.yml says what they hold.")
        yield Finding(N_("function"), WARNING, Sentence(message, {"names": ", ".join(deployment.missing)}), fix)
        return
    settings, problems = function_settings(deployment, here)
    for problem in problems:
        fix = _("Fix it in serverless.yml or where you deploy.")
        yield Finding(N_("function"), WRONG, sentence_on(problem.pointer.removeprefix("/"), problem), fix)
    for name, value in deployment.variables.items():
        if environ.get(name) and environ[name] != value:
            another = Sentence(N_("{name} will be another than here"), {"name": name})
            yield Finding(N_("function"), WARNING, another, _("The checks below are of what is here."))
    if not problems:
        known = N_("by serverless.yml: region {region}, HTTP {auth}, manifests checked: {check}")
        auth = settings.http_auth or Sentence(N_("closed"))
        values = {"region": settings.account.region, "auth": auth, "check": settings.manifest_check}
        yield Finding(N_("function"), OK, Sentence(known, values))
