# The way in without Docker; see README.md. Everything goes into .devenv/.
PYTHON ?= python3
DEVENV = $(PYTHON) -B -m devenv

.PHONY: help demo sync test test-odoo bench lint clean
help:
	@echo 'make demo    Odoo with the addon, the mock API and one synchronisation, until Ctrl-C'
	@echo 'make sync    the same, without serving'
	@echo 'make test    all tests; ARGS=... are arguments of pytest: ARGS=tests/mock_api, ARGS="-k name"'
	@echo 'make test-odoo   the tests of stock that come with Odoo, with the addon installed: three minutes'
	@echo 'make bench   what is fast and what is not; QUICK=1 takes two minutes instead of half an'
	@echo '             hour, WRITE_DOCS=1 puts the results into docs/performance.md'
	@echo 'make lint    style, types, checks of the addon'
	@echo 'make clean   remove what was prepared'
	@echo
	@echo 'Variables: PORT=8069 MOCK_PORT=5000 DB_NAME=stock_sync_demo PYTHON=python3'
	@echo '           ODOO_HOME=folder of an Odoo 19; PGHOST=, PGPORT=, PGUSER=... a PostgreSQL server'

demo sync test-odoo lint clean:
	@$(DEVENV) $@

test:
	@$(DEVENV) test $(ARGS)

bench:
	@$(DEVENV) bench $(if $(QUICK),--quick) $(if $(WRITE_DOCS),--write-docs) $(ARGS)
