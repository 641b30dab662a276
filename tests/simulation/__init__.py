"""A simulation of what can go wrong: the code that creates jobs, against a model of the service, in virtual time.

    stage.py      virtual time, and instances that run one at a time
    service.py    the model of the service: tokens, jobs, a listing that lags behind
    faults.py     what happens to requests and replies
    client.py     the real code on the stage: deliveries to instances, kills, answers
    scenario.py   from a seed to a scenario: who delivers what, when, over which network
    verdict.py    what has to hold after each scenario
    mutants.py    broken variants of the code, each of which has to be caught

`python -m tests.simulation --seeds 10000` runs many; `--seed N` runs one and tells every step.
"""
