"""Where gateways post what customers answer to text messages. It is no part of the phone API."""
import json

from odoo import http
from odoo.http import request

from ..models.res_company_text import PATH
from ..tools.problems import Problem

# A text message of as many parts as there can be, and what a gateway tells beside it.
MAX_BODY = 32 * 1024
# What gateways call what they tell; in small letters and without underscores.
SENDER = ('from', 'sender', 'msisdn', 'originator', 'source', 'phone', 'number')
TEXT = ('body', 'text', 'message', 'content', 'payload')
REFERENCE = ('messagesid', 'messageid', 'smssid', 'id', 'uuid', 'reference')
# Some send several at once, in a list of one of these names.
LISTS = ('results', 'messages')
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class InboundSms(http.Controller):

    @http.route(f'{PATH}<token>', type='http', auth='public', methods=['POST'], csrf=False, readonly=False,
                save_session=False, max_content_length=MAX_BODY)
    def receive(self, token, **_fields):
        """Take one text message, or a list of them, as a form or as JSON."""
        company = request.env['res.company']._mobile_of_inbound_token(token)
        if not company:
            return self._answer(404)
        Text, form = request.env['mobile.inbound.text'].sudo().with_company(company), request.httprequest.form
        secret = Text._twilio_secret(company)
        if secret is not None and not Text._is_signed(
                secret, company._mobile_inbound_url(), form.to_dict(),
                request.httprequest.headers.get('X-Twilio-Signature', '')):
            return self._answer(403)
        # A picture has no text; what comes beside it may be a STOP.
        messages = [read for read in map(self._read, self._messages(form)) if read[0] and read[1] is not None]
        if not messages:
            return self._answer(400)
        refusal = None
        for sender, text, reference in messages:
            try:
                Text._receive(company, sender, text, reference)
            except Problem as problem:
                # Of one who writes too much. The gateway sends all of them again, and each counts once.
                refusal = problem
        if refusal:
            return self._answer(refusal.code, refusal.headers)
        if secret is None:
            return self._answer(200)
        return request.make_response(EMPTY_TWIML, headers=[('Content-Type', 'text/xml; charset=utf-8')])

    def _messages(self, form):
        """Return what was posted, a dict for each message; nothing when it cannot be read."""
        if form:
            return [form.to_dict()]
        try:
            posted = json.loads(request.httprequest.get_data() or b'null')
        except (ValueError, RecursionError):
            return []
        if isinstance(posted, dict):
            posted = next((posted[name] for name in LISTS if isinstance(posted.get(name), list)), [posted])
        return [message for message in posted if isinstance(message, dict)] if isinstance(posted, list) else []

    def _read(self, message):
        """Return the number, the text and the reference of one message, each None when it is missing."""
        # JSON can name half a symbol, which nothing can keep.
        told = {
            str(name).lower().replace('_', ''): str(value).encode(errors='replace').decode()
            for name, value in message.items()
            if isinstance(value, (str, int)) and '\0' not in str(value)}
        return tuple(
            next((told[name] for name in names if name in told), None) for names in (SENDER, TEXT, REFERENCE))

    def _answer(self, status, headers=None):
        words = {200: 'OK', 400: 'No number or no text', 403: 'Not signed', 404: 'No such address'}
        return request.make_response(
            words.get(status, ''), status=status,
            headers=[('Content-Type', 'text/plain; charset=utf-8'), *(headers or {}).items()])
