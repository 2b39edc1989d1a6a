from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import wallet_watch
from ..tools.racing import execute_racing

# Phones on which one pass may be; Apple's share it with a watch and a tablet. Later ones take the place of the first.
MOST_PHONES = 20
# A pass that ended so long ago is not looked after any more.
KEEP_ENDED = timedelta(days=90)
# Registrations that are looked at in one transaction.
BATCH = 200
# In place of a phone's id: Google keeps its objects itself.
GOOGLE = 'google'


class MobileWalletRegistration(models.Model):
    """A pass in somebody's wallet, which is told when it says something else.

    Of Apple Wallet it is one on a phone, as the phone has registered it. Of Google Wallet it is Google's object, since
    a link to it was given.
    """

    _name = 'mobile.wallet.registration'
    _description = "Pass in a Wallet"
    _order = 'id desc'
    _rec_name = 'serial'
    _log_access = False

    wallet = fields.Selection(
        selection=[('apple', "Apple Wallet"), ('google', "Google Wallet")], required=True, readonly=True)
    app_id = fields.Many2one(
        comodel_name='mobile.app', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True, ondelete='cascade')
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    card_id = fields.Many2one(
        string="Coupon", comodel_name='loyalty.card', readonly=True, index='btree_not_null', ondelete='cascade',
        help="Empty for the member card.")
    serial = fields.Char(string="Number", required=True, readonly=True)
    library_id = fields.Char(
        string="Phone's Wallet", required=True, readonly=True, help="As the phone calls itself to the pass's shop.")
    push_token = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    google_class = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    registered_at = fields.Datetime(string="Since", required=True, readonly=True)
    changed_at = fields.Datetime(string="Last Change", required=True, readonly=True)
    revision = fields.Integer(
        required=True, readonly=True, aggregator=None, help="Counts the changes of all passes, by which phones ask.")
    digest = fields.Char(string="Fingerprint", readonly=True, groups=fields.NO_ACCESS)
    looked_at = fields.Datetime(readonly=True, help="When it was last worked out what the pass says.")
    ends_at = fields.Datetime(string="Ends", readonly=True, help="When the pass is worth nothing any more.")
    is_due = fields.Boolean(string="To Be Told", required=True, readonly=True, default=False)
    tries = fields.Integer(required=True, readonly=True, default=0, aggregator=None)
    retry_at = fields.Datetime(readonly=True)

    _once = models.UniqueIndex('(library_id, serial)')
    _serial_idx = models.Index('(serial)')
    _due_idx = models.Index('(retry_at, id) WHERE is_due')
    _ended_idx = models.Index('(ends_at) WHERE looked_at < ends_at')
    _ends_idx = models.Index('(ends_at) WHERE ends_at IS NOT NULL')

    def init(self):
        wallet_watch.watch(self.env.cr)

    # === BUSINESS METHODS: what phones say === #

    @api.model
    def _enrol(self, app, partner, card, library_id, push_token, serial=None):
        """Remember that a pass is on a phone.

        :param str serial: of the pass, where it is known.
        :return: whether it is new.
        :rtype: bool
        """
        serial = serial or self.env['mobile.wallet']._serial(app, partner, card)
        return self._keep('apple', app, partner, card, serial, library_id, push_token=push_token)

    @api.model
    def _keep(self, wallet, app, partner, card, serial, library_id, push_token=None, google_class=None):
        now = fields.Datetime.now()
        self.flush_model()
        rows = execute_racing(self.env, SQL(
            """INSERT INTO mobile_wallet_registration (
                      wallet, app_id, company_id, partner_id, card_id, serial, library_id, push_token, google_class,
                      registered_at, changed_at, revision, is_due, tries)
               VALUES (%(wallet)s, %(app)s, %(company)s, %(partner)s, %(card)s, %(serial)s, %(library)s, %(token)s,
                       %(class)s, %(now)s, %(now)s,
                       (SELECT COALESCE(max(revision), 0) FROM mobile_wallet_registration), FALSE, 0)
               ON CONFLICT (library_id, serial) DO UPDATE
                       SET push_token = EXCLUDED.push_token, google_class = EXCLUDED.google_class, tries = 0
            RETURNING id, (xmax = 0)""",
            wallet=wallet, app=app.id, company=app.company_id.id, partner=partner.id, card=card.id or None if card else
            None, serial=serial, library=library_id, token=push_token, **{'class': google_class}, now=now))
        [(row_id, is_new)] = rows
        # What has changed between the making of the pass and this is found by looking once.
        self.env.cr.execute(SQL('INSERT INTO mobile_wallet_change (registration_id) VALUES (%s)', row_id))
        if is_new and wallet == 'apple':
            self.env.cr.execute(SQL(
                """DELETE FROM mobile_wallet_registration WHERE id IN (
                          SELECT id FROM mobile_wallet_registration WHERE serial = %s AND wallet = 'apple'
                        ORDER BY id DESC OFFSET %s)""", serial, MOST_PHONES))
        self.invalidate_model()
        return is_new

    @api.model
    def _leave(self, serial, library_id):
        """Forget that a pass is on a phone."""
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_wallet_registration WHERE library_id = %s AND serial = %s', library_id, serial))
        self.invalidate_model()

    @api.model
    def _changed_since(self, library_id, pass_type, revision):
        """Return the numbers of the passes on a phone that have changed, and up to which revision that is.

        :param int revision: what was told last; -1 for all passes.
        :rtype: tuple[list[str], int] | None
        """
        found = self.sudo().search(
            Domain([('library_id', '=', library_id), ('wallet', '=', 'apple'), ('revision', '>', revision)])
            & Domain('app_id.wallet_apple_pass_type', '=', pass_type), order='id')
        return (found.mapped('serial'), max(found.mapped('revision'))) if found else None

    @api.model
    def _unchanged_since(self, app, partner, card, serial):
        """Return since when a pass says what it says (naive UTC), or None when it has just changed or nobody knows."""
        row = self.search([('serial', '=', serial), ('wallet', '=', 'apple')], order='changed_at desc', limit=1)
        if not row.digest:
            return None
        content = self.env['mobile.wallet']._content(app, partner, card, serial=serial)
        return row.changed_at if content.digest() == row.digest else None

    # === CRON METHODS === #

    @api.model
    def _cron_follow(self):
        """Find the passes that say something else now, and tell the wallets."""
        while done := self._take_changes() or self._take_ended():
            if not self.env['ir.cron']._commit_progress(done):
                return
        self.env['mobile.wallet.sender']._send_due()

    @api.model
    def _cron_forget(self):
        """Forget passes that ended long ago."""
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_wallet_registration WHERE ends_at < %s', fields.Datetime.now() - KEEP_ENDED))
        self.invalidate_model()

    @api.model
    def _take_changes(self):
        """Look at some of the passes that may have changed.

        :return: how many changes were taken.
        """
        rows = self.env.execute_query(SQL(
            """DELETE FROM mobile_wallet_change WHERE id IN (
                      SELECT id FROM mobile_wallet_change WHERE due_at IS NULL OR due_at <= %s
                    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING registration_id, app_id, serial, google_class""", fields.Datetime.now(), BATCH))
        self.invalidate_model()
        self.browse({row[0] for row in rows if row[0]}).exists()._look()
        retired = [row[1:] for row in rows if not row[0]]
        if retired:
            self.env['mobile.wallet.sender']._retire(retired)
        return len(rows)

    @api.model
    def _take_ended(self):
        """Look at some of the passes whose time is over, once."""
        rows = self.env.execute_query(SQL(
            """SELECT id FROM mobile_wallet_registration WHERE ends_at <= %s AND looked_at < ends_at
             ORDER BY ends_at LIMIT %s""", fields.Datetime.now(), BATCH))
        self.browse(row[0] for row in rows)._look()
        return len(rows)

    def _look(self):
        """Note which of these passes say something else than when they were looked at."""
        now, revision = fields.Datetime.now(), None
        for row in self:
            partner = row.partner_id
            content = self.env['mobile.wallet'].with_context(lang=partner.lang or self.env.lang)._content(
                row.app_id, partner, row.card_id, serial=row.serial)
            digest = content.digest()
            if digest == row.digest:
                self.env.cr.execute(SQL(
                    'UPDATE mobile_wallet_registration SET looked_at = %s WHERE id = %s', now, row.id))
                continue
            revision = revision or int(self.env['ir.sequence'].sudo().next_by_code('mobile.wallet.revision'))
            # What a phone has just fetched is told anew only where it was redeemed on its way.
            is_due = bool(row.digest) or (row.wallet == 'apple' and content.state != 'active')
            self.env.cr.execute(SQL(
                """UPDATE mobile_wallet_registration
                      SET digest = %s, ends_at = %s, looked_at = %s, revision = %s, is_due = is_due OR %s, tries = 0,
                          retry_at = NULL, changed_at = CASE WHEN %s THEN GREATEST(
                              %s, changed_at + interval '1 second') ELSE changed_at END
                    WHERE id = %s""",
                digest, content.ends_at, now, revision if is_due else row.revision, is_due, is_due, now, row.id))
        self.invalidate_recordset()
