from . import stock_sync_backend
from . import stock_sync_transaction
from . import stock_sync_service
