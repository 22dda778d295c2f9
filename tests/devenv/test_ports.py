import socket

import pytest

from devenv import ports
from devenv.console import Stop


def test_a_taken_port_is_refused_with_the_variable_that_chooses_another():
    with socket.create_server((ports.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Stop, match=rf"Port {port}.* in use.*PORT=\d+"):
            ports.require_free(port, "PORT", "Odoo")


def test_a_free_port_is_accepted():
    ports.require_free(ports.free(), "PORT", "Odoo")
