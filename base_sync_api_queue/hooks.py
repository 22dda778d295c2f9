def post_init_hook(env):
    """Give the backends that are there already their channels."""
    _backends(env)._create_queue_channels()


def uninstall_hook(env):
    """Take the channels away, and the jobs, whose method is about to go.

    The scheduled action then works by itself again.
    """
    backends = _backends(env)
    backends._get_sync_jobs().unlink()
    backends._get_queue_channels().unlink()


def _backends(env):
    return env["stock.sync.backend"].with_context(active_test=False).search([])
