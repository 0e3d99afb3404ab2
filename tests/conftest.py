"""What all tests share: real parts that not every machine has, skipped by name or required."""

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from tests.summary import Summary

REAL_PARTS: dict[str, Callable[[], bool]] = {
    "chromium": lambda: bool(shutil.which("chromium")),
    "firefox": lambda: bool(shutil.which("firefox-esr")),
    "xvfb": lambda: bool(shutil.which("Xvfb") and shutil.which("xdotool")),
    "webkit": lambda: bool(shutil.which("WebKitWebDriver") and shutil.which("xvfb-run")),
    "postgresql-15": lambda: bool(shutil.which("postgres", path="/usr/lib/postgresql/15/bin")),
    "pgbouncer": lambda: bool(shutil.which("pgbouncer", path="/usr/sbin")),
    "makensis": lambda: bool(shutil.which("makensis")),
    "node": lambda: bool(shutil.which("node")),
    "npm": lambda: bool(shutil.which("npm") and shutil.which("npx")),
    "pdftotext": lambda: bool(shutil.which("pdftotext")),
    "atheris": lambda: find_spec("atheris") is not None,
    "gnome-keyring": lambda: bool(
        shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")
    ),
    "dfindexeddb": lambda: find_spec("dfindexeddb") is not None,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-real",
        action="store_true",
        help="fail, instead of skip, where a real part (a browser, a server) is not installed",
    )
    parser.addoption(
        "--cuts",
        type=int,
        default=20,
        help="how many faults are injected into migrations in all, at random points",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Summary())
    config.addinivalue_line("markers", "needs(part, ...): real parts that the test runs against")
    # Nobody's own keyring is touched; also by the programs that tests start.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = [
        part for mark in item.iter_markers("needs") for part in mark.args if not REAL_PARTS[part]()
    ]
    if not missing:
        return
    message = f"not installed: {', '.join(missing)}"
    if item.config.getoption("--require-real"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
