# The way in without Docker; see README.md. Everything goes into .devenv/.
PYTHON ?= python3
DEVENV = $(PYTHON) -B -m devenv

.PHONY: help demo sync test lint clean
help:
	@echo 'make demo    Odoo with the addon, the mock API and one synchronisation, until Ctrl-C'
	@echo 'make sync    the same, without serving'
	@echo 'make test    all tests; ARGS=... are arguments of pytest: ARGS=tests/mock_api, ARGS="-k name"'
	@echo 'make lint    style, types, checks of the addon'
	@echo 'make clean   remove what was prepared'
	@echo
	@echo 'Variables: PORT=8069 MOCK_PORT=5000 DB_NAME=stock_sync_demo PYTHON=python3'
	@echo '           ODOO_HOME=folder of an Odoo 19; PGHOST=, PGPORT=, PGUSER=... a PostgreSQL server'

demo sync lint clean:
	@$(DEVENV) $@

test:
	@$(DEVENV) test $(ARGS)
