from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .tools import append_only, ledger_guard, wallet_watch

# What holds on to something comes before it.
OWN_TABLES = [
    'mobile_reconciliation', 'mobile_attribution', 'mobile_exit', 'mobile_exit_pass', 'mobile_basket_check',
    'mobile_payment', 'mobile_wallet_change', 'mobile_wallet_registration', 'mobile_basket', 'mobile_look',
    'mobile_erasure', 'mobile_approval', 'mobile_redemption', 'mobile_coupon_step', 'mobile_consent', 'mobile_opt_in',
    'mobile_preference', 'mobile_recommendation_purchase', 'mobile_recommendation', 'mobile_affinity',
    'mobile_popularity', 'mobile_occasion', 'mobile_decision', 'mobile_visit', 'mobile_presence', 'mobile_event',
    'mobile_enquiry_message', 'mobile_enquiry', 'mobile_message', 'mobile_sender', 'mobile_otp', 'mobile_idempotency',
    'mobile_token', 'mobile_device', 'mobile_favourite', 'mobile_list_line', 'mobile_list', 'mobile_campaign_run',
    'mobile_campaign_channel', 'mobile_campaign_variant', 'mobile_campaign', 'mobile_campaign_template',
    'mobile_opening_exception', 'mobile_store', 'mobile_app',
]
# Odoo's models of which the demo data has records.
DEMO_MODELS = [
    'crm.lead', 'loyalty.card', 'loyalty.program', 'product.category', 'product.pricelist', 'product.product',
    'product.template', 'res.partner', 'res.partner.category', 'resource.calendar', 'resource.calendar.leaves',
    'sale.order',
]


def uninstall_hook(env):
    """Let go of Odoo's own records before the addon's tables are dropped.

    Coupons stay: they are Odoo's. Of the demo data in Odoo's models, what somebody has used stays as well, as theirs;
    Odoo would try to delete it, log an error for each and keep our external ids.
    """
    # What waits in Odoo's queues would be sent without anybody being asked whether it is still wanted.
    waiting = env['sms.tracker'].search([('mobile_message_id', '!=', False)]).mapped('sms_uuid')
    env['sms.sms'].search([('uuid', 'in', waiting), ('state', '=', 'outgoing')]).unlink()
    env['mail.mail'].search([('model', '=', 'mobile.message')]).unlink()
    env.cr.execute(SQL('UPDATE loyalty_card SET mobile_campaign_id = NULL WHERE mobile_campaign_id IS NOT NULL'))
    append_only.release(env.cr)
    ledger_guard.release(env.cr)
    wallet_watch.release(env.cr)
    env['mobile.quiet.hours']._drop_function()
    for table in OWN_TABLES:
        env.cr.execute(SQL('DELETE FROM %s', SQL.identifier(table)))
    # Favourites that ask for our fields break the lists of contacts.
    env['ir.filters'].with_context(active_test=False).search([
        ('model_id', '=', 'res.partner'), ('domain', 'like', 'mobile\\_')]).unlink()
    # Written by hand, so no external id takes them along.
    env['ir.config_parameter'].search([
        '|', ('key', '=like', 'mobile\\_crm.limit.%'), ('key', '=like', 'mobile\\_crm.geocoder.%')]).unlink()
    env.invalidate_all()
    env = env(context={**env.context, MODULE_UNINSTALL_FLAG: True})
    demo = env['ir.model.data'].search(
        [('module', '=', 'mobile_crm'), ('model', 'in', DEMO_MODELS)], order='id desc')
    for data in demo:
        try:
            with env.cr.savepoint(), mute_logger('odoo.sql_db'):
                env[data.model].browse(data.res_id).exists().unlink()
        except (IntegrityError, UserError):
            data.unlink()
    env['mobile.catalogue']._drop_index()
