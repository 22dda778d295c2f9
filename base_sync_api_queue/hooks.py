def post_init_hook(env):
    """Give the flows that are there already their channels."""
    _flows(env)._create_queue_channels()


def uninstall_hook(env):
    """Take the channels away, and the jobs, whose method is about to go.

    The scheduled actions then work by themselves again.
    """
    flows = _flows(env)
    flows._get_sync_jobs().unlink()
    flows.queue_channel_id.unlink()


def _flows(env):
    # There are a few. pylint: disable=no-search-all
    return env["sync.flow"].with_context(active_test=False).search([])
