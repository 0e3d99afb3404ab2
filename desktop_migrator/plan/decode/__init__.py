"""Takes off what libraries and encodings put around the data they keep.

From outside: `chain`.
"""
