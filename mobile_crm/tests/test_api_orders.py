import re
from datetime import datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..tools import order_id
from .common import MobileHttpCase
from .purchase_common import PurchaseCase


@tagged('-at_install', 'post_install')
class TestApiOrders(PurchaseCase, MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def _orders(self, client=None, **query):
        answer = (client or self.client).get('/orders', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json['items']

    def _only(self, **query):
        [order] = self._orders(**query)
        return order

    def _detail(self, **query):
        answer = self.client.get(f"/orders/{self._only(**query)['id']}")
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json

    # === LIST === #

    def test_a_purchase(self):
        order = self.confirmed(self.anna, [(self.product, 2), (self.mug, 1)], mobile_store_id=self.store_near.id)
        shown = self._only()
        self.assertEqual(
            {key: shown[key] for key in ('name', 'channel', 'status', 'store', 'total', 'line_count', 'offers')},
            {'name': order.name, 'channel': 'sale', 'status': 'confirmed',
             'store': {'id': self.store_near.id, 'name': "Brussels Store"},
             'total': {'amount': '208.00', 'currency': 'EUR'}, 'line_count': 2, 'offers': []})
        self.assertEqual(
            [(line['type'], line['product_id'], line['name'], line['quantity'], line['unit'],
              line['unit_price']['amount'], line['total']['amount'], line['returned']) for line in shown['lines']],
            [('product', self.product.id, "Rain Jacket", 2, 'Units', '100.00', '200.00', 0),
             ('product', self.mug.id, "Mug", 1, 'Units', '8.00', '8.00', 0)])

    def test_what_is_no_purchase(self):
        self.make_order(self.anna)
        self.make_order(self.anna).action_quotation_sent()
        self.make_order(self.anna).sudo()._action_cancel()
        self.assertEqual(self._orders(), [])

    def test_an_erased_customer_has_no_purchases(self):
        order = self.confirmed(self.anna)
        public_id = self._only()['id']
        self.env['mobile.eraser'].sudo()._erase(self.anna, self.company)
        self.assertTrue(order.exists(), "the books keep it")
        for path in ('/orders', f'/orders/{public_id}', f'/orders/{public_id}/receipt'):
            self.assertEqual(self.client.get(path).status, 401, path)
        # Who comes again with the same number is somebody new.
        self.assertEqual(self._orders(self.bens), [])
        again = self.env['mobile.purchase']._page(order.partner_id.sudo(), self.company, 20)
        self.assertNotIn(self.anna.name, str(again))

    def test_a_cancelled_order_is_shown_as_such(self):
        order = self.confirmed(self.anna)
        order._action_cancel()
        self.assertEqual(self._only()['status'], 'cancelled')
        order.action_draft()
        self.assertEqual(self._orders(), [], "it is a quotation again")

    def test_nobody_elses(self):
        self.confirmed(self.ben)
        firm = self.env['res.partner'].create({'name': "Firm", 'is_company': True})
        (self.anna + self.ben).parent_id = firm
        self.confirmed(firm)
        self.assertEqual(self._orders(), [], "neither a colleague's nor the firm's")
        bens = self._orders(self.bens)[0]['id']
        unknown = self.client.get('/orders/x' + bens[1:])
        theirs = self.client.get(f'/orders/{bens}')
        self.assertProblem(theirs, 404, 'not_found')
        for answer in (unknown, theirs):
            for key in ('request_id', 'instance'):
                answer.json.pop(key)
        self.assertEqual(unknown.json, theirs.json)
        for verb, path in (('GET', 'receipt'), ('POST', 'reorder')):
            self.assertProblem(
                self.client.request(verb, f'/orders/{bens}/{path}', json={} if verb == 'POST' else None),
                404, 'not_found')
        self.assertProblem(self.registered_phone().get('/orders'), 401, 'sign_in_required')

    def test_another_companys(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        self.env['sale.order'].with_company(other).create({
            'partner_id': self.anna.id, 'company_id': other.id,
            'order_line': [Command.create({'product_id': self.product.id})]}).action_confirm()
        self.assertEqual(self._orders(), [])

    def test_ids_tell_nothing(self):
        first, second = self.confirmed(self.anna), self.confirmed(self.anna)
        ids = [order['id'] for order in self._orders()]
        self.assertEqual(len(set(ids)), 2)
        for public_id in ids:
            self.assertRegex(public_id, r'^[A-Za-z0-9_-]{32}$')
            self.assertFalse({str(first.id), str(second.id)} & set(re.findall(r'\d+', public_id)))
        self.assertEqual(ids, [order['id'] for order in self._orders()], "and stay")
        for name in ('x', 'A' * 32, '~' * 32, str(first.id)):
            self.assertProblem(self.client.get(f'/orders/{name}'), 404, 'not_found')
        self.assertIsNone(order_id.decode(b'key', 'A' * 31 + '='), "one of the right length that is too short")

    def test_pages_while_orders_come(self):
        now = fields.Datetime.now()
        for hours in (1, 2, 2, 2, 3):
            self.confirmed(self.anna, date_order=now - timedelta(hours=hours))
        whole = [order['id'] for order in self._orders()]
        seen, cursor = [], None
        while True:
            page = self.client.get('/orders', limit=2, **({'cursor': cursor} if cursor else {})).json
            seen += [order['id'] for order in page['items']]
            cursor = page['next_cursor']
            if not cursor:
                break
            self.confirmed(self.anna)
        self.assertEqual(seen, whole)

    def test_a_page_takes_as_many_queries_however_long(self):
        for _number in range(2):
            self.confirmed(self.anna, [(self.product, 1)])
        self.env.flush_all()

        def queries(limit):
            self.env.invalidate_all()
            count = self.env.cr.sql_log_count
            Purchase = self.env['mobile.purchase'].with_user(self.anna_user)
            shopper = self.shopper(self.anna)
            Purchase._facts(shopper, Purchase._page(self.anna, self.company, limit))
            return self.env.cr.sql_log_count - count

        queries(1)
        few = queries(1)
        for number in range(8):
            product = self.env['product.product'].create({'name': f"Thing {number}", 'taxes_id': [Command.clear()]})
            self.confirmed(self.anna, [(product, 1), (self.mug, 1)])
        self.assertEqual(queries(20), few)

    def test_looking_for_one(self):
        self.box_of_mugs = self.confirmed(self.anna, [(self.mug, 1)], date_order=datetime(2026, 1, 10, 12))
        jacket = self.confirmed(
            self.anna, date_order=datetime(2026, 2, 10, 12), mobile_store_id=self.store_near.id)

        def found(**query):
            return [order['name'] for order in self._orders(**query)]

        self.mug.with_context(lang='en_US').name = "Mug"
        self.mug.barcode = '5901234123457'
        for text in ('mug', 'MU', '5901234123457', self.box_of_mugs.name.lower(), f'mug {self.box_of_mugs.name}'):
            self.assertEqual(found(q=text), [self.box_of_mugs.name], text)
        for text in ('brussels', 'jacket brussels', 'rain'):
            self.assertEqual(found(q=text), [jacket.name], text)
        for text in ('mug brussels', '%', '_', 'paris', "'"):
            self.assertEqual(found(q=text), [], text)
        self.assertEqual(found(**{'from': '2026-02-10T12:00:00Z'}), [jacket.name])
        self.assertEqual(found(to='2026-02-10T12:00:00Z'), [self.box_of_mugs.name])
        self.assertEqual(found(store_id=self.store_near.id), [jacket.name])
        self.assertEqual(found(store_id=self.store_far.id), [])
        self.assertProblem(self.client.get('/orders', **{
            'from': '2026-02-10T12:00:00Z', 'to': '2026-02-10T12:00:00Z'}), 422, 'invalid_request')

    def test_in_the_language_of_the_phone(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.mug.with_context(lang='fr_FR').name = "Tasse à café"
        self.confirmed(self.anna, [(self.mug, 1)])
        for text in ('café', 'CAFE', 'à'):
            answer = self.client.get('/orders', headers={'Accept-Language': 'fr'}, q=text)
            self.assertEqual([line['name'] for line in answer.json['items'][0]['lines']], ["Tasse à café"], text)

    # === WHAT IS ON IT === #

    def test_taxes_and_discounts_to_the_cent(self):
        tax = self.env['account.tax'].create({
            'name': "21%", 'amount': 21, 'company_id': self.company.id, 'country_id': self.company.country_id.id,
            'tax_group_id': self.env['account.tax.group'].create({
                'name': "VAT 21%", 'company_id': self.company.id,
                'country_id': self.company.country_id.id}).id})
        order = self.make_order(self.anna, [(self.mug, 3), (self.product, 1)]).sudo()
        order.order_line[0].write({'tax_ids': [Command.set(tax.ids)], 'price_unit': 8.33, 'discount': 10})
        order.action_confirm()
        shown = self._detail()
        self.assertEqual(shown['total']['amount'], f'{order.amount_total:.2f}')
        self.assertEqual(shown['untaxed']['amount'], f'{order.amount_untaxed:.2f}')
        self.assertEqual(shown['taxes'], [{
            'name': "VAT 21%", 'base': {'amount': '22.49', 'currency': 'EUR'},
            'amount': {'amount': f'{order.amount_tax:.2f}', 'currency': 'EUR'}}])
        mugs = shown['lines'][0]
        self.assertEqual((mugs['discount'], mugs['total']['amount'], mugs['unit_price']['amount']),
                         (10, f'{order.order_line[0].price_total:.2f}', '9.07'))

    def test_three_currencies(self):
        yen, dinar = self.env.ref('base.JPY'), self.env.ref('base.KWD')
        (yen + dinar).active = True
        for currency, price in ((yen, 1200), (dinar, 3.125)):
            pricelist = self.env['product.pricelist'].create({
                'name': currency.name, 'currency_id': currency.id, 'company_id': self.company.id})
            order = self.make_order(self.anna, [(self.mug, 1)]).sudo()
            order.pricelist_id = pricelist
            order.order_line.price_unit = price
            order.action_confirm()
        self.confirmed(self.anna, [(self.mug, 1)])
        self.assertEqual(
            {(order['total']['currency'], order['total']['amount'], order['lines'][0]['total']['amount'])
             for order in self._orders()},
            {('JPY', '1200', '1200'), ('KWD', '3.125', '3.125'), ('EUR', '8.00', '8.00')})

    def test_a_coupon_that_was_redeemed(self):
        card = self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True})
        order = self.make_order(self.anna).sudo()
        order._apply_program_reward(self.program.reward_ids, order._try_apply_code(card.code) and card)
        order.action_confirm()
        shown = self._only()
        self.assertEqual(shown['offers'], [{
            'id': card.mobile_uuid, 'title': self.program.name,
            'discount': {'amount': '30.00', 'currency': 'EUR'}}])
        reward = shown['lines'][-1]
        self.assertEqual((reward['type'], reward['product_id'], reward['total']['amount']), ('reward', None, '-30.00'))
        self.assertEqual(shown['total']['amount'], '170.00')

    def test_points_that_were_earned(self):
        program = self.env['loyalty.program'].create({
            'name': "Points", 'program_type': 'loyalty', 'company_id': self.company.id, 'applies_on': 'both',
            'trigger': 'auto', 'currency_id': self.company.currency_id.id,
            'rule_ids': [Command.clear(), Command.create({'reward_point_amount': 1, 'reward_point_mode': 'money'})]})
        order = self.make_order(self.anna).sudo()
        order._update_programs_and_rewards()
        order.action_confirm()
        card = self.env['loyalty.card'].search([('program_id', '=', program.id)])
        self.assertEqual(self._detail()['points'], [{
            'card_id': card.id, 'program': "Points", 'unit': 'points', 'earned': '200', 'spent': '0'}])
        card.partner_id = self.ben
        self.assertEqual(self._detail()['points'], [], "somebody else's card")

    def test_what_is_no_line(self):
        order = self.make_order(self.anna, [(self.mug, 1)]).sudo()
        order.order_line = [
            Command.create({'display_type': 'line_section', 'name': "Kitchen"}),
            Command.create({'display_type': 'line_note', 'name': "Please wrap it"}),
            Command.create({'product_id': self.product.id, 'product_uom_qty': 0, 'is_downpayment': True}),
            Command.create({'product_id': self.product.id, 'product_uom_qty': 0}),
        ]
        order.action_confirm()
        self.assertEqual([line['name'] for line in self._only()['lines']], ["Mug"])

    def test_a_product_that_is_gone(self):
        self.confirmed(self.anna, [(self.mug, 1), (self.product, 1)])
        self.mug.active = False
        self.product.mobile_published = False
        self.assertEqual([(line['product_id'], line['name']) for line in self._only()['lines']],
                         [(None, "Mug"), (None, "Rain Jacket")])

    def test_a_list_shows_the_first_lines(self):
        products = self.env['product.product'].create([
            {'name': f"Thing {number:02}", 'taxes_id': [Command.clear()]} for number in range(12)])
        self.confirmed(self.anna, [(product, 1) for product in products])
        shown = self._only()
        self.assertEqual((shown['line_count'], len(shown['lines'])), (12, 10))
        self.assertEqual([line['name'] for line in self._detail()['lines']], products.mapped('name'))

    def test_a_store_that_is_gone(self):
        self.confirmed(self.anna, mobile_store_id=self.store_near.id)
        self.store_near.active = False
        self.assertEqual(self._only()['store'], {'id': None, 'name': "Brussels Store"})

    def test_what_went_back(self):
        order = self.confirmed(self.anna, [(self.mug, 4), (self.product, 1)])
        invoice = order._create_invoices()
        invoice.action_post()
        note = invoice._reverse_moves()
        note.invoice_line_ids.filtered(lambda line: line.product_id == self.product).unlink()
        note.invoice_line_ids.quantity = 1
        note.action_post()
        shown = self._detail()
        self.assertEqual((shown['status'], [line['returned'] for line in shown['lines']]), ('partly_returned', [1, 0]))
        self.assertEqual([(refund['name'], refund['total']['amount']) for refund in shown['refunds']],
                         [(note.name, '8.00')])
        self.assertEqual((shown['refunded']['amount'], shown['total']['amount'], shown['invoices']),
                         ('8.00', '132.00', [invoice.name]))
        rest = invoice._reverse_moves()
        rest.invoice_line_ids.filtered(lambda line: line.product_id == self.mug).quantity = 3
        rest.action_post()
        self.assertEqual(self._only()['status'], 'returned')

    def test_contacts_that_are_merged(self):
        double = self.env['res.partner'].create({'name': "A. Peeters"})
        order = self.confirmed(double)
        self.env['base.partner.merge.automatic.wizard'].create({})._merge((double + self.anna).ids, self.anna)
        self.assertEqual([shown['name'] for shown in self._orders()], [order.name])

    def test_when_a_product_was_bought_last(self):
        path = f'/products/{self.mug.id}'
        self.confirmed(self.ben, [(self.mug, 1)])
        self.assertIsNone(self.client.get(path).json['last_bought_at'])
        self.confirmed(self.anna, [(self.mug, 1)], date_order=datetime(2026, 1, 10, 12))
        self.assertEqual(self.client.get(path).json['last_bought_at'], '2026-01-10T12:00:00Z')
        self.assertIsNone(self.registered_phone().get(path).json['last_bought_at'])

    # === AGAIN === #

    def _again(self, **body):
        answer = self.client.post(f"/orders/{self._only()['id']}/reorder", body)
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json

    def test_buying_it_again(self):
        order = self.make_order(self.anna, [(self.mug, 1), (self.mug, 1), (self.product, 3)]).sudo()
        order.order_line[0].product_uom_id = self.box
        order.order_line[0].price_unit = 42
        order.action_confirm()
        self.product.active = False
        again = self._again()
        self.assertEqual(
            [(item['product']['id'], item['quantity'], item['price_then']['amount']) for item in again['items']],
            [(self.mug.id, 7, '7.14')])
        self.assertEqual(again['unavailable'], [{
            'name': "Rain Jacket", 'reason': 'not_sold', 'text': "It is not sold here any more."}])

    def test_buying_again_what_was_kept(self):
        order = self.confirmed(self.anna, [(self.mug, 4), (self.product, 1)])
        invoice = order._create_invoices()
        invoice.action_post()
        note = invoice._reverse_moves()
        note.invoice_line_ids.filtered(lambda line: line.product_id == self.mug).quantity = 1
        note.action_post()
        self.assertEqual([(item['product']['id'], item['quantity']) for item in self._again()['items']],
                         [(self.mug.id, 3)])

    def test_on_a_shopping_list(self):
        def a_list(partner):
            return self.env['mobile.list'].create({
                'name': "Party", 'partner_id': partner.id, 'company_id': self.company.id, 'uuid': str(uuid4())})

        self.confirmed(self.anna, [(self.mug, 4)])
        own, theirs = a_list(self.anna), a_list(self.ben)
        path, headers = f"/orders/{self._only()['id']}/reorder", {'Idempotency-Key': 'again'}
        for _time in range(2):
            self.assertEqual(self.client.post(path, {'list_id': own.uuid}, headers=headers).status, 200)
        self.assertEqual([(line.product_id, line.quantity) for line in own.line_ids], [(self.mug, 4)])
        for uuid in (theirs.uuid, str(uuid4())):
            self.assertProblem(self.client.post(path, {'list_id': uuid}), 404, 'not_found')
        self.assertFalse(theirs.line_ids)

    def test_a_pinch_on_a_shopping_list(self):
        shopping_list = self.env['mobile.list'].create({
            'name': "Spices", 'partner_id': self.anna.id, 'company_id': self.company.id, 'uuid': str(uuid4())})
        order = self.confirmed(self.anna, [(self.mug, 1)])
        self.env.flush_all()
        self.env.cr.execute('UPDATE sale_order_line SET product_uom_qty = 0.0001 WHERE order_id = %s', [order.id])
        self.env.invalidate_all()
        self._again(list_id=shopping_list.uuid)
        self.assertEqual(shopping_list.line_ids.quantity, 0.001)

    # === RECEIPT === #

    def test_the_receipt(self):
        self.confirmed(self.anna)
        path = f"/orders/{self._only()['id']}/receipt"
        answer = self.client.get(path)
        self.assertEqual((answer.status, answer.headers['Content-Type']), (200, 'application/pdf'))
        self.assertTrue(answer.content.startswith(b'%PDF'))
        self.assertRegex(answer.headers['Content-Disposition'], r"^inline; filename\*=UTF-8''Receipt%20S\d+\.pdf$")
        again = self.client.get(path, headers={'If-None-Match': answer.headers['ETag']})
        self.assertEqual(again.status, 304)

    def test_the_invoice_as_it_was_sent(self):
        order = self.confirmed(self.anna)
        invoice = order._create_invoices()
        invoice.action_post()
        attachment = self.env['ir.attachment'].create({
            'name': "INV.pdf", 'raw': b'%PDF-1.4 sent', 'res_model': 'account.move', 'res_id': invoice.id,
            'res_field': 'invoice_pdf_report_file', 'mimetype': 'application/pdf'})
        invoice.invalidate_recordset()
        path = f"/orders/{self._only()['id']}/receipt"
        self.assertEqual(self.client.get(path).content, attachment.raw)
        note = invoice._reverse_moves()
        note.action_post()
        with patch.object(self.env.registry['ir.attachment'], '_to_http_stream', side_effect=AssertionError):
            self.assertNotEqual(self.client.get(path).content, attachment.raw, "the invoice is not all there is to say")
