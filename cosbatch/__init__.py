"""An event becomes a COS batch job, exactly once.

One folder for each question. A module imports from its own folder and from the floors beneath it.

    5  handler.py       what a warm instance keeps, and the function that the platform calls
    4  dispatch         from the event to the reply
    3  triggers/        who called?
       jobs/            how is a job made, once?
    2  configuration/   what is configured?
    1  service/         how does it reach COS? A client of the Batch API by itself
       schemas/         what may be asked?
       manifest/        can this list work?
       log              one line of JSON for each decision
    0  model/           what are the words? Errors, what to do about them, names, messages
       cold_start       cheaper imports

Beside the function stand client/ (the Batch API for Python programs), cli/ (the command line) and standin/ (a local COS,
which imports nothing from here); none is deployed.
"""

from __future__ import annotations

# typing's own takes 10 ms to load, in which an interruption of the command would end with a traceback.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from cosbatch.client.batch_client import BatchClient
    from cosbatch.model.errors import CosbatchError

__all__ = ["BatchClient", "CosbatchError", "__version__"]
__version__ = "0.2.0"


def __getattr__(name: str) -> object:
    """What programs use is loaded when one asks for it: the function does without."""
    match name:
        case "BatchClient":
            from cosbatch.client.batch_client import BatchClient

            return BatchClient
        case "CosbatchError":
            from cosbatch.model.errors import CosbatchError

            return CosbatchError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
