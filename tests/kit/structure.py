"""A database's structure: everything that is there for any record."""

from odoo_database import OdooDatabase

#: tables, and what describes them to Odoo
_STRUCTURE = """
    SELECT 'column', table_name || '.' || column_name
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT 'constraint', conname FROM pg_constraint
    UNION SELECT 'sequence', sequencename FROM pg_sequences
    UNION SELECT 'function', proname
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT 'xmlid', module || '.' || name FROM ir_model_data
    UNION SELECT 'model', model FROM ir_model
    UNION SELECT 'field', model || '.' || name FROM ir_model_fields
    UNION SELECT 'relation', name FROM ir_model_relation
    UNION SELECT 'parameter', key FROM ir_config_parameter
"""


def structure(database: OdooDatabase) -> set[tuple[str, str]]:
    """:return: kinds and names"""
    return set(database.query(_STRUCTURE))
