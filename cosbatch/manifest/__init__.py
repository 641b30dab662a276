"""Can this list work? Judges the bytes of a manifest; opens no file and no socket."""
