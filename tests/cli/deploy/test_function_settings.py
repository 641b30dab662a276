"""The settings that the function will have, as serverless.yml and the deployer make them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosbatch.cli.deploy.function_settings import Deployment, deployment_of, function_findings
from cosbatch.configuration.settings import read_settings
from tests.cli.conftest import ACCOUNT

TEXT = """\
# ${env:ONLY_IN_A_COMMENT}
inputs:
  region: ${env:REGION}
  environment:
    # Said of the variables: ${env:ALSO_NOT}
    variables:
      COSBATCH_UIN: ${env:COSBATCH_UIN}
      # a comment
      COSBATCH_HTTP_AUTH: bearer
      COSBATCH_HTTP_TOKENS: ${env:COSBATCH_HTTP_TOKENS}
      COSBATCH_REGION: ${env:REGION}
  cls:
    topicId: ${env:COSBATCH_LOG_TOPIC}
  SOMETHING: else
"""
ENVIRON = {"REGION": "ap-chengdu", "COSBATCH_UIN": "100000000001", "COSBATCH_HTTP_TOKENS": "0" * 64}
HERE = read_settings(ACCOUNT)[0]


def told(deployment: Deployment | None, **environ: str) -> list[tuple[str, str]]:
    return [(finding.state, finding.message) for finding in function_findings(deployment, HERE, environ)]


def test_fills_the_variables_in_from_the_environment() -> None:
    assert deployment_of(TEXT, ENVIRON) == Deployment(
        {
            "COSBATCH_UIN": "100000000001",
            "COSBATCH_HTTP_AUTH": "bearer",
            "COSBATCH_HTTP_TOKENS": "0" * 64,
            "COSBATCH_REGION": "ap-chengdu",
        },
        (),
    )


@pytest.mark.parametrize("empty", [{}, {"REGION": ""}])
def test_leaves_out_what_takes_a_variable_that_is_not_set(empty: dict[str, str]) -> None:
    environ = {"COSBATCH_UIN": "100000000001", "COSBATCH_HTTP_TOKENS": "0" * 64, **empty}
    deployment = deployment_of(TEXT, environ)
    assert deployment.missing == ("REGION",)
    assert "COSBATCH_REGION" not in deployment.variables


def test_reads_no_variables_where_there_are_none() -> None:
    assert deployment_of("inputs: {}\n", {}) == Deployment({}, ())


def test_reads_all_that_the_file_of_the_repository_has() -> None:
    text = (Path(__file__).parents[3] / "serverless.yml").read_text(encoding="utf-8")
    deployment = deployment_of(text, {})
    assert set(deployment.missing) > {"REGION", "COSBATCH_UIN", "COSBATCH_FUNCTION_ROLE", "COSBATCH_MANIFEST_BUCKET"}
    assert deployment.variables["COSBATCH_HTTP_AUTH"] == "bearer"


def test_says_that_the_variables_are_not_known_where_there_is_no_file() -> None:
    assert told(None) == [("not seen", "no serverless.yml is here: its variables are not known")]


def test_names_what_a_deployment_would_leave_out() -> None:
    ((state, message),) = told(deployment_of(TEXT, {}))
    assert state == "warning"
    assert "REGION, COSBATCH_UIN, COSBATCH_HTTP_TOKENS" in message


def test_finds_what_the_function_would_refuse() -> None:
    ((state, message),) = told(deployment_of(TEXT, {**ENVIRON, "COSBATCH_HTTP_TOKENS": "in the clear"}))
    assert (state, message.split()[0]) == ("wrong", "COSBATCH_HTTP_TOKENS")
    assert "in the clear" not in message


def test_says_what_will_be_otherwise_than_here() -> None:
    findings = told(deployment_of(TEXT, ENVIRON), COSBATCH_REGION="ap-beijing", COSBATCH_UIN="100000000001")
    assert findings[0] == ("warning", "COSBATCH_REGION will be another than here")
    assert findings[1:] == [("ok", "by serverless.yml: region ap-chengdu, HTTP bearer, manifests checked: head")]
