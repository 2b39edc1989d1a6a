"""The addon leaves cleanly also after it was used: what is Odoo's or somebody's own stays, nothing else."""

import uuid

from tests.test_module_lifecycle import UNINSTALL, assert_quiet, leftovers

#: A customer agrees, with preferences, walks into a fence of the demo data, gets the coupon and buys with it. A run
#: brings another one, which a till redeems, and one without the network as well; a colleague sends a third one.
USE = f'''
from odoo import fields
device, is_new = env['mobile.device']._register_install(
    env.ref('mobile_crm.mobile_app_phone'), '{uuid.uuid4()}', {{'platform': 'android'}})
device._sign_in(env.ref('base.demo_user0'))
customer, company = device.partner_id, device.company_id
env['mobile.consent']._append(customer, company, dict.fromkeys(['location', 'email', 'profiling'], True), 'device')
env['mobile.preference']._mobile_update(customer, company, {{
    'max_messages_per_week': 5, 'store_ids': env.ref('mobile_crm.geofence_ghent_door').store_id.ids,
    'category_ids': env['product.category'].search([], limit=1).ids,
    'quiet_hours': [{{'days': '0', 'start_minute': 0, 'end_minute': 1}}],
}})
env['mobile.event']._record(device, [{{
    'id': '{uuid.uuid4()}', 'type': 'enter', 'occurred_at': fields.Datetime.now(),
    'geofence_id': env.ref('mobile_crm.geofence_ghent_door').id,
}}])
card = env['loyalty.card'].search([('mobile_campaign_id', '!=', False), ('partner_id', '=', customer.id)])
order = env['sale.order'].create({{
    'partner_id': card.partner_id.id,
    'order_line': [fields.Command.create({{'product_id': env.ref('mobile_crm.product_kettle').id}})],
}})
order._try_apply_code(card.code)
order._apply_program_reward(card.program_id.reward_ids, card)
order.action_confirm()
assert card.mobile_status == 'redeemed'
news, till = env.ref('mobile_crm.campaign_spring_news'), env.ref('mobile_crm.mobile_app_till')
news.write({{'holdout_percent': 0, 'audience_domain': "[('mobile_bought_product_ids', '!=', False)]"}})
env['mobile.audience.save'].create({{'campaign_id': news.id, 'name': "Buyers", 'is_shared': True}}).action_save()
news.action_start()
run = news.run_ids
run._attempt(run._claim()[1])
assert run.sent == 1, run.read()
card, store, Redemption = news.card_ids, env['mobile.store'].search([], limit=1), env['mobile.redemption']
Redemption._hold_at_till(till, card, store, 'T-1')[0]._confirm_at_till(80.0)
conflict, _is_new = Redemption._accept_from_till(till, card, True, store, 'T-2', fields.Datetime.now(), 50.0)
assert conflict.state == 'conflict' and conflict.activity_ids
wizard = env['mobile.offer.send'].create({{'partner_ids': customer.ids}})
wizard.action_send()
assert wizard.passed_count == 1, wizard.line_ids.mapped('answer')
env.cr.commit()
'''


def test_uninstall_after_use(odoo_cli):
    odoo_cli.fresh('demo')
    before = leftovers(odoo_cli)
    odoo_cli.fresh('full')
    odoo_cli.shell(USE)
    assert_quiet(odoo_cli.shell(UNINSTALL))
    assert leftovers(odoo_cli) == before
    kept = odoo_cli.query(
        "SELECT default_code FROM product_template WHERE default_code LIKE 'TK-%' UNION SELECT name->>'en_US' "
        "FROM loyalty_program WHERE id IN (SELECT program_id FROM loyalty_card)")
    # The coupons that were given out, what one was used for, and the points that this purchase has earned.
    assert {name for name, in kept} == {'TK-102', '15% for people nearby', 'Ten euro as a present', 'Trail Points'}
