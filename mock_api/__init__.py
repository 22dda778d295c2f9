"""A small stock API: the "other system" of the demo and of the tests."""

from mock_api.app import create_app

__all__ = ["create_app"]
