"""Two workers answer the purchases of many customers at once: each is answered once, and none is left over."""

SET_UP = """
import uuid
from odoo.fields import Command
company = env.company
app = env['mobile.app'].create({{'name': 'Occasions', 'company_id': company.id}})
program = env['loyalty.program'].create({{
    'name': 'Occasions', 'program_type': 'coupons', 'company_id': company.id, 'applies_on': 'current',
    'trigger': 'with_code', 'rule_ids': [Command.clear()],
    'reward_ids': [Command.clear(), Command.create({{
        'reward_type': 'discount', 'discount': 10, 'discount_applicability': 'order', 'required_points': 1}})]}})
campaign = env['mobile.campaign'].create({{
    'name': 'Occasions', 'company_id': company.id, 'program_id': program.id, 'trigger': 'purchase',
    'message_title': 'Thank you', 'budget_coupons': {count} - 5}})
campaign.action_start()
product = env['product.product'].create({{'name': 'Umbrella'}})
for number in range({count}):
    device = env['mobile.device']._register_install(app, str(uuid.uuid4()), {{'platform': 'android'}})[0]
    user = env['res.users']._mobile_sign_in(device, 'sms', f'+3247{{number:07}}')
    device._sign_in(user)
    env['mobile.consent']._append(user.partner_id, company, {{'profiling': True}}, 'device', device_uuid=device.uuid)
    env['sale.order'].create({{'partner_id': user.partner_id.id, 'company_id': company.id, 'order_line': [
        Command.create({{'product_id': product.id}})]}}).action_confirm()
assert env['mobile.occasion'].search_count([]) == {count}
env.cr.commit()
"""

WORK = """
import threading
from unittest.mock import patch
from odoo import SUPERUSER_ID, api
from odoo.addons.mobile_crm.models import mobile_occasion

def work():
    barrier.wait()
    for _round in range(200):
        with env.registry.cursor() as cr:
            Occasion = api.Environment(cr, SUPERUSER_ID, {})['mobile.occasion']
            Occasion._cron_answer()
            if not Occasion.search_count([]):
                return
    raise AssertionError('occasions are left over')

failed = []
threading.excepthook = failed.append
barrier = threading.Barrier(2)
with patch.object(mobile_occasion, 'BATCH', 5):
    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
assert not failed, failed
"""


def test_two_workers_answer_each_purchase_once(odoo_cli, full):
    count = 1_000 if full else 30
    odoo_cli.fresh('full')
    odoo_cli.shell(SET_UP.format(count=count))
    odoo_cli.shell(WORK)
    assert odoo_cli.query('SELECT count(*) FROM mobile_occasion')[0][0] == 0
    outcomes = dict(odoo_cli.query(
        "SELECT reason, count(DISTINCT partner_id) FROM mobile_decision WHERE cause LIKE 'order:%' GROUP BY reason"))
    assert outcomes == {'passed': count - 5, 'budget_spent': 5}
    assert odoo_cli.query("""
        SELECT budget_used, (SELECT count(*) FROM mobile_decision WHERE campaign_id = campaign.id),
               (SELECT count(*) FROM loyalty_card WHERE mobile_campaign_id = campaign.id),
               (SELECT count(DISTINCT partner_id) FROM loyalty_card WHERE mobile_campaign_id = campaign.id)
          FROM mobile_campaign campaign WHERE name = 'Occasions'""") == [(count - 5, count, count - 5, count - 5)]
