"""The addon is imported from here, without a database."""

import odoo.addons

from devenv.paths import PROJECT

odoo.addons.__path__.append(str(PROJECT))
