{
    "name": "Stock Synchronisation with an API: Job Queue",
    "summary": "Synchronises each backend in a job of OCA's job queue",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Inventory",
    "author": "GlobalShop",
    "license": "LGPL-3",
    "depends": ["stock_sync_api", "queue_job"],
    "data": [
        "data/queue_job_channel_data.xml",
        "data/queue_job_function_data.xml",
        "views/stock_sync_backend_views.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
