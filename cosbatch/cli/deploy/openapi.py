"""The HTTP routes as an OpenAPI 3.1 document, made of the routes themselves and of the calls' schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cosbatch.triggers.http_event import PARAMETERS, WITH_BODY, methods_of

Json = dict[str, Any]

# The version of the interface.
_VERSION = "1.0"
# Each route, and a path that takes it.
_ROUTES = {
    "/jobs": "/jobs",
    "/jobs/{JobId}": "/jobs/1",
    "/jobs/{JobId}/priority": "/jobs/1/priority",
    "/jobs/{JobId}/status": "/jobs/1/status",
}
_SUMMARIES = {
    "CreateJob": "Create a job, exactly once for each Idempotency-Key; or plan it.",
    "ListJobs": "List the jobs of the last 90 days, page by page.",
    "DescribeJob": "Show all about one job.",
    "DeleteJob": "Take a job out of the listing.",
    "UpdateJobPriority": "Change a job's priority. The query or the body says to what.",
    "UpdateJobStatus": "Confirm or cancel a job. The query or the body says which.",
}
_FAILURES = {
    "400": "The body, the query or the document breaks a rule; Errors lists all faults.",
    "401": "Nobody known sent this.",
    "403": "The caller may not ask for this.",
    "404": "There is no such job or route.",
    "409": "The token was used before, and its job cannot be seen yet; try again with the same token.",
    "413": "The body is larger than any call.",
    "415": "The body is not announced as JSON.",
    "422": "The manifest cannot work, or the token belongs to another job.",
    "500": "The function is not configured rightly, or has a bug.",
    "502": "COS could not be reached, or answered in no known way.",
    "504": "COS did not answer in time.",
}
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}


def document(calls: Mapping[str, Json]) -> Json:
    """The OpenAPI document of the routes; `calls` holds the schema of each action's call."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "cosbatch", "version": _VERSION, "description": "Creates COS batch jobs, exactly once."},
        "paths": {path: _path(path, sample, calls) for path, sample in _ROUTES.items()},
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {**{f"{action}Body": _body(calls[action]) for action in WITH_BODY}, **_replies()},
        },
        "security": [{"bearer": []}],
    }


def _path(path: str, sample: str, calls: Mapping[str, Json]) -> Json:
    operations = {method.lower(): _operation(action, calls) for method, action in methods_of(sample).items()}
    if "{JobId}" not in path:
        return operations
    job_id = calls["DescribeJob"]["properties"]["JobId"]
    return {"parameters": [{"name": "JobId", "in": "path", "required": True, "schema": job_id}], **operations}


def _operation(action: str, calls: Mapping[str, Json]) -> Json:
    operation: Json = {
        "operationId": action[:1].lower() + action[1:],
        "summary": _SUMMARIES[action],
        "parameters": _parameters(action, calls[action]["properties"]),
        "responses": {
            **_successes(action),
            **{status: _reply(words, _reference("Failure")) for status, words in _FAILURES.items()},
        },
    }
    if action in WITH_BODY:
        content = {"application/json": {"schema": _reference(f"{action}Body")}}
        operation["requestBody"] = {"required": action == "CreateJob", "content": content}
    return operation


def _parameters(action: str, fields: Json) -> list[Json]:
    query = [
        {"name": name, "in": "query", "schema": fields[name[:1].upper() + name[1:]]} for name in PARAMETERS[action]
    ]
    key: Json = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The ClientRequestToken: the same key never makes a second job.",
        "schema": fields.get("ClientRequestToken"),
    }
    return [*query, key] if action == "CreateJob" else query


def _body(call: Json) -> Json:
    """The call without what the path says; other fields than CreateJob's may be in the query as well."""
    properties = {name: value for name, value in call["properties"].items() if name != "JobId"}
    return {**call, "properties": properties, "required": []}


def _replies() -> dict[str, Json]:
    failure = {
        "Code": _TEXT,
        "Message": _TEXT,
        "Status": _WHOLE,
        "Retryable": {"type": "boolean"},
        "RequestId": _TEXT,
        "TraceId": _TEXT,
        "Hint": _TEXT,
        "Errors": {"type": "array", "items": _object({"Pointer": _TEXT, "Message": _TEXT})},
    }
    return {
        "Created": _job("created"),
        "Recovered": _job("recovered"),
        "Plan": _object({"Plan": {"type": "object"}}),
        "Listing": _object({"Jobs": {"type": "array", "items": {"type": "object"}}}),
        "Described": _object({"Job": {"type": "object"}}),
        "Changed": _object({}),
        "Failure": _object(failure, required=["Code", "Message", "Status", "Retryable"]),
    }


def _job(outcome: str) -> Json:
    """A job; warnings are there only where something could not be checked."""
    required: Json = {"JobId": _TEXT, "Outcome": {"enum": [outcome]}, "ClientRequestToken": _TEXT}
    warning = _object({"Warning": _TEXT, "Pointer": _TEXT, "Message": _TEXT})
    return _object({**required, "Warnings": {"type": "array", "items": warning}}, required=list(required))


def _object(properties: Json, required: list[str] | None = None) -> Json:
    """A reply's object, all of its properties required unless said otherwise; the service may add to it."""
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required}


def _successes(action: str) -> Json:
    if action == "CreateJob":
        existing = {"anyOf": [_reference("Recovered"), _reference("Plan")]}
        return {
            "201": _reply("The job was created.", _reference("Created")),
            "200": _reply("The job existed already, or this is its plan.", existing),
        }
    name = {"ListJobs": "Listing", "DescribeJob": "Described"}.get(action, "Changed")
    return {"200": _reply("Done.", _reference(name))}


def _reply(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
