"""An event becomes a COS batch job, exactly once.

The floors of the house. A module imports from the floors beneath its own, and from neighbours to its right; the leaves
do not know each other.

    5  the composition root        handler.py
    4  the line an event walks     dispatch triggers/ calls plan creation inspection
       in it                       content
    3  what crosses the socket     transport sockets answers actions retry
    2  what may be asked for       policy configuration profiles settings
    1  leaves: plain values in     comparison deadline hints identity log manifest/ parse render
       and out                     schemas/ signature strict_json
    0  nouns                       errors names messages nouns cold_start

Beside the house stand cli/ (the command line) and standin/ (a local COS, which imports nothing from here); neither is
deployed.
"""
