from . import sync_flow
from . import sync_transaction
from . import sync_service
from . import sync_flow_job
