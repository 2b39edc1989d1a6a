import logging
import time
from datetime import UTC, datetime, timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..tools.geocoding import LEVELS, Address, rate
from ..tools.geocoding_services import GeocodingError

_logger = logging.getLogger(__name__)

PROVIDER = 'base_geolocalize.geo_provider'
THRESHOLD = 'mobile_crm.geocoder.threshold'
DEFAULT_THRESHOLD = 0.75
# How long somebody who looks at the screen waits for a slot.
INTERACTIVE_PATIENCE = timedelta(seconds=3)
# A text that is no address, and longer than any.
MAX_TEXT = 300


class Later(Exception):
    """A question has to wait.

    :ivar datetime at: naive UTC, or None: until a manager resumes
    """

    def __init__(self, at):
        super().__init__(at)
        self.at = at


class Asked(Later):
    """Another worker is asking this very question; others need not wait."""


class MobileGeocoder(models.AbstractModel):
    """Finds positions for addresses, by the service that staff have chosen in Odoo's geolocation setting.

    Odoo's own default, the public server of OpenStreetMap, is nobody's choice and is not asked.
    """

    _name = 'mobile.geocoder'
    _description = "Geocoder"

    # === PUBLIC METHODS === #

    @api.model
    def search_address(self, text):
        """Return the places that a text may mean, best first. For managers.

        :param str text: as somebody types it.
        :return: ``name``, ``latitude`` and ``longitude`` (degrees), ``confidence`` (0 to 1) of each.
        :rtype: list[dict]
        :raise UserError: when no service is set, or it does not answer.
        """
        self._check_manager()
        text = ' '.join(str(text or '').split())
        if not text:
            return []
        if len(text) > MAX_TEXT:
            raise UserError(self.env._("This is too long for an address. Enter at most %s characters.", MAX_TEXT))
        provider = self._provider()
        try:
            places = self._find(provider, text, patience=INTERACTIVE_PATIENCE)
        except Later:
            raise UserError(self._standstill(provider)) from None
        except GeocodingError as error:
            raise UserError(self._explain(provider, error.kind)) from None
        return [
            {'name': place.name, 'latitude': place.latitude, 'longitude': place.longitude,
             'confidence': round(LEVELS[place.level] * place.score, 3)}
            for place in places]

    @api.model
    def progress(self):
        """Return how far the stores of the user's companies are located, and what keeps the rest.

        :return: ``total``, ``located``, ``waiting``, ``to_check`` (numbers of stores), ``state`` (``done``,
            ``running``, ``paused``, ``stopped``, ``unset``), ``message`` (words, or False), ``seconds`` (until all are
            asked, or None), ``may_change`` (whether this user may stop and resume).
        :rtype: dict
        """
        Store = self.env['mobile.store']
        Store.check_access('read')
        waiting = Store.search_count([('geocode_state', '=', 'waiting')])
        progress = {
            'total': Store.search_count([]), 'waiting': waiting,
            'located': Store.search_count([('is_located', '=', True)]),
            'to_check': Store.search_count([('geocode_check', '=', True)]),
            'state': 'done', 'message': False, 'seconds': None, 'may_change': self._is_manager(),
        }
        if waiting:
            progress.update(self._standing(waiting))
        return progress

    @api.model
    def action_stop(self):
        """Ask nothing more until somebody resumes. For managers."""
        self._check_manager()
        self.env['mobile.geocode.meter'].sudo()._stop(self._provider(), self._now())

    @api.model
    def action_resume(self):
        """Go on after a stop, whoever or whatever has stopped it. For managers."""
        self._check_manager()
        self.env['mobile.geocode.meter'].sudo()._resume(self._provider())
        self.env['mobile.store'].sudo()._wake_geocoder()

    # === BUSINESS METHODS: asking === #

    @api.model
    def _locate(self, address, patience=timedelta(0)):
        """Return the place that an address most likely means, with how far it can be trusted.

        :param Address address:
        :return: the place and its rating, or None when nothing was found.
        :rtype: tuple[Place, Rating] | None
        :raise UserError: when no service is set.
        :raise Later: when the service must not be asked now.
        :raise GeocodingError: when it does not answer.
        """
        places = self._find(self._provider(), address.text, address.country_code, patience=patience)
        rated = [(place, rate(place, address)) for place in places]
        # The service's own order decides between equals.
        return max(rated, key=lambda pair: pair[1].confidence, default=None)

    @api.model
    def _find(self, provider, text, country_code='', *, patience, cached=True):
        """Return the places that a service knows for a text, from the cache where they are there.

        :param provider: ``base.geo_provider``, elevated.
        :param timedelta patience: how long to wait for the service's next slot.
        :param bool cached: False for what must not be kept.
        :rtype: list[Place]
        :raise Later: when there is no slot in time, or another worker is asking the same.
        :raise GeocodingError: when there is no answer.
        """
        if not cached:
            return self._ask(provider, text, country_code, patience)
        Cache, now = self.env['mobile.geocode.cache'].sudo(), self._now()
        key = Cache._key(provider, text, country_code)
        lease = now + self._lease(provider)
        places, is_ours = Cache._look_up(key, now, lease)
        if places is not None:
            return places
        if not is_ours:
            raise Asked(now + timedelta(seconds=provider.mobile_timeout))
        try:
            places = self._ask(provider, text, country_code, patience)
        except (Later, GeocodingError):
            Cache._give_up(key)
            raise
        Cache._store(key, places, now + timedelta(days=provider.mobile_cache_days))
        return places

    @api.model
    def _ask(self, provider, text, country_code, patience):
        Meter = self.env['mobile.geocode.meter'].sudo()
        now = self._now()
        slot = Meter._take(provider, now, patience)
        if slot is None:
            raise Later(Meter._opens_at(provider, now))
        self._wait((slot - now).total_seconds())
        try:
            places = provider._mobile_service().ask(text, country_code)
        except GeocodingError as error:
            Meter._failed(provider, error, self._now())
            _logger.info("%s did not answer: %s", provider.tech_name, error.kind)
            if error.kind in ('refused', 'misplaced'):
                self._tell_managers(provider, error.kind)
            raise
        Meter._succeeded(provider)
        return places

    @api.model
    def _lease(self, provider):
        """Return how long a question is somebody's who has not come back, longer than any takes.

        :rtype: timedelta
        """
        return timedelta(seconds=2 * provider.mobile_timeout + 30)

    @api.model
    def _provider(self):
        """Return the service that was chosen, elevated.

        :rtype: BaseGeoProvider
        :raise UserError: when none is, or it is not set up.
        """
        provider, missing = self._chosen()
        if missing:
            raise UserError(missing)
        return provider

    @api.model
    def _chosen(self):
        """Return the service that was chosen, elevated, and what keeps it from being asked.

        :rtype: tuple[BaseGeoProvider, str | None]
        """
        Provider = self.env['base.geo_provider'].sudo()
        chosen = self.env['ir.config_parameter'].sudo().get_param(PROVIDER) or ''
        provider = Provider.browse(int(chosen) if chosen.isdecimal() else []).exists()
        if not provider:
            return provider, self.env._("No geocoding service is set. Choose one in the settings.")
        return provider, provider._mobile_missing()

    @api.model
    def _threshold(self):
        """Return the confidence below which a position is doubtful."""
        value = self.env['ir.config_parameter'].sudo().get_param(THRESHOLD)
        try:
            return min(1.0, max(0.0, float(value or DEFAULT_THRESHOLD)))
        except ValueError:
            return DEFAULT_THRESHOLD

    @api.model
    def _address(self, partner):
        """Return the address of a contact as services are asked for it.

        :rtype: Address
        """
        partner = partner.with_context(lang='en_US')
        return Address(
            partner.street or '', partner.zip or '', partner.city or '', partner.state_id.name or '',
            partner.country_id.name or '', partner.country_id.code or '')

    # === BUSINESS METHODS: telling === #

    @api.model
    def _standing(self, waiting):
        """Return what is going on with so many stores that wait: ``state``, ``message``, ``seconds``."""
        provider, missing = self._chosen()
        if missing:
            return {'state': 'unset', 'message': missing}
        Meter, now = self.env['mobile.geocode.meter'].sudo(), self._now()
        opens_at = Meter._opens_at(provider, now)
        if opens_at is None:
            return {'state': 'stopped', 'message': self._standstill(provider)}
        seconds = waiting / provider.mobile_requests_per_second
        quota = provider.mobile_requests_per_day
        if quota:
            meter = Meter._read(provider)
            left = quota - (meter['used'] if meter and meter['day'] == now.date() else 0)
            # Each further day takes another quota.
            days = max(0, -(-(waiting - max(left, 0)) // quota))
            seconds = max(seconds, days * 86400)
        if opens_at > now + timedelta(seconds=60):
            return {'state': 'paused', 'message': self._standstill(provider),
                    'seconds': seconds + (opens_at - now).total_seconds()}
        return {'state': 'running', 'seconds': seconds}

    @api.model
    def _standstill(self, provider):
        """Return why a service is not asked now, in words for staff."""
        Meter, now = self.env['mobile.geocode.meter'].sudo(), self._now()
        meter, quota = Meter._read(provider), provider.mobile_requests_per_day
        if meter.get('problem'):
            return self._explain(provider, meter['problem'])
        if meter.get('stopped'):
            return self.env._("Locating stores was stopped.")
        if quota and meter.get('day') == now.date() and meter['used'] >= quota:
            return self.env._("Today's %(quota)s requests to %(service)s are used up. It goes on tomorrow (UTC).",
                              quota=quota, service=provider.name)
        return self.env._("%s is being asked by others. Try again in a moment.", provider.name)

    @api.model
    def _explain(self, provider, kind):
        """Return what the failure of a service means, in words for staff (see ``GeocodingError``)."""
        name = provider.name
        return {
            'refused': lambda: self.env._(
                "%s refuses us: check the key in the settings, and what it is allowed to do.", name),
            'misplaced': lambda: self.env._("There is no %s at the endpoint: check it in the settings.", name),
            'quota': lambda: self.env._("The quota of %s is used up.", name),
            'busy': lambda: self.env._("%s wants to be asked more slowly.", name),
            'unavailable': lambda: self.env._("%s does not answer.", name),
            'unreadable': lambda: self.env._("%s gives answers that make no sense.", name),
            'invalid': lambda: self.env._("%s does not understand this address.", name),
        }[kind]()

    @api.model
    def _tell_managers(self, provider, kind):
        """Tell the managers that the stores will not be located until somebody sees to the settings."""
        managers = self.env.ref('mobile_crm.group_mobile_crm_manager').sudo().all_user_ids.filtered(
            lambda user: not user.share and user.id != self.env.ref('base.user_root').id)
        for lang, users in managers.grouped('lang').items():
            geocoder = self.with_context(lang=lang or 'en_US')
            geocoder.env['mail.thread'].sudo().message_notify(
                partner_ids=users.partner_id.ids,
                subject=geocoder.env._("Stores are not being located"),
                body=geocoder._explain(provider.with_env(geocoder.env).sudo(), kind))

    @api.model
    def _is_manager(self):
        return self.env.su or self.env.user.has_group('mobile_crm.group_mobile_crm_manager')

    @api.model
    def _check_manager(self):
        if not self._is_manager():
            raise AccessError(self.env._("Only managers of Mobile CRM may ask the geocoding service."))

    # === BUSINESS METHODS: time, which tests turn by hand === #

    @api.model
    def _now(self):
        """Return the moment, naive UTC with microseconds."""
        return datetime.now(UTC).replace(tzinfo=None)

    @api.model
    def _wait(self, seconds):
        """Wait for the slot that was taken; it is no farther away than whoever took it had patience for."""
        if seconds > 0:
            time.sleep(seconds)
