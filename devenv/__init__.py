"""Prepares a machine for this project and runs the commands of the Makefile.

Only the standard library is used, since this is what installs everything else.
"""
