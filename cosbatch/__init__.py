"""An event becomes a COS batch job, exactly once.

The floors of the house. A module imports from the floors beneath its own; on floor 3 and above also from neighbours to
its right, on the floors under that from no neighbour at all.

    6  the composition root        handler.py
    5  the line an event walks     dispatch triggers/ calls plan creation inspection
    4  what crosses the socket     transport sockets actions retry
    3  what may be asked for       policy configuration profiles settings
    2  leaves: plain values in     comparison deadline hints identity log manifest/ parse render
       and out                     schemas/ signature strict_json
    1  nouns                       errors names messages
    0  what all is made with       cold_start nouns

Beside the house stand cli/ (the command line) and standin/ (a local COS, which imports nothing from here); neither is
deployed.
"""
