"""The verdict: evidence in, handle, ending, lifetime, multiplicity and risk out."""
