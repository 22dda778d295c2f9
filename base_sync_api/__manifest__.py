{
    "name": "Synchronisation with External Systems",
    "summary": "What every kind of synchronisation stands on: connection, runs, alerts",
    "version": "19.0.1.0.0",
    "category": "Technical",
    "author": "GlobalShop",
    "license": "LGPL-3",
    "depends": ["mail"],
    "external_dependencies": {"python": ["jmespath"]},
}
