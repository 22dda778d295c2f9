from . import sync_error
from . import sync_flow
from . import currency_rate_engine
