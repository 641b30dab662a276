"""Tests of the judge of manifests, with a plain reference reader to hold it against."""
