"""The program's entry: the command line."""

import sys

from desktop_migrator.cli.app import run


def main() -> None:
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
