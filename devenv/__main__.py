"""``python3 -m devenv COMMAND``: see the Makefile."""

import errno
import shutil
import signal
import sys
from types import FrameType

from . import postgres
from .console import Stop, complain, say
from .paths import PROJECT, STATE


def clean() -> int:
    """Stop the private PostgreSQL and remove everything that was prepared."""
    if STATE.is_dir():
        postgres.forget()
        shutil.rmtree(STATE)
    say("Removed.")
    return 0


def _run(command: str, arguments: list[str]) -> int:
    # Imported here, so that each command needs only what it needs.
    if command == "test":
        from . import test

        return test.test(arguments)
    if command == "bench":
        from . import bench

        return bench.bench(arguments)
    if command == "lint":
        from . import lint

        return lint.lint(arguments)
    if arguments:
        raise Stop(f"{command} takes no arguments.", code=2)
    if command == "demo":
        from . import demo

        return demo.demo()
    if command == "sync":
        from . import demo

        return demo.sync()
    if command == "test-odoo":
        from . import test_odoo

        return test_odoo.test_odoo()
    if command == "clean":
        return clean()
    commands = "demo|sync|test|test-odoo|bench|lint|clean"
    raise Stop(f"Usage: python3 -m devenv {commands}", code=2)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _explain(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full ({error.filename or PROJECT})."
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"No permission for {error.filename}: if another user ran this command "
            f"before, let that user run `make clean`."
        )
    return str(error)


def main() -> int:
    # A closed terminal or a stopped service cleans up like Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return _run(sys.argv[1] if sys.argv[1:] else "", sys.argv[2:])
    except Stop as stop:
        complain(str(stop))
        return stop.code
    except OSError as error:
        complain(_explain(error))
        return 1
    except KeyboardInterrupt:
        complain("Interrupted. The same command goes on from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
