"""Tables that tests leave for the end of the whole run, also where several processes run them."""

from collections.abc import Sequence

import pytest

Tables = dict[str, list[str]]
_TABLES = pytest.StashKey[Tables]()


def tell(config: pytest.Config, title: str, lines: Sequence[str]) -> None:
    """Have the table stand at the end of the run, in place of one of the same title."""
    config.stash.setdefault(_TABLES, {})[title] = list(lines)


class Summary:
    """A plugin of pytest: carries the tables from the processes that run tests to who prints."""

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["tables"] = session.config.stash.get(_TABLES, {})

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        output = getattr(node, "workeroutput", None) or {}
        config: pytest.Config = node.config  # type: ignore[attr-defined]
        config.stash.setdefault(_TABLES, {}).update(output.get("tables", {}))

    @pytest.hookimpl
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        for title, lines in config.stash.get(_TABLES, {}).items():
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.write_line(line)
