from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .mobile_gate import Gate

# Seeds of hashes that have nothing to do with each other; ids of campaigns stay below them.
GLOBAL_HOLDOUT_SEED = 1 << 40
VARIANT_SEED = 1 << 41


class MobileGate(models.AbstractModel):
    """The gates of where the customer stands: in the audience, with the books, with what came before; and the draw of
    control groups and variants.
    """

    _inherit = 'mobile.gate'

    @api.model
    def _not_in_audience(self, question):
        gates = [Gate('not_in_audience', SQL('NOT partner.active'))]
        for campaign in question.campaigns:
            domain = campaign._audience()
            if not domain.is_true():
                # Joined and not asked for one by one: PostgreSQL may begin at either end.
                audience = SQL.identifier(f'audience_{campaign.id}')
                gates.append(Gate(
                    'not_in_audience',
                    SQL('candidate.campaign_id = %s AND %s.id IS NULL', campaign.id, audience),
                    SQL('LEFT JOIN %s AS %s ON candidate.campaign_id = %s AND %s.id = candidate.partner_id',
                        campaign._audience_partners().sudo()._search(domain).subselect(), audience, campaign.id,
                        audience)))
        return gates

    # === THE BOOKS === #

    @api.model
    def _owing(self, question):
        """Return the gates of customers whose company owes: in dispute, or overdue."""
        companies = question.campaigns.company_id.sudo().filtered('mobile_withhold_unpaid')
        if not companies:
            return []
        overdue = SQL('CASE line.company_id %s END', SQL(' ').join(
            SQL('WHEN %s THEN %s::date', company.id, question.now.date() - timedelta(days=company.mobile_overdue_days))
            for company in companies))
        # Both are read at once, by Odoo's index of what is not paid. What accountants mark as in dispute is an invoice
        # whose payment is blocked, or that is kept out of follow-ups.
        books = SQL(
            """LEFT JOIN LATERAL (
                   SELECT bool_or(invoice.payment_state = 'blocked' OR line.no_followup) AS in_dispute,
                          bool_or(line.date_maturity < %s) AS is_overdue
                     FROM account_move_line line
                     JOIN account_move invoice ON invoice.id = line.move_id
                    WHERE line.partner_id = partner.commercial_partner_id AND line.company_id = campaign.company_id
                      AND line.company_id IN %s AND line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
                      AND line.amount_residual > 0 AND line.account_id = ANY(ARRAY(
                          SELECT id FROM account_account WHERE account_type = 'asset_receivable'))
                      AND invoice.move_type IN ('out_invoice', 'out_receipt')) books ON TRUE""",
            overdue, tuple(companies.ids))
        return [Gate('in_dispute', SQL('books.in_dispute'), books), Gate('overdue', SQL('books.is_overdue'))]

    # === WHAT CAME BEFORE === #

    @api.model
    def _cooldown(self, question):
        return SQL("earlier.decided_at > %s - campaign.cooldown_hours * interval '1 hour'", question.now)

    @api.model
    def _store_cooldown(self, question):
        # Whatever the campaign: at each store a customer is left in peace for a while.
        campaigns = question.campaigns.filtered('store_cooldown_hours')
        return campaigns and SQL(
            """campaign.store_cooldown_hours > 0 AND candidate.store_id IS NOT NULL AND EXISTS (
                   SELECT FROM mobile_decision told
                    WHERE told.partner_id = candidate.partner_id AND told.company_id = campaign.company_id
                      AND told.store_id = candidate.store_id AND told.outcome = 'sent'
                      AND told.decided_at > %s - campaign.store_cooldown_hours * interval '1 hour')""", question.now)

    # === CONTROL GROUPS AND VARIANTS === #

    @api.model
    def _held(self, question):
        """Return the control group that the customer of a candidate is in, as the reason, or NULL.

        It is no gate, and asked about after all of them, budgets too: who is held out would have got the offer. So
        those who got it and those who did not differ by chance alone. It is sticky: a hash of the customer and the
        campaign, or the company, puts the same ones aside every time; a larger share keeps those of the smaller one.
        """
        companies = question.campaigns.company_id.sudo().filtered('mobile_holdout_percent')
        whens = [
            SQL("""WHEN campaign.company_id = %s
                    AND abs(hashint8extended(candidate.partner_id, %s) %% 100) < %s THEN 'global_holdout'""",
                company.id, GLOBAL_HOLDOUT_SEED + company.id, company.mobile_holdout_percent) for company in companies]
        if any(question.campaigns.mapped('holdout_percent')):
            whens.append(SQL(
                """WHEN abs(hashint8extended(candidate.partner_id, candidate.campaign_id) %% 100)
                        < campaign.holdout_percent THEN 'holdout'"""))
        return SQL('CASE %s END', SQL(' ').join(whens)) if whens else SQL('NULL')

    @api.model
    def _variant(self, question):
        """Return which variant of the campaign the customer of a row of ``candidate`` gets, or NULL.

        Weighted rendezvous hashing (Thaler and Ravishankar 1998; the logarithm is of Schindelhauer and Schomaker 2005):
        each variant draws a number for each customer, and the smallest divided by its weight wins. When a weight
        changes, customers move to or from that variant alone, as few as the new proportions ask for.
        """
        variants = question.campaigns.variant_ids.filtered('weight')
        if not variants:
            return SQL('NULL::integer')
        # Half of 2^53 steps: never 0, whose logarithm is none.
        return SQL(
            """(SELECT variant.id
                  FROM (VALUES %s) variant(campaign_id, id, weight)
                 WHERE variant.campaign_id = candidate.campaign_id
                 ORDER BY -ln(((hashint8extended(candidate.partner_id, %s + variant.id) & %s) + 0.5::float8) / %s)
                          / variant.weight, variant.id
                 LIMIT 1)""",
            SQL(', ').join(
                SQL('(%s, %s, %s)', variant.campaign_id.id, variant.id, variant.weight) for variant in variants),
            VARIANT_SEED, (1 << 53) - 1, float(1 << 53))
