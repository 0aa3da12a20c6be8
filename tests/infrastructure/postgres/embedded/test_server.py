"""The embedded server with real processes: started, shared, killed, adopted, refused."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from dynagent.infrastructure.files.data_directory import DataDirUnusable
from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres, StartFailed
from dynagent.infrastructure.postgres.embedded.home import Home
from dynagent.infrastructure.postgres.embedded.postmaster import is_alive, read_pid_file

ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """A data directory with a stopped server, to be copied: making one takes half a second."""
    place = Path(tempfile.mkdtemp(prefix="dynagent-made-"))
    server = an_embedded(place)
    server.start_now()
    server.stop_now()
    yield place
    shutil.rmtree(place)


@pytest.fixture
def data_dir(made_once: Path) -> Iterator[Path]:
    """A data directory of the test's own; whatever still runs on it is ended."""
    place = Path(tempfile.mkdtemp(prefix="dynagent-test-"))
    subprocess.run(["cp", "-a", f"{made_once}/.", place], check=True)
    yield place
    left_over = next(place.glob("**/postmaster.pid"), None)
    if left_over is not None:
        server = an_embedded(left_over.parents[2])
        server.start_now()
        server.stop_now()
    shutil.rmtree(place)


def an_embedded(place: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(place, durable=False, create_account=False)


def answer(dsn: str, question: str = "SELECT 1") -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def postmaster_pid(place: Path) -> int:
    found = read_pid_file(place / "postgres/data")
    assert found is not None
    return found.pid


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def another_process(place: Path, then: str) -> subprocess.Popen[str]:
    """Start a process that runs the server on `place`, says `ready`, then does `then`."""
    program = f"""
        import sys, time
        from pathlib import Path
        from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
        server = EmbeddedPostgres(Path({str(place)!r}), durable=False, create_account=False)
        server.start_now()
        print("ready", flush=True)
        {then}
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    # Log lines may come first.
    assert any(line.strip() == "ready" for line in process.stdout)
    return process


async def test_it_is_postgresql_18_with_vectors_over_a_private_socket(data_dir: Path) -> None:
    server = an_embedded(data_dir)
    dsn = await server.start()
    assert str(answer(dsn, "SHOW server_version")).startswith("18.")
    assert answer(dsn, "SELECT '[3,4]'::text FROM pg_available_extensions WHERE name = 'vector'") == "[3,4]"
    assert answer(dsn, "SHOW listen_addresses") == ""
    assert answer(dsn, "SELECT lower('ÄÖ')") == "äö"
    found = read_pid_file(data_dir / "postgres/data")
    assert found is not None and found.socket_dir.stat().st_mode & 0o077 == 0
    assert os.getpgid(found.pid) != os.getpgid(0)
    await server.stop()
    assert not is_alive(found.pid, data_dir / "postgres/data")


def test_data_survive_a_restart(data_dir: Path) -> None:
    server = an_embedded(data_dir)
    with psycopg.connect(server.start_now()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    server.stop_now()
    server.stop_now()
    assert answer(server.start_now(), "SELECT n FROM kept") == 42
    server.stop_now()


def test_the_last_one_to_leave_ends_it_whoever_started_it(data_dir: Path) -> None:
    first, second = an_embedded(data_dir), an_embedded(data_dir)
    assert first.start_now() == second.start_now()
    pid = postmaster_pid(data_dir)
    first.stop_now()
    assert answer(second.dsn()) == 1
    second.stop_now()
    assert not is_alive(pid, data_dir / "postgres/data")


def test_a_killed_process_leaves_a_server_that_the_next_one_adopts(data_dir: Path) -> None:
    process = another_process(data_dir, "time.sleep(600)")
    pid = postmaster_pid(data_dir)
    process.kill()
    process.wait()
    server = an_embedded(data_dir)
    assert answer(server.start_now()) == 1
    assert postmaster_pid(data_dir) == pid
    server.stop_now()
    assert not is_alive(pid, data_dir / "postgres/data")


def test_two_processes_at_once_share_one_server(data_dir: Path) -> None:
    processes = [another_process(data_dir, "sys.stdin.read()") for _ in range(2)]
    server = an_embedded(data_dir)
    assert answer(server.start_now()) == 1
    for process in processes:
        process.kill()
        process.wait()
    assert answer(server.dsn()) == 1
    server.stop_now()


def test_ctrl_c_in_the_terminal_does_not_reach_it(data_dir: Path) -> None:
    process = another_process(data_dir, "time.sleep(600)")
    pid = postmaster_pid(data_dir)
    assert os.getsid(pid) != os.getsid(process.pid)
    assert os.getpgid(pid) != os.getpgid(process.pid)
    process.kill()
    process.wait()
    server = an_embedded(data_dir)
    server.start_now()
    server.stop_now()


def test_a_server_that_dies_is_started_again(data_dir: Path) -> None:
    server = an_embedded(data_dir)
    dsn = server.start_now()
    pid = postmaster_pid(data_dir)
    os.kill(pid, signal.SIGKILL)

    def is_back() -> bool:
        try:
            return answer(dsn) == 1 and postmaster_pid(data_dir) != pid
        except psycopg.OperationalError:
            return False

    wait_until(is_back)
    server.stop_now()


def test_a_newcomer_waits_until_a_dead_server_is_back(data_dir: Path) -> None:
    process = another_process(data_dir, "time.sleep(600)")
    pid = postmaster_pid(data_dir)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid, data_dir / "postgres/data"))
    server = an_embedded(data_dir)
    assert answer(server.start_now()) == 1
    process.kill()
    process.wait()
    server.stop_now()


def test_in_use_without_a_server_in_sight_is_refused(data_dir: Path) -> None:
    user = Home(data_dir)
    user.prepare()
    user.join()
    lines = ["4194305", str(data_dir / "postgres/data"), "0", "5432", "/nowhere", "", "  0  0", "ready   "]
    (data_dir / "postgres/data/postmaster.pid").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataDirUnusable, match="does not answer"):
        an_embedded(data_dir).start_now()
    assert user.leave()


def test_an_unclean_end_is_recovered(data_dir: Path) -> None:
    process = another_process(data_dir, "time.sleep(600)")
    pid = postmaster_pid(data_dir)
    process.kill()
    process.wait()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid, data_dir / "postgres/data"))
    server = an_embedded(data_dir)
    assert answer(server.start_now()) == 1
    server.stop_now()


def test_a_pid_file_with_the_number_of_another_process_is_stale(data_dir: Path) -> None:
    account = (data_dir / "postgres/data").stat()
    bystander = subprocess.Popen(["/bin/sleep", "600"], user=account.st_uid if ROOT else None)
    lines = [str(bystander.pid), str(data_dir / "postgres/data"), "0", "5432", "/nowhere", "", "  0  0", "ready   "]
    (data_dir / "postgres/data/postmaster.pid").write_text("\n".join(lines) + "\n")
    server = an_embedded(data_dir)
    assert answer(server.start_now()) == 1
    server.stop_now()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_lost_socket_is_replaced(data_dir: Path) -> None:
    process = another_process(data_dir, "time.sleep(600)")
    found = read_pid_file(data_dir / "postgres/data")
    assert found is not None
    process.kill()
    process.wait()
    (found.socket_dir / ".s.PGSQL.5432").unlink()
    server = an_embedded(data_dir)
    assert answer(server.start_now()) == 1
    assert postmaster_pid(data_dir) != found.pid
    server.stop_now()


def test_a_long_path_gets_a_short_socket(data_dir: Path) -> None:
    long = data_dir / ("long" * 30)
    long.mkdir()
    (data_dir / "postgres").rename(long / "postgres")
    server = an_embedded(long)
    dsn = server.start_now()
    assert answer(dsn) == 1
    socket_dir = Path(dsn.split("host=")[1])
    server.stop_now()
    assert not socket_dir.exists()


def test_a_closed_directory_above_is_no_hindrance(data_dir: Path) -> None:
    closed = data_dir / "closed"
    (closed / "data").mkdir(parents=True)
    (data_dir / "postgres").rename(closed / "data" / "postgres")
    closed.chmod(0o700)
    server = an_embedded(closed / "data")
    assert answer(server.start_now()) == 1
    server.stop_now()
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_cluster_that_does_not_start_says_why_in_one_line(data_dir: Path) -> None:
    (data_dir / "postgres/data/PG_VERSION").write_text("9\n")
    server = an_embedded(data_dir)
    with pytest.raises(StartFailed, match="not compatible") as failed:
        server.start_now()
    assert "\n" not in str(failed.value)


def test_a_place_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirUnusable, match="set DATA_DIR"):
        an_embedded(tmp_path / "file").start_now()


@pytest.mark.skipif(ROOT, reason="root may write everywhere")
def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataDirUnusable, match="Permission denied"):
        an_embedded(tmp_path / "data").start_now()
