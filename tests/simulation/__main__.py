"""`python -m tests.simulation`: run many seeds, or tell one of them step by step."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext

from tests.simulation.mutants import MUTANTS
from tests.simulation.running import first_faulty_of, schedule


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 where all holds, 1 where something does not."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, metavar="N", help="how many seeds (default: 10000)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="how many processes")
    parser.add_argument("--seed", type=int, metavar="N", help="tell this one step by step")
    parser.add_argument("--mutant", choices=MUTANTS, help="with --seed: break the code first")
    options = parser.parse_args(arguments)
    if options.seed is not None:
        with MUTANTS[options.mutant]() if options.mutant else nullcontext():
            return _tell(options.seed)
    began = time.monotonic()
    faulty = first_faulty_of(options.seeds, options.workers)
    if faulty is not None:
        return _tell(faulty)
    print(f"{options.seeds} seeds, all holds, in {time.monotonic() - began:.0f} s.")
    return 0


def _tell(seed: int) -> int:
    steps, faults = schedule(seed)
    for line in [*steps, *(f"    FAULT   {fault}" for fault in faults)]:
        print(line)
    print(f"To see this again: python -m tests.simulation --seed {seed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
