"""A local COS with the whole Batch API, over real HTTP: see README.md in this folder.

It imports nothing from the rest of cosbatch: everything is derived from the service's own pages once more,
so that no mistake can cancel itself out. `running` starts one inside a test or a demo.
"""

from cosbatch.standin.account import Account
from cosbatch.standin.running import Standin, running

__all__ = ["Account", "Standin", "running"]
