"""The command `init`: writes the profiles and the variables for an account, asking at a terminal for what is missing."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from cosbatch.cli.remote.function_files import OWN_PROFILES
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.asking import ask, has_terminal
from cosbatch.cli.terminal.files import WrongUsage, writing
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, command
from cosbatch.cli.terminal.regions import meant_told, not_offered_told
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.configuration.settings import APPID, DIGITS, REGION, UIN, first_set
from cosbatch.model import names
from cosbatch.model.errors import ConfigurationError

_PROFILES_FILE, _VARIABLES_FILE = OWN_PROFILES.name, "cosbatch.env"

_EXAMPLES = N_("""\
  Asked for one thing after the other:
    cosbatch init

  In one line, which asks nothing; what is not given is named as the account's own buckets usually are:
    cosbatch init --uin 100000000001 --appid 1250000000 --region ap-chengdu

  Then, with TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY in the environment:
    . ./cosbatch.env
    cosbatch doctor
""")


class _Question(NamedTuple):
    """What has to be known: the option that says it, the words that ask for it, its form and the words for that, the
    variables it may stand in, and what it is where nobody says it, made of the answers before it; empty where somebody must."""

    option: str
    words: str
    form: re.Pattern[str]
    takes: str
    variables: tuple[str, ...] = ()
    default: str = ""


# What the forms are, in words.
_NUMBER = N_("at most 20 digits 0 to 9, of which the first is no 0")
_REGION = N_("a part of the world and a place in it, in small letters and with a dash between them, such as ap-chengdu")
_BUCKET = N_("a bucket with its APPID, such as examplebucket-1250000000")
_ROLE = N_("the name of a role, of letters a to z and A to Z, digits and + = , . @ - _")

_QUESTIONS = (
    _Question("uin", N_("UIN of the account that owns the buckets"), DIGITS, _NUMBER, UIN),
    _Question("appid", N_("APPID of the account that owns the buckets"), DIGITS, _NUMBER, APPID),
    _Question("region", N_("region of buckets and jobs, such as ap-chengdu"), names.REGION, _REGION, REGION),
    _Question("lists", N_("bucket that lists are uploaded to"), names.BUCKET, _BUCKET, (), "manifest-{appid}"),
    _Question("reports", N_("bucket of reports and receipts"), names.BUCKET, _BUCKET, (), "report-{appid}"),
    _Question("role", N_("role whose rights the jobs have"), names.ROLE_NAME, _ROLE, (), "COSBatch_QcsRole"),
)


def add(commands: Commands) -> None:
    summary = _("Write profiles.json and the variables for an account; nothing is sent.")
    parser = command(commands, "init", summary, _(_EXAMPLES), init)
    for question in _QUESTIONS:
        words, default = _(question.words), question.default.format(appid="APPID")
        told = _("{words} (default: {default})").format(words=words, default=default) if default else words
        parser.add_argument(f"--{question.option}", metavar=question.option.upper(), help=told)
    parser.add_argument("--force", action="store_true", help=_("replace files that are there already"))


def init(options: argparse.Namespace) -> int:
    """`{Profiles, Variables}`: the files that were written, in the current folder."""
    for path in (_PROFILES_FILE, _VARIABLES_FILE):
        if os.path.lexists(path) and not options.force:
            raise WrongUsage(_("{path} is there already; --force replaces it").format(path=path))
    answers = _answers(options, os.environ)
    content = json.dumps(profiles_of(answers), ensure_ascii=False, indent=2) + "\n"
    problems = parse_profiles(content)[1]
    if problems:
        raise ConfigurationError("These names make no profile that works; nothing was written.", problems)
    for path, text in ((_PROFILES_FILE, content), (_VARIABLES_FILE, variables_of(answers))):
        with writing(path) as file:
            file.write(text.encode())
    output.show({N_("Profiles"): _PROFILES_FILE, N_("Variables"): _VARIABLES_FILE}, options)
    following = _(
        "Next: export TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY (they are written nowhere), then\n"
        "  . ./{variables}\n"
        "  cosbatch doctor"
    )
    output.say(following.format(variables=_VARIABLES_FILE))
    return exit_codes.DONE


def _answers(options: argparse.Namespace, environ: Mapping[str, str]) -> dict[str, str]:
    """What the options, the environment, the person or the defaults say, by the names of the options.

    Raises WrongUsage with all that is wrong.
    """
    answers: dict[str, str] = {}
    faults: list[str] = []
    # Where the options say all that has no default, a person has said enough.
    asks = has_terminal() and any(
        not (question.default or getattr(options, question.option)) for question in _QUESTIONS
    )
    for question in _QUESTIONS:
        said = getattr(options, question.option)
        default = first_set(environ, question.variables) or question.default.format(**answers)
        if said is None and asks:
            said = _asked(question, default, answers)
        # What is made of another answer is as right as that.
        fault = _fault(question, said or default, answers) if said or not question.default else ""
        faults += [f"--{question.option}: {fault}"] if fault else []
        if faults and asks:
            break
        answers[question.option] = said or default
        if question.form is names.REGION and not fault and (note := not_offered_told(answers[question.option])):
            output.say(note)
    if faults:
        raise WrongUsage("; ".join(faults))
    return answers


def _asked(question: _Question, default: str, answers: Mapping[str, str]) -> str:
    """What the person says, asked again until it can be right. Raises WrongUsage where the input ends."""
    while True:
        said = ask(_(question.words), default)
        fault = _fault(question, said, answers)
        if not fault:
            return said
        output.say(fault)


def _fault(question: _Question, said: str, answers: Mapping[str, str]) -> str:
    """What is wrong with an answer, in words; empty where nothing is."""
    if not said:
        return _("needed: {words}").format(words=_(question.words))
    if not question.form.fullmatch(said):
        told = _("{said} is not right: it takes {wanted}").format(said=repr(said), wanted=_(question.takes))
        return told + (meant_told(said) if question.form is names.REGION else "")
    if (
        question.form is names.BUCKET
        and DIGITS.fullmatch(answers["appid"])
        and names.appid_of(said) != answers["appid"]
    ):
        return _("{said} is not a bucket of APPID {appid}").format(said=said, appid=answers["appid"])
    return ""


def profiles_of(answers: Mapping[str, str]) -> dict[str, object]:
    """The profiles file: lists under restore/ become jobs that bring archived objects back for a week."""
    reports = f"cos://{answers['reports']}"
    job = {
        "Description": "restore {key}",
        "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
        "Priority": 10,
        "Report": {"Bucket": reports, "Enabled": True, "Prefix": "reports/restore/{date}"},
        "RoleArn": names.role_arn(answers["uin"], answers["role"]),
    }
    restore = {
        "name": "restore",
        "match": {"bucket": answers["lists"], "prefix": "restore/", "suffix": ".csv"},
        "job": job,
        "open": ["Priority", "Description"],
        "limits": {"operations": ["COSInitiateRestoreObject"], "target_buckets": [], "max_objects": 1_000_000},
        "receipts": f"{reports}/receipts/",
    }
    return {"profiles": [restore]}


def variables_of(answers: Mapping[str, str]) -> str:
    """The variables of the account as a shell reads them; keys are none of them."""
    variables = {
        "COSBATCH_UIN": answers["uin"],
        "COSBATCH_APPID": answers["appid"],
        "COSBATCH_REGION": answers["region"],
        "COSBATCH_ROLE": answers["role"],
        "COSBATCH_REPORT": f"cos://{answers['reports']}/reports",
        "COSBATCH_MANIFEST_BUCKET": answers["lists"],
        "REGION": answers["region"],
    }
    return "".join(f"export {name}={value}\n" for name, value in variables.items())
