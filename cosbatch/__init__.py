"""An event becomes a COS batch job, exactly once.

The floors of the house; a module imports only from the floors beneath its own:

    handler.py                                      the composition root
    3  dispatch, triggers/, creation                the line an event walks
    2  actions, retry, transport                    joins: what crosses the socket
    1  settings, schemas/, profiles, policy, render, parse, signature, sockets, comparison,
       identity, manifest, log, strict_json         leaves: pure, they do not know each other
    0  errors, names, messages                      nouns

Beside the house stand cli/ (the command line) and standin/ (a local COS, which imports nothing from here).
"""
