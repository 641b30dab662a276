"""Regions as people write them: where batch jobs are offered, and which one was probably meant."""

from __future__ import annotations

import difflib
from itertools import chain

from cosbatch.cli.terminal.language import _
from cosbatch.model.names import SHORT_REGIONS

# Where batch jobs are offered by the console guide of 2023: the public regions of mainland China, and Silicon Valley.
OFFERED = (
    *("ap-beijing", "ap-beijing-1", "ap-nanjing", "ap-shanghai", "ap-guangzhou", "ap-chengdu", "ap-chongqing"),
    "na-siliconvalley",
)
# How alike a region has to be to be what was meant: ap-singapore is not ap-shanghai.
_ALIKE = 0.8


def meant(region: str) -> str | None:
    """The region where batch jobs are offered that comes next to the misspelt one; None where none is near.

    None also for one that may well be as it is: ap-shanghai-fsi is beside ap-shanghai.
    """
    small = region.lower()
    if small in SHORT_REGIONS:
        return SHORT_REGIONS[small]
    near = difflib.get_close_matches(small, OFFERED, 1, _ALIKE)
    is_one = region in chain(OFFERED, SHORT_REGIONS.values()) or any(region.startswith(f"{one}-") for one in near)
    return None if is_one or not near else near[0]


def not_offered_told(region: str) -> str:
    """That batch jobs are not known to be offered there, and what was probably meant; empty where they are."""
    if region in OFFERED:
        return ""
    told = _("By the service's guide of 2023, batch jobs are offered in {regions}; not in {region}.")
    told = told.format(regions=", ".join(OFFERED), region=region)
    near = meant(region)
    return f"{told} " + _("Did you mean {word}?").format(word=near) if near else told


def meant_told(region: str) -> str:
    """The end of a message on what is no region; empty where none is near."""
    near = meant(region)
    return _("; did you mean {word}?").format(word=near) if near else ""
