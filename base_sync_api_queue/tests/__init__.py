from . import test_channel
from . import test_job
from . import test_translations
