from . import sync_connection_test
