"""Runs every benchmark: `make bench`."""

from tests.performance import decoding

if __name__ == "__main__":
    decoding.run()
