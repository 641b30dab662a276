"""Rights as CAM's policies grant them, and the places that profiles need rights for.

Actions and how finely they can be granted: CAM's table for COS (598/69901), COS's guide to policies (436/31923).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _
from cosbatch.configuration import Configuration
from cosbatch.configuration.profiles import Profile, Profiles
from cosbatch.configuration.settings import Settings
from cosbatch.model import names

READ = ("GetObject", "HeadObject")
# CAM grants the calls of jobs as a whole: a statement that names resources would grant nothing.
ANY = "*"


class Rights:
    """Actions and what each is granted for."""

    def __init__(self) -> None:
        self._resources: dict[str, set[str]] = defaultdict(set)

    def grant(self, actions: Iterable[str], resources: Collection[str], service: str = "name/cos") -> None:
        for action in actions if resources else ():
            self._resources[f"{service}:{action}"].update(resources)

    def policy(self) -> dict[str, Any]:
        """A CAM policy: one statement for all actions that are granted for the same resources."""
        actions: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for action, resources in sorted(self._resources.items()):
            actions[tuple(_widest(resources))].append(action)
        return policy_of(
            {"effect": "allow", "action": granted, "resource": list(resources)}
            for resources, granted in actions.items()
        )


def policy_of(statements: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"version": "2.0", "statement": list(statements)}


def _widest(resources: set[str]) -> list[str]:
    """The resources without those that another one includes."""
    return sorted(one for one in resources if not any(other != one and _includes(other, one) for other in resources))


def _includes(wide: str, narrow: str) -> bool:
    return wide.endswith("*") and narrow.startswith(wide[:-1])


def below(bucket: str, prefix: str, region: str) -> str:
    """The objects of a bucket whose keys begin with the prefix. Raises WrongUsage where it would be a pattern."""
    if {"*", "?"} & {*prefix}:
        message = _(
            "{place} holds * or ?, which in a policy stand for anything: it would grant more; name a prefix without them"
        )
        raise WrongUsage(message.format(place=f"cos://{bucket}/{prefix}"))
    return f"{names.target_arn(bucket, region)}/{prefix}*"


def written_by(profile: Profile, what: str, settings: Settings) -> list[str]:
    """The places where the profile's reports or receipts are written."""
    places = [place for place in profile.places if place.what == what]
    return [below(place.bucket, place.prefix, place.region or settings.account.region) for place in places]


def manifests_of(profile: Profile, configuration: Configuration) -> list[str]:
    """Where the profile's manifests are, as far as the profiles say; an inventory's data files are beside its manifest.json,
    below no common prefix.
    """
    region = configuration.settings.account.region
    if profile.match:
        inventory = profile.match.suffix.endswith(".json")
        return [below(profile.match.bucket, "" if inventory else profile.match.prefix, region)]
    return [below(bucket, "", region) for bucket in manifest_buckets(configuration.profiles)]


def manifest_buckets(profiles: Profiles) -> list[str]:
    """Where the manifests of profiles for callers may be: as the policy says, or with the other profiles' manifests."""
    matched = {profile.match.bucket for profile in profiles.profiles if profile.match}
    return sorted(profiles.policy.get("manifest_buckets") or matched)
