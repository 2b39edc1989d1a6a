import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import apns, fcm, wallet_apple, wallet_google
from ..tools.push_account import SignInError
from ..tools.transport import Failure, exchange, has_http2

_logger = logging.getLogger(__name__)

# Passes that are told in one go, and how often it is tried for each.
BATCH = 500
MOST_TRIES = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
#: Seconds for one answer, and until the last request begins.
TIMEOUT, LAST_BEGIN = 15, 60


class MobileWalletSender(models.AbstractModel):
    """Tells wallets that passes say something else now.

    Apple's phones get an empty push and fetch the pass; Google gets the new object. Telling twice does no harm, so what
    nobody knows to have arrived is told again.
    """

    _name = 'mobile.wallet.sender'
    _description = "Sender to Wallets"

    @api.model
    def _send_due(self):
        """Tell the wallets of all passes that have changed, for whom it is time."""
        Registrations = self.env['mobile.wallet.registration']
        while due := Registrations.search([
                ('is_due', '=', True), '|', ('retry_at', '=', False), ('retry_at', '<=', fields.Datetime.now()),
                ], limit=BATCH, order='retry_at, id'):
            for (app, wallet), rows in due.grouped(lambda row: (row.app_id, row.wallet)).items():
                told, dead, failed = getattr(self, f'_send_{wallet}')(app, rows)
                self._write_down(told, dead, failed)
                if failed:
                    _logger.info("%s of %s passes could not be told (%s)", len(failed), len(rows), wallet)
            Registrations.invalidate_model()
            if not self.env['ir.cron']._commit_progress(len(due)):
                return

    @api.model
    def _write_down(self, told, dead, failed):
        """Keep what became of passes, by the ids of their registrations."""
        if told:
            self.env.cr.execute(SQL(
                """UPDATE mobile_wallet_registration SET is_due = FALSE, tries = 0, retry_at = NULL
                    WHERE id = ANY(%s)""", list(told)))
        if dead:
            self.env.cr.execute(SQL('DELETE FROM mobile_wallet_registration WHERE id = ANY(%s)', list(dead)))
        if failed:
            self.env.cr.execute(SQL(
                """UPDATE mobile_wallet_registration
                      SET tries = tries + 1, is_due = tries + 1 < %s,
                          retry_at = %s + least(%s * power(2, tries), %s)
                    WHERE id = ANY(%s)""",
                MOST_TRIES, fields.Datetime.now(), FIRST_PAUSE, LONGEST_PAUSE, list(failed)))

    @api.model
    def _send_apple(self, app, rows):
        """Push to phones.

        :return: the ids of those that were told, whose phone is gone, and that are to be tried again.
        """
        account = app._wallet_apple() if has_http2() else None
        if account is None:
            return [], [], rows.ids
        base = self.env['ir.config_parameter'].sudo().get_param('mobile_crm.wallet_apns_url') or wallet_apple.PUSH_URL
        told, dead, failed = [], [], []
        for request, answer in exchange(
                [wallet_apple.push(row.id, base, row.sudo().push_token, account.pass_type) for row in rows],
                timeout=TIMEOUT, deadline=LAST_BEGIN, identity=account.identity):
            status = apns.meaning(request.tag, answer).status
            {'sent': told, 'dead': dead}.get(status, failed).append(request.tag)
        return told, dead, failed

    @api.model
    def _send_google(self, app, rows):
        """Replace objects at Google; one that nobody has saved is not there, and need not be told.

        :return: see ``_send_apple``.
        """
        Google = self.env['mobile.wallet.google']
        requests = {}
        for row in rows:
            lang = row.partner_id.lang or self.env.lang
            content, described, _class = Google.with_context(lang=lang)._described(
                app, row.partner_id, row.card_id, row.serial)
            requests[row.id] = (f'{wallet_google.RESOURCES[content.kind]}Object', described)
        told, failed = self._put_all(app, requests)
        return told, [], failed

    @api.model
    def _retire(self, gone):
        """Take back at Google what customers had who are gone.

        :param list[tuple[int, str, str]] gone: the app's id, the pass's number and its class.
        """
        for app_id in {entry[0] for entry in gone}:
            app = self.env['mobile.app'].sudo().with_context(active_test=False).browse(app_id).exists()
            if not app:
                continue
            requests = {}
            for _app_id, serial, class_id in (entry for entry in gone if entry[0] == app_id):
                kind = 'member' if '.m.' in serial else 'offer'
                requests[serial, class_id] = (f'{wallet_google.RESOURCES[kind]}Object', wallet_google.retired(
                    self.env['mobile.wallet.google']._object_id(app, serial), class_id))
            for serial, class_id in self._put_all(app, requests)[1]:
                # Later again, for as long as the app has an account.
                if app._wallet_google():
                    self.env.cr.execute(SQL(
                        """INSERT INTO mobile_wallet_change (app_id, serial, google_class, due_at)
                                VALUES (%s, %s, %s, %s)""",
                        app_id, serial, class_id, fields.Datetime.now() + LONGEST_PAUSE))

    @api.model
    def _put_all(self, app, requests):
        """Replace objects at Google.

        :param dict requests: the resource and the object, by a tag.
        :return: the tags of those that are told, and of those that are to be tried again.
        """
        account = app._wallet_google() if fcm.has_library() else None
        Google = self.env['mobile.wallet.google']
        try:
            token = account and Google._access(account)
        except SignInError:
            token = None
        if not token:
            return [], list(requests)
        told, failed = [], []
        for request, answer in exchange(
                [wallet_google.request(tag, Google._base_url(), token, 'PUT', resource, described['id'], described)
                 for tag, (resource, described) in requests.items()], timeout=TIMEOUT, deadline=LAST_BEGIN):
            is_done = not isinstance(answer, Failure) and answer.status in (200, 404)
            (told if is_done else failed).append(request.tag)
        return told, failed
