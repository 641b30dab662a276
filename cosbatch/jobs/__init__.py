"""How one call is carried out: the document, the look at its manifest, the job made exactly once."""
