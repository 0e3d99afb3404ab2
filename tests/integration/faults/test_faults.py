"""A migration that is broken off anywhere comes to the rows of one that was not.

Each test injects its share of the `--cuts` faults at random points, which its seed repeats, and
compares every row of every table, in all columns, with those of an undisturbed run.
"""

import multiprocessing
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop_migrator.model import ConflictPolicy, Outcome
from desktop_migrator.postgres.connection.retry import NO_RETRY, RetryPolicy
from tests.integration.faults.proxy import DIRECTIONS, Cut, Proxy
from tests.integration.faults.scene import POLICIES, QUICKLY, TABLES, Scene, Toll
from tests.integration.faults.servers import CrashingServer, SmallDisk
from tests.integration.faults.victim import work

Tolls = defaultdict[str, Toll]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.integration.faults.victim"])


def share(cuts: int, part: float) -> int:
    return max(1, round(cuts * part))


@pytest.fixture
def proxy(scene: Scene) -> Iterator[Proxy]:
    with Proxy(scene.socket) as proxy:
        yield proxy


def bytes_of_a_run(scene: Scene, proxy: Proxy, policy: ConflictPolicy) -> dict[Any, int]:
    scene.undisturbed(policy)
    scene.reset()
    proxy.arm()
    assert scene.run(scene.job(policy, database=scene.through(proxy.port))).error is None
    return dict(proxy.passed)


@pytest.mark.parametrize(
    ("retries", "part"), [(NO_RETRY, 0.35), (QUICKLY, 0.2)], ids=["then resumed", "tried again"]
)
def test_a_connection_cut_at_any_byte_costs_no_row(
    scene: Scene,
    proxy: Proxy,
    seeded: random.Random,
    cuts: int,
    tolls: Tolls,
    retries: RetryPolicy,
    part: float,
) -> None:
    length = {policy: bytes_of_a_run(scene, proxy, policy) for policy in POLICIES}
    toll = tolls["connection cut, " + ("resumed" if retries is NO_RETRY else "tried again")]
    while toll.injected < share(cuts, part):
        policy = seeded.choice(POLICIES)
        direction = seeded.choice(DIRECTIONS)
        after = seeded.randrange(length[policy][direction])
        cut = Cut(direction, after, seeded.random() < 0.5, seeded.random() < 0.5)
        print(toll.injected, policy, cut)
        scene.reset()
        proxy.arm(cut)
        job = scene.job(policy, database=scene.through(proxy.port), retries=retries)
        result = scene.try_once(job)
        if proxy.armed:
            continue
        if result is None or result.outcome is not Outcome.COMPLETED:
            result = scene.resume(job)
        scene.assess(policy, result, toll)


def test_a_process_killed_at_any_moment_costs_no_row(
    scene: Scene, seeded: random.Random, cuts: int, tolls: Tolls
) -> None:
    toll = tolls["kill -9 of the migrator"]
    seconds = 0.0
    for policy in POLICIES:
        scene.undisturbed(policy)
        scene.reset()
        began = time.monotonic()
        victim = _FORKS.Process(target=work, args=(scene.job(policy), scene.workspace))
        victim.start()
        victim.join()
        assert victim.exitcode == 0
        seconds = time.monotonic() - began
    while toll.injected < share(cuts, 0.25):
        policy = seeded.choice(POLICIES)
        moment = seeded.uniform(0, seconds)
        print(toll.injected, policy, f"{moment:.3f} of {seconds:.3f} seconds")
        scene.reset()
        victim = _FORKS.Process(target=work, args=(scene.job(policy), scene.workspace))
        victim.start()
        victim.join(moment)
        victim.kill()
        victim.join()
        if victim.exitcode == 0:
            continue
        scene.assess(policy, scene.resume(scene.job(policy)), toll)


