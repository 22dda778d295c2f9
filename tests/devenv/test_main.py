import errno
import sys

import pytest

from devenv import __main__
from devenv.console import Stop


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the program with a command that raises."""

    def run(error):
        def fail(*_):
            raise error

        monkeypatch.setattr(sys, "argv", ["devenv", "sync"])
        monkeypatch.setattr(__main__, "_run", fail)
        monkeypatch.setattr(__main__.signal, "signal", lambda *_: None)
        return __main__.main(), capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (Stop("Nothing to do.", code=5), 5, "Nothing to do."),
        (OSError(errno.ENOSPC, "No space left", "/x"), 1, "The disk is full (/x)."),
        (PermissionError(errno.EACCES, "Denied", "/x"), 1, "No permission for /x"),
        (KeyboardInterrupt(), 130, "Interrupted."),
    ],
)
def test_a_foreseeable_failure_is_one_line(run, error, code, message):
    returned, shown = run(error)
    assert returned == code
    assert shown.startswith(message)
    assert shown.count("\n") == 1


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["sync", "extra"]])
def test_a_wrong_command_line_is_refused(monkeypatch, capsys, argv):
    monkeypatch.setattr(sys, "argv", ["devenv", *argv])
    monkeypatch.setattr(__main__.signal, "signal", lambda *_: None)
    assert __main__.main() == 2
