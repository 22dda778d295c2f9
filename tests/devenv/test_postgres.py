import os
import pwd
import stat
import subprocess
import sys

import pytest

from devenv import postgres, private_postgres
from devenv.console import Stop

ACCOUNT = pwd.getpwuid(os.getuid())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A project of its own, closed to others."""
    project = tmp_path / "closed" / "project"
    state = project / ".devenv"
    state.mkdir(parents=True)
    project.chmod(0o700)
    project.parent.chmod(0o700)
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.setattr(private_postgres, "PROJECT", project)
    monkeypatch.setattr(private_postgres, "STATE", state)
    monkeypatch.setattr(private_postgres, "_OUTSIDE", outside)
    return state


@pytest.fixture
def as_user(monkeypatch):
    monkeypatch.setattr(private_postgres.os, "geteuid", lambda: 1000)


@pytest.fixture
def for_account(monkeypatch):
    """As if run by root, with this very user as the account of PostgreSQL."""

    def private(can_enter):
        monkeypatch.setattr(private_postgres, "_can_enter", lambda *_: can_enter)
        made = private_postgres.Private.__new__(private_postgres.Private)
        made._account = ACCOUNT
        made.home = made._place()
        made._make_home()
        return made

    return private


def test_a_user_has_the_server_in_the_project(state, as_user):
    assert private_postgres.Private().home == state / "postgres"


def test_root_has_the_server_in_the_project_where_its_account_can_enter(
    state, for_account
):
    assert for_account(can_enter=True).home == state / "postgres"


def test_root_has_the_server_elsewhere_where_its_account_cannot_enter(
    state, for_account, capsys
):
    home = for_account(can_enter=False).home
    assert home.parent == private_postgres._OUTSIDE
    assert mode(home) == 0o711
    assert str(home) in capsys.readouterr().out


@pytest.mark.parametrize("can_enter", [True, False])
def test_no_folder_above_the_state_is_opened(state, for_account, can_enter):
    for_account(can_enter)._own_folder_of_account("data")
    assert mode(state.parent) == mode(state.parent.parent) == 0o700


def test_data_and_socket_are_closed_to_others(state, as_user):
    private = private_postgres.Private()
    private._make_home()
    assert mode(private._own_folder_of_account("data")) == 0o700
    assert mode(private._socket_folder()) == 0o700


def test_a_link_that_someone_placed_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(Stop, match="not a folder of ours"):
        private_postgres._own_folder(tmp_path / "link", 0o711)


def test_a_folder_that_others_can_write_is_refused(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(Stop, match="not a folder of ours"):
        private_postgres._own_folder(tmp_path / "open", 0o711)


def test_a_long_socket_path_is_replaced_by_a_short_one_that_is_remembered(
    state, as_user
):
    private = private_postgres.Private()
    private.home = state / ("long" * 30)
    private.home.mkdir()
    socket = private._socket_folder()
    try:
        assert len(str(socket / private_postgres._SOCKET)) <= 103
        assert private._socket_folder() == socket
    finally:
        private.remove_outside()
    assert not socket.exists()


def test_the_variables_of_libpq_mean_a_server_of_the_users_own(monkeypatch):
    for variable in postgres._VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    assert not postgres.users_own()
    monkeypatch.setenv("PGPORT", "5433")
    assert postgres.users_own()


@pytest.mark.parametrize("pid", [str(os.getpid()), "4194305", "0", "-1", "?", ""])
def test_the_lock_file_of_another_process_is_removed(tmp_path, pid):
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{pid}\n/data\n")
    private_postgres.remove_if_stale(lock, tmp_path / "data")
    assert not lock.exists()


def test_the_lock_file_of_our_server_stays(tmp_path):
    data = tmp_path / "data"
    lock = tmp_path / "postmaster.pid"
    waits = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", waits, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        server.stdout.readline()
        lock.write_text(f"{server.pid}\n")
        private_postgres.remove_if_stale(lock, data)
        assert lock.exists()
        server.stdin.close()


def test_a_lock_file_that_is_not_there_is_no_error(tmp_path):
    private_postgres.remove_if_stale(tmp_path / "postmaster.pid", tmp_path)
