from odoo import api, models

from ..tools.delivery import LONGEST_BATCH, Outcome
from ..tools.push_account import SignInError
from ..tools.transport import exchange
from ..tools.transport_dial import clock

#: Seconds for one answer, and until the last request begins: with two timeouts after it, no more than LONGEST_BATCH.
TIMEOUT = 15
LAST_BEGIN = LONGEST_BATCH - 2 * TIMEOUT - 5
IN_FLIGHT = 400
CONNECTIONS = 4


class MobileProviderPush(models.AbstractModel):
    """What the providers of pushes to apps have in common: one service, where an app's server signs in with a token."""

    _name = 'mobile.provider.push'
    _inherit = ['mobile.provider']
    _description = "Provider of Pushes"

    _batch_size = 1000

    # === BUSINESS METHODS === #

    @api.model
    def _is_ready(self, company, app=None):
        return bool(app) and self._account(app) is not None

    @api.model
    def _account(self, app):
        """Return by what the provider knows an app's server, or None.

        :rtype: Account | None
        """
        raise NotImplementedError

    @api.model
    def _token(self, account, app, refused):
        """Return the token that goes with each message.

        :param str | None refused: one that the provider does not take any more.
        :raise SignInError:
        """
        raise NotImplementedError

    @api.model
    def _is_address(self, address):
        """Tell whether an address looks like one of this provider's: some were stored before that was asked."""
        raise NotImplementedError

    @api.model
    def _bodies(self, account, app, parcels):
        """Return the requests' bodies, None for what does not fit, by the parcels' ids.

        :rtype: dict[int, bytes | None]
        """
        raise NotImplementedError

    @api.model
    def _request(self, account, token, parcel, body):
        """Return the request for one parcel.

        :rtype: Request
        """
        raise NotImplementedError

    @api.model
    def _meaning(self, account, parcel, answer):
        """Return what an answer means.

        :return: the outcome; whether it speaks against the token; whether it speaks against the address, or as well
            against the account.
        :rtype: tuple[Outcome, bool, bool]
        """
        raise NotImplementedError

    @api.model
    def _send(self, sender, parcels):
        app = sender.app_id
        account = self._account(app)
        if account is None:
            for parcel in parcels:
                yield Outcome(parcel.id, 'retry', 'no_credentials', "none that can be used", is_providers_fault=True)
            return
        ends_at = clock() + LAST_BEGIN
        left, outcomes = self._prepared(account, app, parcels)
        yield from outcomes
        doubtful, token = [], None
        for is_last in (False, True):
            if not left:
                break
            if is_last and clock() >= ends_at:
                # To sign in anew takes time as well, of which none is left.
                for parcel_id in left:
                    yield Outcome(parcel_id, 'retry', 'no_credentials', "signed in too late", is_providers_fault=True)
                break
            try:
                token = self._token(account, app, token)
            except SignInError as exc:
                for parcel_id in left:
                    yield Outcome(parcel_id, 'retry', exc.reason, exc.detail, is_providers_fault=True)
                break
            sent, left = left, {}
            for request, answer in exchange(
                    [self._request(account, token, *item) for item in sent.values()], in_flight=IN_FLIGHT,
                    connections=CONNECTIONS, timeout=TIMEOUT, deadline=max(0, ends_at - clock())):
                outcome, is_about_token, is_doubtful = self._meaning(account, sent[request.tag][0], answer)
                account.is_proven |= outcome.status == 'sent'
                if is_about_token and not is_last:
                    left[request.tag] = sent[request.tag]
                elif is_doubtful:
                    doubtful.append(outcome)
                else:
                    yield outcome
        yield from self._judged(account, doubtful)

    @api.model
    def _prepared(self, account, app, parcels):
        """Return what can be sent, and the outcomes of what cannot.

        :return: {parcel's id: (parcel, body)}, and outcomes.
        :rtype: tuple[dict[int, tuple[Parcel, bytes]], list[Outcome]]
        """
        bodies, prepared, outcomes = self._bodies(account, app, parcels), {}, []
        for parcel in parcels:
            if not self._is_address(parcel.address):
                outcomes.append(Outcome(parcel.id, 'dead', 'no_address', "not an address"))
            elif bodies[parcel.id] is None:
                outcomes.append(Outcome(parcel.id, 'failed', 'too_large'))
            else:
                prepared[parcel.id] = parcel, bodies[parcel.id]
        return prepared, outcomes

    @api.model
    def _judged(self, account, doubtful):
        """Return the outcomes that speak against an address or against the account.

        One wrong setting of the app must not cost all addresses: nobody would get them back.
        """
        if account.is_proven:
            return doubtful
        return [outcome._replace(status='failed', reason='no_credentials', is_providers_fault=True)
                for outcome in doubtful]

    @api.model
    def _clicks(self, parcels):
        """Return the links that note a click on their way, by the parcels' ids."""
        # One that was deleted since it was claimed must not cost the others theirs.
        messages = self.env['mobile.message'].sudo().browse(parcel.id for parcel in parcels if parcel.link).exists()
        return messages._tracked_link(messages.ids)

    @api.model
    def _base_url(self, provider, default):
        """Return where the provider is: a system parameter tells, for tests."""
        return self.env['ir.config_parameter'].sudo().get_param(f'mobile_crm.{provider}_url') or default
