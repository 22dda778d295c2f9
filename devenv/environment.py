"""Everything that a command with Odoo needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from . import addons, odoo, odoo_source, postgres, venv
from .lock import preparing


@contextmanager
def prepared() -> Iterator[odoo.Runtime]:
    """Python packages, Odoo, and PostgreSQL while the command runs.

    :raise Stop: something is missing or fails
    """
    with preparing():
        venv.prepare()
        source = odoo_source.prepare()
        addons.prepare()
        odoo.configure()
    with postgres.running() as server:
        yield odoo.Runtime(source, server)
