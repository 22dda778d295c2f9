from . import sync_connection_test
from . import stock_sync_connection_test_location
from . import stock_sync_connection_test_row
