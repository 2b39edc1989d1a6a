-- no provider accepts a copy of the database, and none of its customers hears from it
UPDATE mobile_app
   SET fcm_sealed = NULL, apns_sealed = NULL, vapid_sealed = NULL;
UPDATE mobile_device
   SET push_provider = NULL, push_address = NULL
 WHERE push_address IS NOT NULL;
-- what waits was meant for the customers of the original
UPDATE mobile_message
   SET state = 'cancelled', reason = 'stopped_by_staff', ended_at = now() AT TIME ZONE 'UTC', claim = NULL
 WHERE state IN ('queued', 'sending');
UPDATE mobile_message
   SET next_channels = NULL, fallback_at = NULL
 WHERE next_channels IS NOT NULL OR fallback_at IS NOT NULL;
-- scheduled actions that send, or decide to
UPDATE ir_cron
   SET active = false
 WHERE id IN (SELECT res_id FROM ir_model_data
               WHERE module = 'mobile_crm' AND model = 'ir.cron'
                 AND (name LIKE 'mobile\_outbox\_%'
                      OR name IN ('ir_cron_mobile_occasion', 'ir_cron_mobile_campaign_days',
                                  'mobile_campaign_run_cron')));
