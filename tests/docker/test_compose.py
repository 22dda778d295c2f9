"""docker-compose.yml and what it mounts, without a Docker engine.

Whether every path, port, variable and option in it exists, and agrees with odoo.conf
and with the mock API's command line.
"""

import ast
import configparser
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = PROJECT / "docker-compose.yml"
SETUP = PROJECT / "docker" / "setup.sh"
DOCKERFILE = PROJECT / "mock_api" / "Dockerfile"
COMMAND_LINES = [COMPOSE, SETUP, DOCKERFILE]

needs_odoo = pytest.mark.skipif(
    importlib.util.find_spec("odoo") is None, reason="Odoo is not installed here"
)


@pytest.fixture(scope="module")
def compose():
    return YAML(typ="safe").load(COMPOSE)


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


@pytest.fixture(scope="module")
def odoo_conf():
    parser = configparser.RawConfigParser()
    parser.read_string((PROJECT / "odoo.conf").read_text())
    return parser["options"]


def mounts(service):
    """``(source, target, mode)`` of each volume."""
    for volume in service.get("volumes", []):
        source, target, *mode = volume.split(":")
        yield source, target, mode[0] if mode else "rw"


def options(text):
    """The long options in a command line."""
    return set(re.findall(r"--[a-z][a-z-]*", " ".join(text)))


def output(*command):
    return subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_the_file_follows_the_compose_specification():
    schema = ["--builtin-schema", "vendor.compose-spec"]  # within the package
    output("-m", "check_jsonschema", *schema, str(COMPOSE))


def test_the_services_of_the_exercise_are_there(services):
    assert {"odoo", "db", "mock_api"} <= set(services)
    assert services["db"]["image"] == "postgres:16"


def test_odoo_is_the_version_that_the_addon_is_for(services):
    manifest = ast.literal_eval(
        (PROJECT / "stock_sync_api" / "__manifest__.py").read_text()
    )
    series = ".".join(manifest["version"].split(".")[:2])
    dockerfiles = {services[name]["build"]["dockerfile"] for name in ("odoo", "setup")}
    [dockerfile] = dockerfiles
    assert f"FROM odoo:{series}" in (PROJECT / dockerfile).read_text().splitlines()


