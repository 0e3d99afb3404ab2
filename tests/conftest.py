"""What all tests share: servers, how the suite is divided among processes, and real parts that not
every machine has, skipped by name or required."""

import os
import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

from tests.groups import group, make_scheduler, rank
from tests.servers import connection, database, server, server_folder, servers, sql
from tests.summary import Summary

__all__ = ["connection", "database", "server", "server_folder", "servers", "sql"]  # fixtures

pytest_plugins = ["pytester"]

# How long an example takes depends on what else the machine does.
settings.register_profile(
    "any machine",
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("any machine")

_MEMORY = 12 * 2**30
"""Bytes to be free for the tests' folders to lie in memory; they need a third of it."""

REAL_PARTS: dict[str, Callable[[], bool]] = {
    "chromium": lambda: bool(shutil.which("chromium")),
    "firefox": lambda: bool(shutil.which("firefox-esr")),
    "xvfb": lambda: bool(shutil.which("Xvfb") and shutil.which("xdotool")),
    "webkit": lambda: bool(shutil.which("WebKitWebDriver") and shutil.which("xvfb-run")),
    "postgresql-15": lambda: bool(shutil.which("postgres", path="/usr/lib/postgresql/15/bin")),
    "pgbouncer": lambda: bool(shutil.which("pgbouncer", path="/usr/sbin")),
    "makensis": lambda: bool(shutil.which("makensis")),
    "mingw": lambda: bool(shutil.which("x86_64-w64-mingw32-gcc")),
    "wine": lambda: bool(shutil.which("wine") and shutil.which("wineserver")),
    "desktop-files": lambda: bool(
        shutil.which("desktop-file-validate") and shutil.which("appstreamcli")
    ),
    "groff": lambda: bool(shutil.which("groff")),
    "osslsigncode": lambda: bool(shutil.which("osslsigncode")),
    "node": lambda: bool(shutil.which("node")),
    "npm": lambda: bool(shutil.which("npm") and shutil.which("npx")),
    "pdftotext": lambda: bool(shutil.which("pdftotext")),
    "atheris": lambda: find_spec("atheris") is not None,
    "gnome-keyring": lambda: bool(
        shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")
    ),
    "at-spi": lambda: bool(
        shutil.which("dbus-daemon") and Path("/usr/libexec/at-spi-bus-launcher").exists()
    ),
    "dask": lambda: find_spec("distributed") is not None,
    "dfindexeddb": lambda: find_spec("dfindexeddb") is not None,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-real",
        action="store_true",
        help="fail, instead of skip, where a real part (a browser, a server) is not installed",
    )
    parser.addoption(
        "--linux-package",
        action="store_true",
        help="install the Debian package of dist/ on this machine, run it and remove it",
    )
    parser.addoption(
        "--full-installer",
        action="store_true",
        help="install the Windows installer of dist/ under wine and run the program there",
    )
    parser.addoption(
        "--cuts",
        type=int,
        default=20,
        help="how many faults are injected into migrations in all, at random points",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Summary())
    _use_memory()
    config.addinivalue_line("markers", "needs(part, ...): real parts that the test runs against")
    # Nobody's own keyring is touched; also by the programs that tests start.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


def _use_memory() -> None:
    """For the tests' folders, where there is enough: synced files cost no time there."""
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not memory.is_dir() or not os.access(memory, os.W_OK):
        return
    free = min(shutil.disk_usage(memory).free, psutil.virtual_memory().available)
    if free > _MEMORY and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(memory)  # also for the programs that tests start
        tempfile.tempdir = None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return make_scheduler(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole groups, those first that take longest; within one the order is pytest's."""
    if not hasattr(config, "workerinput"):
        return
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(group(item.nodeid), []).append(item)
    items[:] = [item for name in sorted(groups, key=rank) for item in groups[name]]


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
