from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import escape_psql, format_amount, format_time, formatLang

from ..tools import exit_pass, order_id
from .mobile_basket_check import GROUP

CHANNEL = 'mobile_crm.exit'
# Of what is scanned no more is looked at.
MAX_LENGTH = 500
# How a result looks: go, wait, stop.
TONES = {'ok': 'success', 'audit_passed': 'success', 'audit': 'warning', 'expired': 'warning'}


class MobileExitScreen(models.AbstractModel):
    """What staff of stores see and do on their own phone: approve what needs them, and let customers out.

    They need no rights on orders. Each method asks who calls, narrows to stores of the companies that they work in, and
    runs elevated then. It tells what was bought and not by whom: that is nobody's business at the door.
    """

    _name = 'mobile.exit.screen'
    _description = "Screen for Scan & Go"

    # === WHAT THE SCREEN CALLS === #

    @api.model
    def get_state(self, store_id=None):
        """Return the stores that the caller can choose, and what waits in one of them.

        :param int store_id: the one that was chosen before; without it, the one that the caller is in charge of.
        :rtype: dict
        """
        stores = self._stores()
        store = (stores.filtered(lambda store: store.id == store_id)
                 or stores.filtered(lambda store: store.user_id == self.env.user) or stores)[:1]
        checks = self.env['mobile.basket.check']._waiting(store)
        return {
            'stores': [{'id': one.id, 'name': one.name} for one in stores],
            'store_id': store.id,
            'baskets': [self._basket(basket, own) for basket, own in checks.grouped('basket_id').items()],
        }

    @api.model
    def look_up(self, store_id, text):
        """Tell what the caller has scanned or typed: an exit pass or its code, a basket or its number.

        A pass that is good lets its customer out by this call.

        :rtype: dict
        """
        store, text = self._store(store_id), (text or '').strip()[:MAX_LENGTH]
        if found := self._find_pass(store.company_id, text):
            return self._answer(found._show(store, user=self.env.user))
        if basket := self._find_basket(store.company_id, text):
            return {'kind': 'basket', 'basket_id': basket.id, 'name': basket.order_id.name,
                    'store': basket.store_id.name, 'is_here': basket.store_id == store,
                    'checks': len(basket.check_ids.filtered(lambda check: check.state == 'open'))}
        return {'kind': 'unknown', 'tone': 'danger', 'title': self.env._("Not valid"),
                'detail': self.env._("This is no exit pass of ours, and no basket. Do not let anybody out by it.")}

    @api.model
    def renew(self, store_id, pass_id):
        """Give a customer a new pass in the place of one that is over; their phone shows it when it asks again."""
        store, old = self._store(store_id), self._pass(pass_id)
        if old.store_id != store or old._is_taken_back() or not (new := old._renew()):
            raise UserError(self.env._("There is no new pass for this purchase."))
        return {'kind': 'renewed', 'tone': 'success', 'title': self.env._("New pass"), 'detail': self.env._(
            "Valid until %s. The customer's phone shows it as soon as it asks again.",
            format_time(self.env, new.expires_at, tz=store.tz, time_format='short'))}

    @api.model
    def find_product(self, store_id, barcode):
        """Return the product that somebody has scanned while counting, or False."""
        store = self._store(store_id)
        text = (barcode or '').strip()[:MAX_LENGTH]
        scanned = self.env['mobile.catalogue'].sudo()._by_code(store.company_id, [text]).get(text)
        if not scanned:
            return False
        product = self.env['product.product'].sudo().browse(scanned.product_id)
        return {'product_id': product.id, 'name': product.display_name}

    @api.model
    def close_audit(self, store_id, pass_id, found, note=None):
        """Note what a colleague has counted.

        :param list found: of ``{"product_id", "pieces"}``.
        :rtype: dict
        """
        store, shown = self._store(store_id), self._pass(pass_id)
        if shown.store_id != store:
            raise UserError(self.env._("The goods were bought in another store."))
        counts = {int(row['product_id']): max(0, int(row['pieces'])) for row in found}
        return self._answer(shown._close_audit(self.env.user, store, counts, note))

    # === WHO AND WHERE === #

    @api.model
    def _stores(self):
        """Return the stores of the companies in which the caller works now; elevated.

        :raise AccessError: for who is none of the stores' staff.
        """
        if not self.env.user.has_group(GROUP):
            raise AccessError(self.env._("Only staff of stores approve what customers scan."))
        return self.env['mobile.store'].sudo().search([('company_id', 'in', self.env.companies.ids)])

    @api.model
    def _store(self, store_id):
        store = self._stores().filtered(lambda store: store.id == store_id)
        if not store:
            raise UserError(self.env._("Choose a store."))
        return store

    @api.model
    def _pass(self, pass_id):
        found = self.env['mobile.exit.pass'].sudo().search([
            ('id', '=', pass_id), ('company_id', 'in', self.env.companies.ids)])
        if not found:
            raise UserError(self.env._("There is no such pass."))
        return found

    # === WHAT WAS SCANNED === #

    @api.model
    def _find_pass(self, company, text):
        """Return the pass that a text is or names; by an order's number too, where a phone has no power any more."""
        Pass = self.env['mobile.exit.pass'].sudo()
        if found := Pass._read(company, text):
            return found
        if (code := exit_pass.normalize(text)) and (found := Pass._by_code(company, code)):
            return found
        return Pass.search([
            ('company_id', '=', company.id), ('state', '!=', 'void'),
            ('order_id.name', '=ilike', escape_psql(text))], limit=1)

    @api.model
    def _find_basket(self, company, text):
        """Return the basket that a customer's phone shows, or whose number they tell."""
        Purchase, Basket = self.env['mobile.purchase'], self.env['mobile.basket'].sudo()
        open_baskets = [('company_id', '=', company.id), ('state', '=', 'open')]
        kind, number = order_id.decode(Purchase._key(), text) or (None, 0)
        if kind == Purchase._sources()['sale']:
            return Basket.search([*open_baskets, ('order_id', '=', number)])
        return Basket.search([*open_baskets, ('order_id.name', '=ilike', escape_psql(text))], limit=1)

    # === WHAT IS SHOWN === #

    @api.model
    def _basket(self, basket, checks):
        """Return what waits in one basket.

        :param checks: ``mobile.basket.check``, elevated.
        """
        return {
            'id': basket.id,
            'name': basket.order_id.name,
            'checks': [{
                'id': check.id,
                'reason': check.reason,
                'product': check.product_id.display_name,
                'product_id': check.product_id.id,
                'quantity': check.quantity,
                'amount': self._quantity(check.quantity, check.uom_id),
                'unit': check.uom_id.name,
                'min_age': check.min_age,
            } for check in checks],
        }

    @api.model
    def _answer(self, row):
        """Return what staff see of a pass that was shown.

        :param row: ``mobile.exit``, elevated.
        """
        shown = row.pass_id
        titles = {
            'ok': self.env._("Goodbye!"), 'audit': self.env._("Please count"), 'repeated': self.env._("Already used"),
            'expired': self.env._("Too late"), 'wrong_store': self.env._("Bought elsewhere"),
            'refunded': self.env._("Taken back"), 'audit_passed': self.env._("All right"),
            'audit_failed': self.env._("Something is wrong")}
        return {
            'kind': 'pass',
            'result': row.result,
            'tone': TONES.get(row.result, 'danger'),
            'title': titles[row.result],
            'detail': self._detail(row),
            'pass_id': shown.id,
            'order': shown.order_id.name,
            'code': exit_pass.grouped(shown.code),
            'total': format_amount(self.env, shown.amount, shown.currency_id),
            'pieces': shown.item_count,
            # Which goods are told where there is something to compare them with.
            'goods': [{
                'product_id': goods.product.id,
                'name': goods.product.display_name,
                'amount': self._quantity(goods.quantity, goods.uom),
                'pieces': goods.pieces,
            } for goods in shown._goods(shown.order_id)] if row.result not in ('wrong_store',) else [],
            'can_renew': row.result == 'expired' and shown.state == 'open',
        }

    @api.model
    def _detail(self, row):
        shown, tz = row.pass_id, row.store_id.tz

        def clock(moment):
            return format_time(self.env, moment, tz=tz, time_format='short')

        if row.result == 'repeated':
            return self.env._(
                "Somebody has left with this pass at %s. It may be a picture of another customer's phone.",
                clock(shown.left_at))
        if row.result == 'expired':
            if shown.state == 'void':
                return self.env._("The customer has a newer pass. Let them open the purchase in the app again.")
            return self.env._(
                "Paid at %(paid)s, valid until %(until)s. Look at the goods, and give the customer a new pass.",
                paid=clock(shown.issued_at), until=clock(shown.expires_at))
        if row.result == 'audit_failed':
            return ' '.join(filter(None, (
                row.missing and self.env._("Paid, and not there: %s.", row.missing),
                row.extra and self.env._("There, and not paid: %s.", row.extra))))
        return {
            'ok': self.env._("Paid at %s.", clock(shown.issued_at)),
            'audit': self.env._("A short look at the goods, then the customer can go."),
            'audit_passed': self.env._("The customer can go."),
            'wrong_store': self.env._("This was paid at %s.", shown.store_id.name),
            'refunded': self.env._("The money was given back, or the purchase was cancelled."),
        }[row.result]

    @api.model
    def _quantity(self, quantity, uom):
        digits = 0 if quantity == int(quantity) else self.env['decimal.precision'].precision_get('Product Unit')
        piece = self.env.ref('uom.product_uom_unit', raise_if_not_found=False)
        return f'{formatLang(self.env, quantity, digits=digits)} {"x" if uom == piece else uom.name or ""}'.strip()

    # === TELLING SCREENS === #

    @api.model
    def _tell(self, stores):
        """Let the screens of some stores look again. Nothing is told but where."""
        for store in stores:
            self.env['bus.bus']._sendone((store.company_id, CHANNEL), CHANNEL, {'store_id': store.id})
