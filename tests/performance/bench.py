"""Runs every benchmark: `make bench`."""

from tests.performance import decoding, migrating, tables

if __name__ == "__main__":
    decoding.run()
    migrating.run()
    tables.run()
