"""What phones ask by themselves about passes in Apple Wallet.

The paths and answers are Apple's, so this is no part of the phone API:
https://developer.apple.com/documentation/walletpasses/adding-a-web-service-to-update-passes
"""
import json
import logging
import re
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime

from odoo import fields, http
from odoo.http import request

from ..models.mobile_wallet_apple import SERVICE_PATH
from ..tools.problems import Problem
from ..tools.wallet_apple import PASS_TYPE
from .routing import ApplePass

_logger = logging.getLogger(__name__)

PATH = f'{SERVICE_PATH}/v1'
REGISTRATION = f'{PATH}/devices/<library_id>/registrations/<pass_type>/<serial>'
SCHEME = 'ApplePass '
LIBRARY_ID = re.compile(r'[A-Za-z0-9_-]{1,64}')
PUSH_TOKEN = re.compile(r'(?:[0-9a-fA-F]{2}){32,100}')
REVISION = re.compile(r'\d{1,10}')
KIB = 1024
# Problems that a phone may report at once, as far as we count them.
MOST_REPORTED = 100


class WalletService(http.Controller):

    @http.route(REGISTRATION, type='http', auth='public', methods=['POST'], csrf=False, save_session=False,
                readonly=False, max_content_length=KIB)
    def register(self, library_id, pass_type, serial, **_form):
        """Remember that a pass is on a phone, and where that phone is told of changes."""
        if refusal := self._refusal():
            return refusal
        found = self._authorised(pass_type, serial)
        if not found:
            return self._answer(401)
        push_token = self._body().get('pushToken')
        if not LIBRARY_ID.fullmatch(library_id) or not isinstance(push_token, str) or not PUSH_TOKEN.fullmatch(
                push_token):
            return self._answer(400)
        is_new = request.env['mobile.wallet.registration'].sudo()._enrol(
            *found, library_id, push_token, serial)
        return self._answer(201 if is_new else 200)

    @http.route(REGISTRATION, type='http', auth='public', methods=['DELETE'], csrf=False, save_session=False,
                readonly=False, max_content_length=KIB)
    def unregister(self, library_id, pass_type, serial, **_form):
        """Forget that a pass is on a phone."""
        if refusal := self._refusal():
            return refusal
        if not self._authorised(pass_type, serial):
            return self._answer(401)
        if LIBRARY_ID.fullmatch(library_id):
            request.env['mobile.wallet.registration'].sudo()._leave(serial, library_id)
        return self._answer(200)

    @http.route(f'{PATH}/devices/<library_id>/registrations/<pass_type>', type='http', auth='public', methods=['GET'],
                save_session=False, readonly=True)
    def list_changed(self, library_id, pass_type, **query):
        """Tell which passes on a phone have changed. The phone's own name is all that it proves itself by."""
        if refusal := self._refusal():
            return refusal
        if not LIBRARY_ID.fullmatch(library_id) or not PASS_TYPE.fullmatch(pass_type):
            return self._answer(204)
        since = query.get('passesUpdatedSince') or ''
        revision = int(since) if REVISION.fullmatch(since) else -1
        found = request.env['mobile.wallet.registration'].sudo()._changed_since(library_id, pass_type, revision)
        if not found:
            return self._answer(204)
        serials, last = found
        return self._answer(200, json.dumps({'serialNumbers': serials, 'lastUpdated': str(last)}), {
            'Content-Type': 'application/json'})

    @http.route(f'{PATH}/passes/<pass_type>/<serial>', type='http', auth='public', methods=['GET'], save_session=False,
                readonly=True)
    def get_pass(self, pass_type, serial, **_query):
        """Give a pass as it is now, unless it has not changed since the phone got it."""
        if refusal := self._refusal():
            return refusal
        found = self._authorised(pass_type, serial)
        if not found:
            return self._answer(401)
        app, partner, card = found
        request.update_context(lang=partner.lang or request.env.lang)
        changed_at = request.env['mobile.wallet.registration'].sudo()._unchanged_since(app, partner, card, serial)
        if changed_at and self._has_since(changed_at):
            return self._answer(304)
        content = request.env['mobile.wallet.apple'].sudo()._pass(app, partner, card, serial)
        return self._answer(200, content, {
            'Content-Type': ApplePass.media_type,
            'Last-Modified': format_datetime((changed_at or fields.Datetime.now()).replace(tzinfo=UTC), usegmt=True)})

    @http.route(f'{PATH}/log', type='http', auth='public', methods=['POST'], csrf=False, save_session=False,
                readonly=True, max_content_length=64 * KIB)
    def log(self, **_form):
        """Take note that a phone has problems with passes. What it says is anybody's text, and stays out of the log."""
        if refusal := self._refusal():
            return refusal
        reported = self._body().get('logs')
        if isinstance(reported, list):
            _logger.info("A phone reports %s problems with passes", min(len(reported), MOST_REPORTED))
        return self._answer(200)

    def _authorised(self, pass_type, serial):
        """Return whose pass it is if the phone has shown the pass's token; whatever is wrong, None."""
        header = request.httprequest.headers.get('Authorization', '')
        Wallet = request.env['mobile.wallet'].sudo()
        if not header.startswith(SCHEME) or not Wallet._is_token(serial, header.removeprefix(SCHEME).strip()):
            return None
        found = Wallet._find(serial)
        account = found and found[0]._wallet_apple()
        return found if account and account.pass_type == pass_type else None

    def _refusal(self):
        try:
            request.env['mobile.limit']._take('ip', request.httprequest.remote_addr)
        except Problem as problem:
            return self._answer(429, headers={
                name: value for name, value in (problem.headers or {}).items() if name == 'Retry-After'})
        return None

    def _body(self):
        try:
            body = json.loads(request.httprequest.get_data())
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    def _has_since(self, changed_at):
        """Tell whether the phone got its pass after it last changed."""
        try:
            since = parsedate_to_datetime(request.httprequest.headers.get('If-Modified-Since', ''))
        except (ValueError, OverflowError):
            return False
        return since.tzinfo is not None and since >= changed_at.replace(microsecond=0, tzinfo=UTC)

    def _answer(self, status, content='', headers=None):
        return request.make_response(content, status=status, headers=[
            ('Cache-Control', 'no-store'), ('X-Content-Type-Options', 'nosniff'), *(headers or {}).items()])
