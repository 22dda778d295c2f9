-- A copy of a production database must not talk to the real API.
UPDATE stock_sync_backend
   SET base_url = NULL,
       secret = NULL;
