"""What the service's pages say of a job's limits, told before it is asked for. They are few, and none counts rows or jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cosbatch.cli.terminal.language import _

# Where batch jobs are offered by the console guide of 2023: the public regions of mainland China, and Silicon Valley.
OFFERED = (
    *("ap-beijing", "ap-beijing-1", "ap-nanjing", "ap-shanghai", "ap-guangzhou", "ap-chengdu", "ap-chongqing"),
    "na-siliconvalley",
)
# More tasks than this, and a job ends as failed once half of what is done has failed (managing jobs, 436/38604).
_THRESHOLD = 1_000


def notes_on(operation: Mapping[str, Any], rows: Sequence[int | None], buckets: int, region: str) -> Iterator[str]:
    """A line for each limit that the jobs may meet; `rows` of each job, `buckets` that their rows name."""
    if region not in OFFERED:
        offered = _("By the service's guide of 2023, batch jobs are offered in {regions}; not in {region}.")
        yield offered.format(regions=", ".join(OFFERED), region=region)
    if len(rows) > 1:
        unknown = _(
            "{count} jobs: no page says how many an account may have. Where one is refused (TooManyJobs), the same command "
            "goes on later."
        )
        yield unknown.format(count=f"{len(rows):,}")
    if max((count or 0 for count in rows), default=0) > _THRESHOLD:
        ends = _("A job of more than {count} objects ends as failed once half of its tasks so far have failed.")
        yield ends.format(count=f"{_THRESHOLD:,}")
    if "COSPutObjectCopy" in operation:
        yield _("An object over 5 GB cannot be copied by a job.")
        if buckets > 1:
            one = _("A copying job takes all its objects from one bucket; the list names {count}.")
            yield one.format(count=buckets)
