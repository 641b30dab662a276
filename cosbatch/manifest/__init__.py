"""Judging the bytes of a manifest: imports nothing else of cosbatch, opens no file and no socket.

What is called from outside, by module (nothing is imported here, so that a cold start loads what it uses):

    stream      judge_csv, infer_fields: CSV in blocks; what a row is
    edges       judge_edges: CSV by its two ends
    inventory   judge_inventory, judge_data_file
    judge       judge_blocks: by Format
    gzipped     gunzip
    verdict     Fault, Verdict: what comes of it

Beneath them: findings gathers faults and warnings with their messages; beginning knows what the first bytes
give away; rows reads rows, with quotes and strange for those that commas alone do not divide; columns has the
rules; scan passes whole blocks at once where nothing is odd; escapes knows percent-encoding.
"""
