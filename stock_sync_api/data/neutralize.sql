-- A copy of a production database must not tell where the real API is.
-- Facts of errors: servers, and what looks like one in another text; not IDs, places
-- and quantities.
DO $$
DECLARE
    of_errors text;
BEGIN
    FOREACH of_errors IN ARRAY ARRAY[
        'stock_sync_run_line', 'stock_sync_binding', 'stock_sync_unmatched'
    ] LOOP
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
   AND mail_message.model LIKE 'stock.sync.%';
DELETE FROM mail_tracking_value
 USING mail_message
 WHERE mail_message.id = mail_tracking_value.mail_message_id
   AND mail_message.model LIKE 'stock.sync.%';
UPDATE mail_message
   SET body = NULL,
       subject = NULL
 WHERE model LIKE 'stock.sync.%';
UPDATE mail_activity
   SET note = NULL,
       feedback = NULL
 WHERE res_model LIKE 'stock.sync.%';
DELETE FROM ir_logging
 WHERE name LIKE 'odoo.addons.stock\_sync\_api%';
