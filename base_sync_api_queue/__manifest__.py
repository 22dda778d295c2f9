{
    "name": "Synchronisation with External Systems: Job Queue",
    "summary": "Synchronises each flow in a job of OCA's job queue",
    "version": "19.0.2.0.0",
    "category": "Technical",
    "author": "GlobalShop",
    "license": "LGPL-3",
    "depends": ["base_sync_api", "queue_job"],
    "data": [
        "data/queue_job_channel_data.xml",
        "data/queue_job_function_data.xml",
        "views/sync_flow_views.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
