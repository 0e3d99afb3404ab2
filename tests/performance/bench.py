"""Runs every benchmark: `make bench`."""

from tests.performance import decoding, migrating

if __name__ == "__main__":
    decoding.run()
    migrating.run()
