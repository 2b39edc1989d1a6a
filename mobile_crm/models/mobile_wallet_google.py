from collections import OrderedDict
from urllib.parse import urlsplit

from odoo import api, models

from ..tools import wallet_google
from ..tools.problems import Problem
from ..tools.push_account import SignInError
from ..tools.transport import Reply, exchange
from ..tools.transport_dial import is_public
from .mobile_wallet_registration import GOOGLE

#: Seconds for each of Google's answers while a customer waits.
TIMEOUT = 6
# Classes that this process has told Google of, by what they say.
_told = OrderedDict()
MOST_TOLD = 1000


class MobileWalletGoogle(models.AbstractModel):
    """Passes for Google Wallet: an object of each customer's, of a class that they share."""

    _name = 'mobile.wallet.google'
    _description = "Google Wallet Pass"

    # === BUSINESS METHODS === #

    @api.model
    def _link(self, app, partner, card=None):
        """Return the link by which a customer saves a pass, and what is kept of it.

        :param card: ``loyalty.card``, or None for the member card.
        :return: the link, and the name of the pass's class.
        :rtype: tuple[str, str]
        :raise Problem: when the app has no account with Google Wallet, or Google does not answer.
        """
        account = app._wallet_google()
        if account is None:
            raise Problem('wallet_unavailable')
        content, described, class_ = self._described(app, partner, card)
        base = urlsplit(app.company_id.get_base_url())
        origins = [f'{base.scheme}://{base.netloc}']
        link = account.link(wallet_google.payload(content.kind, described, class_), origins)
        if len(link) > wallet_google.LONGEST_LINK:
            # Browsers would cut it: so Google gets to know the pass from us, and the link only names it.
            self._tell_class(account, content.kind, class_)
            self._put(account, f'{wallet_google.RESOURCES[content.kind]}Object', described)
            link = account.link(wallet_google.payload(
                content.kind, {name: described[name] for name in ('id', 'classId')}), origins)
        return link, class_['id']

    @api.model
    def _note(self, app, partner, card, class_id):
        """Remember that a link was given, so that Google is told when the pass says something else."""
        serial = self.env['mobile.wallet']._serial(app, partner, card)
        self.env['mobile.wallet.registration']._keep(
            'google', app, partner, card, serial, GOOGLE, google_class=class_id)

    @api.model
    def _described(self, app, partner, card=None, serial=None):
        """Return what a pass says, its object and its class.

        :param str serial: of the pass that there is; left out for a new one.
        :rtype: tuple[Content, dict, dict]
        """
        Wallet = self.env['mobile.wallet']
        content = Wallet._content(app, partner, card, Wallet._places(app, partner, card, is_shared=True), serial)
        prefix = f'{app.wallet_google_issuer}.{self._name_of_database()}.{app.id}'
        # What coupons of one campaign, or else of one program, have in common.
        kind = 'member'
        if card:
            campaign = card.mobile_campaign_id
            kind = f'campaign{campaign.id}' if campaign else f'program{card.program_id.id}'
        class_id = f'{prefix}.{kind}'
        company = app.company_id
        logo_url = f'{company.get_base_url().rstrip("/")}/logo.png?company={company.id}'
        return (
            content, wallet_google.object_of(content, self._object_id(app, content.serial), class_id),
            wallet_google.class_of(content, class_id, logo_url, app._wallet_colours()[0]))

    @api.model
    def _object_id(self, app, serial):
        return f'{app.wallet_google_issuer}.{self._name_of_database()}.{serial}'

    @api.model
    def _name_of_database(self):
        """Return what tells this database from another one that issues passes for the same account."""
        return self.env['ir.config_parameter'].sudo().get_param('database.uuid').replace('-', '')[:12]

    # === BUSINESS METHODS: what Google is told === #

    @api.model
    def _base_url(self):
        return self.env['ir.config_parameter'].sudo().get_param('mobile_crm.wallet_google_url') or wallet_google.URL

    @api.model
    def _access(self, account):
        """Return an access token.

        :raise SignInError:
        """
        # Whoever has moved Google elsewhere (a system parameter) has its sign-in there too.
        is_elsewhere = self._base_url() != wallet_google.URL
        return account.token(may_connect=None if is_elsewhere else is_public)

    @api.model
    def _tell_class(self, account, kind, class_):
        """Let Google know a class, once for each process and each change of it."""
        key = (self.env.cr.dbname, class_['id'])
        said = repr(class_)
        if _told.get(key) == said:
            return
        self._put(account, f'{wallet_google.RESOURCES[kind]}Class', class_)
        _told[key] = said
        while len(_told) > MOST_TOLD:
            _told.popitem(last=False)

    @api.model
    def _put(self, account, resource, body):
        """Make something at Google, or replace what is there.

        :raise Problem: 503 when that cannot be done now.
        """
        try:
            token = self._access(account)
        except SignInError as exc:
            raise Problem('unavailable') from exc
        for method, identifier, missing in (('PUT', body['id'], 404), ('POST', None, 409)):
            answer = self._ask(token, method, resource, identifier, body)
            if not isinstance(answer, Reply) or answer.status not in (200, missing):
                raise Problem('unavailable')
            if answer.status == 200:
                return

    @api.model
    def _ask(self, token, method, resource, identifier, body):
        [(_request, answer)] = exchange(
            [wallet_google.request(None, self._base_url(), token, method, resource, identifier, body)],
            timeout=TIMEOUT, deadline=TIMEOUT)
        return answer
