"""The program's entry."""


def main() -> None: ...