@contextmanager
def soon(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Does something beside the block, which then ends no sooner."""
    timer = threading.Timer(seconds, do)
    timer.start()
    yield
    timer.join()


def test_sessions_ended_by_an_administrator_cost_no_row(
    scene: Scene, seeded: random.Random, cuts: int, tolls: Tolls
) -> None:
    toll = tolls["pg_terminate_backend"]
    length = {policy: seconds_of_a_run(scene, policy) for policy in POLICIES}
    while toll.injected < share(cuts, 0.12):
        policy = seeded.choice(POLICIES)
        moment = seeded.uniform(0, length[policy])
        limit = seeded.choice((1, 10))
        retries = seeded.choice((NO_RETRY, QUICKLY))
        print(toll.injected, policy, f"{moment:.3f} seconds, {limit} sessions, {retries}")
        ended: list[Any] = []

        def terminate(limit: int = limit, ended: list[Any] = ended) -> None:
            with scene.sql() as sql:
                ended += sql.execute(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend' LIMIT %s) AS found",
                    [limit],
                ).fetchall()

        scene.reset()
        job = scene.job(policy, retries=retries)
        with soon(moment, terminate):
            result = scene.try_once(job)
        if not ended:
            continue
        if result is None or result.outcome is not Outcome.COMPLETED:
            result = scene.resume(job)
        scene.assess(policy, result, toll)


def seconds_of_a_run(scene: Scene, policy: ConflictPolicy) -> float:
    scene.undisturbed(policy)
    scene.reset()
    return scene.run(scene.job(policy)).seconds


def test_a_server_that_crashes_and_comes_back_costs_no_row(
    crashing: CrashingServer, tmp_path: Path, seeded: random.Random, cuts: int, tolls: Tolls
) -> None:
    scene = Scene(crashing.server.url, tmp_path)
    toll = tolls["crash of the server"]
    length = {policy: seconds_of_a_run(scene, policy) for policy in POLICIES}
    while toll.injected < share(cuts, 0.04):
        policy = seeded.choice(POLICIES)
        moment = seeded.uniform(0, length[policy])
        retries = seeded.choice((NO_RETRY, RetryPolicy(attempts=7, pause=0.1)))
        print(toll.injected, policy, f"{moment:.3f} seconds, {retries}")
        scene.reset()
        job = scene.job(policy, retries=retries)
        with soon(moment, crashing.crash):
            result = scene.try_once(job)
        if result is None or result.outcome is not Outcome.COMPLETED:
            result = scene.resume(job)
        scene.assess(policy, result, toll)


@contextmanager
def somebody_in_the_way(
    scene: Scene, seeded: random.Random, *, deadlock: bool
) -> Iterator[threading.Event]:
    """While the block runs, another session stops the run at one of the rows that are there.

    Sets the event once it has the run broken off, by a deadlock or by a change of the row.
    """
    ten = 10 * seeded.randrange(24)
    held, done, over = threading.Event(), threading.Event(), threading.Event()

    def interfere(one: Any, other: Any) -> None:
        with scene.sql() as sql, sql.transaction():
            sql.execute("SET deadlock_timeout = '1h'")  # the run is the one to notice
            sql.execute("UPDATE tasks SET title = title WHERE id = %s", [other])
            held.set()
            waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
            while not sql.execute(waiting).fetchone():
                if over.wait(0.005):
                    return
            if deadlock:
                sql.execute("SELECT FROM tasks WHERE id = %s FOR UPDATE", [one])
        done.set()

    with scene.sql() as sql:
        rows = sql.execute(
            "SELECT id FROM tasks WHERE title LIKE %s OR title LIKE %s ORDER BY id",
            [f"%Task {ten + 3} %", f"%Task {ten + 5} %"],
        )
        one, other = (row_id for (row_id,) in rows)
    thread = threading.Thread(target=interfere, args=(one, other))
    thread.start()
    held.wait()
    try:
        yield done
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("fault", "setting"),
    [
        ("deadlock", "deadlock_timeout = '100ms'"),
        ("serialization failure", "default_transaction_isolation = 'repeatable read'"),
        ("serialization failure", "default_transaction_isolation = 'serializable'"),
    ],
)
def test_transactions_that_the_server_breaks_off_cost_no_row(
    scene: Scene, seeded: random.Random, cuts: int, tolls: Tolls, fault: str, setting: str
) -> None:
    toll = tolls[fault]
    for policy in POLICIES:
        scene.undisturbed(policy)
    with scene.sql() as sql:
        sql.execute(f"ALTER DATABASE faults SET {setting}".encode())
    for number in range(share(cuts, 0.03)):
        policy = seeded.choice(POLICIES)
        retries = seeded.choice((NO_RETRY, QUICKLY))
        print(number, policy, retries)
        scene.reset()
        job = scene.job(policy, retries=retries)
        with somebody_in_the_way(scene, seeded, deadlock=fault == "deadlock") as done:
            result = scene.run(job)
        assert done.is_set(), result.error
        # A default of the database that breaks rows off is not this program's.
        if retries is NO_RETRY and fault == "deadlock":
            assert result.outcome is Outcome.FAILED
            result = scene.resume(job)
        scene.assess(policy, result, toll)
    with scene.sql() as sql:
        sql.execute(f"ALTER DATABASE faults RESET {setting.split(maxsplit=1)[0]}".encode())


def test_a_full_disk_costs_no_row(
    scene: Scene, small_tablespace: SmallDisk, seeded: random.Random, cuts: int, tolls: Tolls
) -> None:
    toll = tolls["full tablespace"]
    for policy in POLICIES:
        scene.undisturbed(policy)
    while toll.injected < share(cuts, 0.04):
        policy = seeded.choice(POLICIES)
        table = seeded.choice(TABLES)
        pages = seeded.randrange(4)
        print(toll.injected, policy, table, pages)
        scene.reset()
        with scene.sql() as sql:
            sql.execute(f"ALTER TABLE {table} SET TABLESPACE small".encode())
        with small_tablespace.filled_but(8192 * pages):
            broken_off = scene.run(scene.job(policy))
        if broken_off.outcome is not Outcome.COMPLETED:
            assert broken_off.error
            assert "--resume" in broken_off.error.hint
            scene.assess(policy, scene.resume(scene.job(policy)), toll)
        with scene.sql() as sql:
            sql.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default".encode())
