from . import test_shared_turns
