"""Judging the bytes of a manifest: imports nothing else of cosbatch, reads and writes no file or socket."""
