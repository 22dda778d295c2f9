import pytest

from devenv import apt, odoo_source
from devenv.console import Stop


def odoo(folder, version="19, 0, 0, FINAL, 0, ''"):
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(f"version_info = ({version})\n")
    return folder


@pytest.mark.parametrize("given", [".", "odoo"])
def test_odoo_home_is_a_checkout_or_the_package_in_it(tmp_path, given):
    assert odoo_source.find(odoo(tmp_path) / given) == tmp_path


def test_odoo_home_is_an_unpacked_package(tmp_path):
    home = odoo(tmp_path / "usr/lib/python3/dist-packages")
    assert odoo_source.find(tmp_path) == home


def test_another_series_is_refused(tmp_path):
    odoo(tmp_path, "18, 0, 0, FINAL, 0, ''")
    with pytest.raises(Stop, match=r"is Odoo 18\.0; this addon needs 19\.0"):
        odoo_source.find(tmp_path)


def test_a_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(Stop, match="has no package odoo"):
        odoo_source.find(tmp_path)


def test_the_mirror_is_the_one_of_the_machine():
    uris = "\n".join(
        f"'{site}/InRelease' name 0 "
        for site in (
            "http://example.com/tools/dists/stable",
            "http://example.com/debian-security/dists/bookworm-security",
            "http://mirror.example.com/pub/debian/dists/bookworm",
            "http://mirror.example.com/pub/debian/dists/bookworm-updates",
            "http://example.com/archive/debian/20260101T000000Z/dists/bookworm",
        )
    )
    assert apt.mirrors(uris) == [
        "http://mirror.example.com/pub/debian",
        "http://example.com/archive/debian/20260101T000000Z",
    ]


def test_a_machine_without_debian_has_no_mirror():
    assert apt.mirrors("'http://example.com/ubuntu/dists/noble/InRelease' n 0\n") == []
