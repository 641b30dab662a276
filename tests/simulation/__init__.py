"""A simulation of what can go wrong: the code that creates jobs, against a model of the service, in virtual time.

    stage.py      virtual time, and code that runs one piece at a time
    service.py    the model of the service: tokens, jobs, a listing that lags behind
    bucket.py     its objects, which are overwritten, removed, and kept in versions
    copies.py     jobs of others that bear the marker of one of ours
    faults.py     what happens to requests and replies on their way, and strangers that answer
    client.py     instances of the function: deliveries, the network beneath the real transport, kills
    works.py      the two ways to work on a delivery: the code that creates one job, and the whole function on an event
    scenario.py   from a seed to a scenario: what is wished for, who delivers it, how often, in which weather
    uploads.py    the scenarios of lists that change, and of profiles that are edited, between and during deliveries
    verdict.py    what has to hold afterwards
    uploads_verdict.py  what has to hold after the scenarios of uploads
    mutants.py    broken variants of the code, each of which has to be caught
    running.py    runs scenarios by their seeds

`python -m tests.simulation --seeds 10000` runs many; `--seed N` runs one and tells every step.

A verdict asks: at most one job for each wish; every JobId that is answered is that of the stored job; nothing is reported as
failed that exists, unless the answer says that another try can fix it; no error comes out that is none of the answers; no
answer is late; each try sends the same bytes, no more often than five times, and at the pace that the service asks for; and
when all faults are over, one more delivery finds the job or the service's refusal.

Of uploads: at most one job for each state of a list; each job is of a state that there was when its delivery was handled, or
that its event names as a version, and of the profile that was in force; no answer names a job of another thing; nothing fails
for good that another delivery could fix, or whose job exists and is listed; in the end, each list that is still there has its
job, or its refusal.
"""
