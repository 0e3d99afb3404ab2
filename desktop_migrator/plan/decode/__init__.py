"""Takes off what libraries put around and into the data that they store.

From outside: `chain`, which runs decoders one after another over a record's text; `decoder`, what
they get and give; `unreadable`, what stands for a value that cannot be read; `lz_string`, for texts
that may hide a login; `expiring`, for keys that say when others expire. One module for each
format or family of formats; where a format is described stands at its module's top.
"""
