import functools
import logging

from odoo import api, models
from odoo.tools import file_path, format_date, format_datetime, formatLang

from ..tools import receipt_sheet, right_to_left

_logger = logging.getLogger(__name__)


@functools.cache
def _say_what_is_missing():
    """Say it once."""
    _logger.info(
        "Receipts in Hebrew and Arabic have English labels: pip install python-bidi arabic-reshaper for their own.")


class MobilePurchase(models.AbstractModel):
    """Receipts, as PDF.

    Where Odoo has made and kept an invoice for the whole order, that is the receipt. Else one is drawn here, which
    needs no program beside Odoo.
    """

    _inherit = 'mobile.purchase'

    # === BUSINESS METHODS === #

    @api.model
    def _receipt(self, shopper, head):
        """Return the receipt of one order, in the language of the request.

        :param Shopper shopper: the caller, whose order it is.
        :return: the document, and what it is called.
        :rtype: tuple[bytes, str]
        """
        facts = self._whole(shopper, head)
        # Its file may be lost.
        if kept := facts.detail.document.raw:
            return kept, facts.detail.document.name
        fonts = {name: tuple(map(file_path, paths)) for name, paths in receipt_sheet.FONTS.items()}
        receipt = self._writing()._receipt_texts(shopper, facts)
        return receipt_sheet.pdf(receipt, fonts), f'{receipt.title.replace("/", "-")}.pdf'

    @api.model
    def _writing(self):
        """Return the model in the language of the labels: the request's, or English where that cannot be written."""
        if self._is_rtl() and not right_to_left.is_available():
            _say_what_is_missing()
            return self.with_context(lang='en_US')
        return self

    @api.model
    def _is_rtl(self):
        return self.env['res.lang']._lang_get(self.env.lang or 'en_US').direction == 'rtl'

    @api.model
    def _receipt_texts(self, shopper, facts):
        """Return what is written on a receipt.

        :rtype: receipt_sheet.Receipt
        """
        head, detail, company = facts.head, facts.detail, shopper.company
        title = {
            'cancelled': self.env._("Cancelled Order %s", head.name),
            'refund': self.env._("Refund %s", head.name),
        }.get(head.status) or self.env._("Receipt %s", head.name)
        totals = [(self.env._("Untaxed"), self._money(detail.untaxed, facts), False)]
        totals += [
            (self.env._("%(tax)s on %(base)s", tax=tax.name, base=self._money(tax.base, facts)),
             self._money(tax.amount, facts), False) for tax in detail.taxes]
        totals.append((self.env._("Total"), self._money(head.total, facts), True))
        totals += [
            (self.env._("Given back on %(date)s (%(number)s)", date=format_date(self.env, refund.date),
                        number=refund.name), self._money(-refund.total, facts), False) for refund in detail.refunds]
        return receipt_sheet.Receipt(
            title=title,
            seller=self._seller(company),
            facts=self._receipt_facts(shopper, facts),
            headings=[self.env._("Product"), self.env._("Quantity"), self.env._("Price"), self.env._("Total")],
            lines=[self._receipt_line(line, facts) for line in facts.lines],
            totals=totals,
            notes=self._receipt_notes(facts),
            is_rtl=self._is_rtl())

    @api.model
    def _receipt_facts(self, shopper, facts):
        """Return what is said above the lines, as (label, text)."""
        head = facts.head
        store = self.env['mobile.store'].sudo().browse(head.store_id or ())
        # As the clock on the wall said where it was bought.
        zone = store.tz or shopper.partner.tz or shopper.company.resource_calendar_id.tz or 'UTC'
        when = format_datetime(self.env, head.date, tz=zone, dt_format='short')
        told = [(self.env._("Date"), when)]
        if store:
            told.append((self.env._("Store"), ', '.join(filter(None, (store.name, store.street, store.city)))))
        told.append((self.env._("Customer"), shopper.partner.name))
        if facts.detail.invoices:
            told.append((self.env._("Invoice"), ', '.join(facts.detail.invoices)))
        return told

    @api.model
    def _seller(self, company):
        """Return what a receipt says of who sells."""
        partner = company.partner_id
        address = partner._display_address(without_company=True).split('\n')
        numbers = [
            company.vat and f"{company.country_id.vat_label or self.env._('Tax ID')}: {company.vat}",
            company.company_registry and self.env._("Company ID: %s", company.company_registry),
            company.phone, company.email, company.website]
        return [company.name, *(line.strip() for line in address if line.strip()), *filter(None, numbers)]

    @api.model
    def _receipt_line(self, line, facts):
        details = facts.details.get(line.product_id)
        name = details.name if details and line.type in ('product', 'part') else line.name
        if line.discount:
            name = self.env._("%(product)s, %(discount)s%% off", product=name, discount=f'{line.discount:.6g}')
        if line.returned:
            name = self.env._("%(product)s (%(quantity)s of them went back)", product=name,
                              quantity=f'{line.returned:.6g}')
        quantity = formatLang(self.env, line.quantity, digits=0 if line.quantity == int(line.quantity) else 3)
        return (name, ' '.join(filter(None, (quantity, facts.units.get(line.uom_id)))),
                self._money(line.total / line.quantity, facts), self._money(line.total, facts))

    @api.model
    def _receipt_notes(self, facts):
        """Return the small print: what became of points, and what this paper is not."""
        notes = []
        for earning in facts.earnings:
            program = earning.card.program_id.name
            if earning.issued:
                notes.append(self.env._(
                    "%(program)s: %(points)s earned", program=program,
                    points=earning.card._format_points(earning.issued)))
            if earning.used:
                notes.append(self.env._(
                    "%(program)s: %(points)s spent", program=program, points=earning.card._format_points(earning.used)))
        if not facts.detail.invoices:
            notes.append(self.env._("This receipt is no invoice. Ask for one where you need it for your taxes."))
        return notes

    @api.model
    def _money(self, amount, facts):
        return formatLang(self.env, facts.currency.round(amount) + 0.0, currency_obj=facts.currency)
