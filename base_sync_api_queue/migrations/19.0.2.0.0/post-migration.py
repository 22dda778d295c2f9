"""What was made when the addon was called ``stock_sync_api_queue``.

Channels keep their names, so that the server's configuration goes on meaning them.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    _keep_channels(env)
    _rename_job_function(env)
    _rename_jobs(cr)


def _keep_channels(env):
    parent = env.ref("base_sync_api_queue.channel_sync")
    flows = env["sync.flow"].with_context(active_test=False)
    # There are a few. pylint: disable=no-search-all
    for flow in flows.search([]):
        flow.queue_channel_id = parent.search(
            [("parent_id", "=", parent.id), ("name", "=", f"backend_{flow.id}")]
        )
    flows.search([("queue_channel_id", "=", False)])._create_queue_channels()


def _rename_job_function(env):
    function = env.ref("base_sync_api_queue.job_function_sync_job")
    # Also where it is the same one, whose model has another name.
    function.model_id = False
    function.model_id = env["ir.model"]._get("sync.flow")


def _rename_jobs(cr):
    """Those that wait go on; those that are done can still be looked at.

    queue_job keeps the records as a text of JSON within JSON.
    """
    cr.execute(
        """
        UPDATE queue_job
           SET model_name = 'sync.flow',
               records = to_jsonb(replace(
                   records #>> '{}', '"stock.sync.backend"', '"sync.flow"'
               )),
               func_string = replace(func_string, 'stock.sync.backend', 'sync.flow'),
               channel_method_name = '<sync.flow>._sync_job',
               identity_key = concat_ws(
                   '.',
                   'base_sync_api_queue',
                   (records #>> '{}')::jsonb -> 'ids' ->> 0,
                   coalesce(to_char(eta, 'YYYY-MM-DD HH24:MI:SS'), 'now')
               )
         WHERE method_name = '_sync_job'
           AND model_name IN ('stock.sync.backend', 'sync.flow')
        """
    )
