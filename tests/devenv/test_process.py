import sys

import pytest

from devenv import process
from devenv.console import Stop


def test_a_missing_program_is_told_with_the_package_to_install():
    with pytest.raises(Stop, match="no-such-program is missing: .* package some-deb"):
        process.require("no-such-program", "some-deb")


def test_a_failed_command_is_one_line_with_its_reason_and_its_log(tmp_path):
    log = tmp_path / "pip.log"
    script = "print('Working'); print('ERROR: no such host'); print('bye'); exit(3)"
    with pytest.raises(Stop) as stop:
        process.run([sys.executable, "-c", script], what="The download", log=log)
    assert str(stop.value) == (f"The download failed: ERROR: no such host (log: {log})")
    assert "bye" in log.read_text()


def test_a_command_that_succeeds_leaves_its_output_in_the_log(tmp_path):
    log = tmp_path / "a.log"
    process.run([sys.executable, "-c", "print('done')"], what="It", log=log)
    assert log.read_text() == "done\n"
