import os

import pytest

from devenv import lock
from devenv.console import Stop


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "STATE", tmp_path / ".devenv")


def test_a_second_command_is_refused_with_the_process_of_the_first():
    with lock.alone("demo", "Another one runs"):
        with pytest.raises(Stop, match=rf"Another one runs \(process {os.getpid()}\)"):
            with lock.alone("demo", "Another one runs"):
                pass
    with lock.alone("demo", "Another one runs"):
        pass


def test_only_the_last_user_is_told_so():
    first, second = lock.Users("postgres"), lock.Users("postgres")
    with first.leave() as last:
        assert not last
    with second.leave() as last:
        assert last
