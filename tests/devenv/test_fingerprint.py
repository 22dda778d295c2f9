from devenv import fingerprint


def test_depends_on_the_contents_of_files_and_on_where_parts_end(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("a==1")
    before = fingerprint.of(file)
    assert fingerprint.of(file) == before == fingerprint.of("a==1")
    file.write_text("a==2")
    assert fingerprint.of(file) != before
    assert fingerprint.of("ab", "c") != fingerprint.of("a", "bc")


def test_files_of_a_package_leave_out_what_python_writes(tmp_path):
    for name in ("models/a.py", "tests/b.py", "models/__pycache__/a.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = fingerprint.files_in(tmp_path, without=["tests"])
    assert found == [tmp_path / "models" / "a.py"]


def test_a_stamp_is_read_as_it_was_written(tmp_path):
    stamp = tmp_path / "complete"
    assert fingerprint.read(stamp) is None
    fingerprint.write(stamp, "19.0")
    assert fingerprint.read(stamp) == "19.0"
    assert list(tmp_path.iterdir()) == [stamp]