def test_what_the_images_copy_is_sent_to_the_builder(services):
    sent = [
        line.removeprefix("!")
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    for service in services.values():
        if "build" not in service:
            continue
        dockerfile = PROJECT / service["build"]["dockerfile"]
        for line in dockerfile.read_text().splitlines():
            if line.startswith("COPY "):
                source = line.split()[1]
                assert (PROJECT / source).exists(), source
                assert any(Path(source).is_relative_to(path) for path in sent), source


def test_every_mounted_path_exists(services):
    for service in services.values():
        for source, _target, mode in mounts(service):
            if source.startswith("."):
                assert (PROJECT / source).exists(), source
                assert mode == "ro", f"{source} is mounted to be read only"


def test_volumes_and_networks_are_declared_and_used(compose, services):
    volumes, networks = set(), set()
    for service in services.values():
        sources = {source for source, _target, _mode in mounts(service)}
        volumes |= {source for source in sources if not source.startswith(".")}
        networks |= set(service.get("networks", []))
    assert volumes == set(compose["volumes"])
    assert networks == set(compose["networks"])


def test_every_dependency_can_be_met(services):
    for service in services.values():
        for name, dependency in service.get("depends_on", {}).items():
            if dependency["condition"] == "service_healthy":
                assert "healthcheck" in services[name], name
            else:
                assert dependency["condition"] == "service_completed_successfully"
                assert "restart" not in services[name], f"{name} would never complete"


def test_every_server_has_a_health_check(services):
    for name in ("odoo", "db", "mock_api"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"
    check = " ".join(services["mock_api"]["healthcheck"]["test"])
    assert "127.0.0.1:5000/health" in check
    status = (PROJECT / "mock_api" / "status.py").read_text()
    assert '"/health"' in status
    assert "/web/health" in services["odoo"]["healthcheck"]["test"][-1]


def test_database_is_reached_by_odoo_only(compose, services):
    assert compose["networks"]["database"]["internal"] is True
    for name, service in services.items():
        reaches_it = "database" in service.get("networks", [])
        assert reaches_it == (name in {"db", "odoo", "setup"}), name
    assert "ports" not in services["db"]


def test_ports_agree_and_are_published_on_this_machine_only(services, odoo_conf):
    published = {
        "odoo": ("PORT", odoo_conf.get("http_port", "8069")),
        "mock_api": ("MOCK_PORT", "5000"),
    }
    makefile = (PROJECT / "Makefile").read_text()
    for name, (variable, port) in published.items():
        # The same variables and defaults as those of make.
        assert services[name]["ports"] == [f"127.0.0.1:${{{variable}:-{port}}}:{port}"]
        assert f"{variable}={port}" in makefile
    assert "--port=5000" in services["mock_api"]["command"]
    assert "EXPOSE 5000" in DOCKERFILE.read_text()


def test_options_of_the_mock_api_exist(services):
    known = options([output("-m", "mock_api", "--help")])
    dockerfile = DOCKERFILE.read_text()
    [command] = re.findall(r"^CMD (.*)$", dockerfile, re.MULTILINE)
    assert options(services["mock_api"]["command"]) <= known
    assert options([command]) <= known
    assert 'ENTRYPOINT ["python", "-m", "mock_api"]' in dockerfile


@needs_odoo
def test_options_of_odoo_exist(services, odoo_conf):
    known = options([output("-m", "odoo", "server", "--help")])
    calls = re.findall(
        r"^/entrypoint.sh odoo (?:shell )?(.*)$",
        SETUP.read_text().replace("\\\n", ""),
        re.MULTILINE,
    )
    assert len(calls) == 2
    for call in (*calls, *services["odoo"]["command"]):
        assert options([call]) <= known, call
    names = output("-c", "from odoo.tools import config; print(*config.options)")
    assert set(odoo_conf) <= set(names.split())


def test_odoo_conf_fits_the_mounts(services, odoo_conf):
    for name in ("odoo", "setup"):
        targets = {target: mode for _source, target, mode in mounts(services[name])}
        assert targets["/etc/odoo/odoo.conf"] == "ro"
        assert odoo_conf["data_dir"] in targets
        addons = Path(odoo_conf["addons_path"].split(",")[-1].strip())
        for addon in ("base_sync_api", "stock_sync_api"):
            assert str(addons / addon) in targets


def test_odoo_conf_leaves_the_database_to_the_image(odoo_conf):
    # The image's own start script passes them on, and its check of the database fails
    # where some of them are in the file.
    for name in ("db_host", "db_port", "db_user", "db_password"):
        assert name not in odoo_conf


def test_no_secret_is_written_down(services, odoo_conf):
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|TOKEN", name):
                assert name.endswith("_FILE") and value.startswith("/run/password/")
    assert "admin_passwd" not in odoo_conf


def test_setup_and_server_use_the_same_database_addon_and_mock_api(services):
    setup = SETUP.read_text()
    assert set(re.findall(r"--database=(\S+)", setup)) == {"stock_sync"}
    assert "--database=stock_sync" in services["odoo"]["command"]
    # Compose reads $$ as $.
    assert "--db-filter=^stock_sync$$" in services["odoo"]["command"]
    assert re.findall(r"--init=(\S+)", setup) == ["stock_sync_api"]
    assert '"http://mock_api:5000"' in setup
    addon = PROJECT / "stock_sync_api"
    assert (addon / "demo" / "stock_sync_demo.xml").exists()
    assert '"stock_sync_api", "demo/stock_sync_demo.xml"' in setup
    data = (addon / "data" / "stock_sync_backend_data.xml").read_text()
    assert 'id="backend_default"' in data
    ready = re.search(r"^ready=(.*)/", setup, re.MULTILINE)[1]
    assert ready in {target for _source, target, _mode in mounts(services["setup"])}


def test_image_of_the_mock_api_copies_what_exists_and_is_not_ignored(services):
    build = services["mock_api"]["build"]
    assert (PROJECT / build["context"] / build["dockerfile"]).samefile(DOCKERFILE)
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    for source in re.findall(r"^COPY (\S+)", DOCKERFILE.read_text(), re.MULTILINE):
        assert (PROJECT / source).exists(), source
        assert "!" + source.split("/")[0] in ignored


def test_scripts_are_valid(services):
    for script in (SETUP.read_text(), services["password"]["command"][0]):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_a_password_is_made_once(services, tmp_path):
    script = services["password"]["command"][0].replace("/password/", f"{tmp_path}/")
    secrets = set()
    for _start in range(2):
        subprocess.run(["bash", "-c", script], check=True)
        secrets.add((tmp_path / "db").read_text())
    [secret] = secrets
    assert re.fullmatch(r"[A-Za-z0-9+/]{32}\n", secret)
    assert (tmp_path / "db").stat().st_mode & 0o777 == 0o444


def test_no_address_or_path_of_a_machine():
    for path in (*COMMAND_LINES, PROJECT / ".dockerignore", PROJECT / "odoo.conf"):
        assert not re.search(
            r"/tmp/|/home/|/root/|https?://(?!127|mock_api)", path.read_text()
        ), path
