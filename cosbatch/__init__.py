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
    0  model/           what are the words?
       hints            what to do about an error, in English and Chinese
       cold_start       cheaper imports

Beside the function stand cli/ (the command line) and standin/ (a local COS, which imports nothing from here); neither is
deployed.
"""
