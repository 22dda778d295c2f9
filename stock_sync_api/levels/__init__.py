"""Levels on their way from the API's answers to Odoo's stock: plain Python."""
