{
    "name": "Currency Rates from an API (Example)",
    "version": "19.0.1.0.0",
    "author": "GlobalShop",
    "license": "LGPL-3",
    "depends": ["base_sync_api"],
    "data": ["views/currency_rates.xml"],
}
