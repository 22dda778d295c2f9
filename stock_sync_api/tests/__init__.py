from . import test_rules
from . import test_cron
from . import test_queries
from . import test_rights
from . import test_tour
