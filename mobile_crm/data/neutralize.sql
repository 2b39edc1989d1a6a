-- no provider accepts a copy of the database, and no customer of the original hears from it
UPDATE mobile_app
   SET fcm_sealed = NULL, fcm_stored_at = NULL, apns_sealed = NULL, apns_stored_at = NULL,
       wallet_apple_sealed = NULL, wallet_apple_stored_at = NULL, wallet_apple_ends_at = NULL,
       wallet_google_sealed = NULL, wallet_google_stored_at = NULL,
       webpush_public_key = NULL, webpush_private_key = NULL, webpush_changed_at = NULL, webpush_enabled = FALSE;
UPDATE mobile_device
   SET push_provider = NULL, push_address = NULL
 WHERE push_address IS NOT NULL;
DELETE FROM mobile_wallet_registration;
DELETE FROM mobile_wallet_change;
-- what waits was meant for the customers of the original
UPDATE mobile_message
   SET state = 'cancelled', reason = 'stopped_by_staff', ended_at = now() AT TIME ZONE 'UTC', claim = NULL
 WHERE state IN ('queued', 'sending');
UPDATE mobile_message
   SET next_channels = NULL, fallback_at = NULL
 WHERE next_channels IS NOT NULL OR fallback_at IS NOT NULL;
-- scheduled actions that send, or begin to
UPDATE ir_cron
   SET active = false
  FROM ir_model_data data
 WHERE data.model = 'ir.cron' AND data.res_id = ir_cron.id AND data.module = 'mobile_crm'
   AND (starts_with(data.name, 'mobile_outbox_')
        OR data.name IN ('mobile_wallet_follow_cron', 'mobile_campaign_run_cron', 'ir_cron_mobile_occasion', 'ir_cron_mobile_campaign_days'));
