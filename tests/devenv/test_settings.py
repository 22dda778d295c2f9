import pytest

from devenv import settings
from devenv.console import Stop


def test_ports_have_defaults(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("MOCK_PORT", "")
    assert (settings.odoo_port(), settings.mock_port()) == (8069, 5000)


def test_a_port_can_be_chosen(monkeypatch):
    monkeypatch.setenv("PORT", "8070")
    assert settings.odoo_port() == 8070


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80x", "٨٠"])
def test_what_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("MOCK_PORT", text)
    with pytest.raises(Stop, match="MOCK_PORT"):
        settings.mock_port()


@pytest.mark.parametrize("name", ["Upper", "a-b", "a b", 'a"b', "1a", "a" * 60])
def test_a_database_name_that_needs_quotes_is_refused(monkeypatch, name):
    monkeypatch.setenv("DB_NAME", name)
    with pytest.raises(Stop, match="DB_NAME"):
        settings.demo_database()


def test_a_database_name_can_be_chosen(monkeypatch):
    monkeypatch.setenv("DB_NAME", "my_demo2")
    assert settings.demo_database() == "my_demo2"
