-- A copy of a production database must not talk to the real API, nor tell where it is.
UPDATE sync_backend
   SET base_url = NULL,
       oauth_token_url = NULL,
       oauth_scope = CASE WHEN oauth_scope LIKE '%://%' THEN NULL ELSE oauth_scope END,
       secret_name = NULL;
UPDATE sync_flow
   SET heartbeat_url = NULL,
       failure_url = NULL;
UPDATE sync_parameter
   SET secret_name = NULL;
-- What looks like an address or the name of a server.
UPDATE sync_parameter
   SET value = NULL
 WHERE value ~* '://|localhost|[0-9]+(\.[0-9]+){3}|[a-z0-9_-]+\.[a-z][a-z0-9-]+';
DELETE FROM sync_secret;
DELETE FROM sync_connection_test;
UPDATE sync_run
   SET plan_state = NULL;

-- Facts of errors: servers, and what looks like one in another text; not IDs, places
-- and quantities.
DO $$
DECLARE
    of_errors text;
BEGIN
    FOREACH of_errors IN ARRAY ARRAY['sync_run'] LOOP
        EXECUTE format($update$
            UPDATE %I
               SET error_facts = (
                    SELECT jsonb_object_agg(
                            key,
                            CASE
                            WHEN jsonb_typeof(value) <> 'string'
                              OR key IN ('reason', 'external_id', 'answered', 'location',
                                         'location_code', 'codes', 'product', 'products',
                                         'quantity', 'other_quantity')
                            THEN value
                            WHEN key IN ('host', 'hosts')
                              OR key = 'target' AND value #>> '{}' !~ '^-?[0-9.]*$'
                            THEN '"•••"'
                            ELSE to_jsonb(regexp_replace(
                                value #>> '{}',
                                '(\w+://)?(localhost|[0-9]+(\.[0-9]+){3}|[a-z0-9_-]+(\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+)(:[0-9]+)?(/[^\s"”»<>]*)?',
                                '•••', 'gi'))
                            END)
                      FROM jsonb_each(error_facts))
             WHERE jsonb_typeof(error_facts) = 'object'
               AND error_facts <> '{}'
        $update$, of_errors);
    END LOOP;
END $$;

-- What people were told of it.
DELETE FROM mail_mail
 USING mail_message
 WHERE mail_message.id = mail_mail.mail_message_id
   AND mail_message.model LIKE 'sync.%';
DELETE FROM mail_tracking_value
 USING mail_message
 WHERE mail_message.id = mail_tracking_value.mail_message_id
   AND mail_message.model LIKE 'sync.%';
UPDATE mail_message
   SET body = NULL,
       subject = NULL
 WHERE model LIKE 'sync.%';
UPDATE mail_activity
   SET note = NULL,
       feedback = NULL
 WHERE res_model LIKE 'sync.%';
DELETE FROM ir_logging
 WHERE name LIKE 'odoo.addons.base\_sync\_api%';
