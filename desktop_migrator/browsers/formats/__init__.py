"""One module for each layout in which browsers keep localStorage: how it is read and written.

From outside: `chromium_leveldb`, `chromium_sqlite`, `firefox`, `firefox_legacy`, `webkit` and
`runtimes`, which the tables in `read` and `write` name; `storage_key`, the spellings of an
area's web site.
"""
