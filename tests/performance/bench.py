"""Runs every benchmark: `make bench`."""

from tests.performance import (
    backups,
    cliffs,
    decoding,
    fleet,
    gathering,
    migrating,
    sealing,
    tables,
    window,
)

if __name__ == "__main__":
    decoding.run()
    migrating.run()
    cliffs.run()
    sealing.run()
    backups.run()
    tables.run()
    window.run()
    gathering.run()
    fleet.run()
