-- A copy of a production database must not talk to the real API.
UPDATE stock_sync_backend
   SET base_url = NULL,
       oauth_token_url = NULL,
       heartbeat_url = NULL,
       failure_url = NULL,
       secret_name = NULL;
UPDATE stock_sync_parameter
   SET secret_name = NULL;
DELETE FROM stock_sync_secret;
UPDATE stock_sync_run
   SET plan_state = NULL;
