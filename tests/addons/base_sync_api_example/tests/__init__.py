from . import test_flow_life
from . import test_rights
from . import test_runs
from . import test_schedule
from . import test_secrets
