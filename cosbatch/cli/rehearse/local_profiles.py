"""The profiles file as a rehearsal uses it: as if its buckets belonged to the account that an event comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cosbatch.cli.terminal.files import WrongUsage, read_text
from cosbatch.cli.terminal.language import _
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.model import names, strict_json
from cosbatch.model.names import Resource

# The elements of a profiles file that name a bucket, or several.
_BUCKETS = (
    "Bucket",
    "ObjectArn",
    "TargetResource",
    "bucket",
    "manifest_buckets",
    "report_buckets",
    "source_buckets",
    "target_buckets",
)


def read(path: str) -> Any:
    """The content of the file; None where there is none, or none that the function would take."""
    try:
        text = read_text(path)
    except (OSError, ValueError):
        return None
    return None if parse_profiles(text)[1] else strict_json.read(text)


def uin_of(profiles: Any) -> str | None:
    """The account (UIN) of the first role that a profile names."""
    roles = (profile["job"].get("RoleArn") for profile in profiles["profiles"])
    return next((names.role_uin(role) for role in roles if role), None)


def moved(value: Any, appid: str) -> Any:
    """The profiles with all of their buckets in the account `appid`."""
    if isinstance(value, Mapping):
        return dict(_members(value, appid))
    if isinstance(value, list):
        return [moved(below, appid) for below in value]
    return value


def _members(value: Mapping[str, Any], appid: str) -> Iterator[tuple[str, Any]]:
    for name, below in value.items():
        if name not in _BUCKETS:
            yield name, moved(below, appid)
        elif isinstance(below, list):
            yield name, [_renamed(bucket, appid) for bucket in below]
        else:
            yield name, _renamed(below, appid)


def _renamed(bucket: str, appid: str) -> str:
    resource = names.parse_resource(bucket if ":" in bucket else f"cos://{bucket}")
    return bucket.replace(resource.appid, appid)


def taking(profiles: Any, name: str, manifests: Sequence[Resource]) -> Any:
    """The profile `name` alone, so that it takes the uploads of the manifests. Raises WrongUsage where there is none."""
    found = [profile for profile in profiles["profiles"] if profile["name"] == name]
    if not found:
        known = ", ".join(profile["name"] for profile in profiles["profiles"])
        raise WrongUsage(_("there is no profile {name}; there are: {known}").format(name=name, known=known))
    if not manifests:
        return profiles
    return {**profiles, "profiles": [{**found[0], "match": {"bucket": manifests[0].bucket}}]}
