from . import test_alone
from . import test_sentences
from . import test_shared_turns
from . import test_times
from . import test_translations
