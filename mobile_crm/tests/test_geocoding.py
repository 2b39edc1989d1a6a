"""What the services say, what that means, and what comes of it when they do not answer."""
import logging

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, new_test_user, tagged

from ..tools.geocoding import LEVELS, Address, Place, alpha2, rate
from ..tools.geocoding_http import valid_endpoint
from ..tools.geocoding_services import SERVICES, GeocodingError
from .geocoding_common import GeocodingCommon
from .geocoding_server import DIALECTS, KEY, find

HOUSE = "Main Street 12, 1000 Brussels, Belgium"
WORDS = st.text('aÉ1 -', max_size=5)


@tagged('-at_install', 'post_install')
class TestRating(BaseCase):

    ADDRESS = Address("Main Street 12", '1000', "Brussels", '', "Belgium", 'BE')
    PLACE = Place("Main Street 12, 1000 Brussels", 50.8, 4.3, 'house', 1.0, '12', '1000', ("Brussels",), 'BE')

    def test_the_house_itself_is_sure(self):
        self.assertEqual(rate(self.PLACE, self.ADDRESS), (1.0, ()))

    def test_what_is_less_exact_is_less_sure(self):
        ratings = [rate(self.PLACE._replace(level=level), self.ADDRESS).confidence for level in LEVELS]
        self.assertEqual(ratings, sorted(ratings, reverse=True))
        self.assertLess(ratings[1], 0.75)

    def test_what_contradicts_is_doubtful(self):
        for doubt, values in {
            'country': {'country_code': 'FR'}, 'number': {'house_number': '120'}, 'postcode': {'zip': '1050'},
            'city': {'cities': ("Ghent",), 'zip': '9000'}, 'score': {'score': 0.5},
        }.items():
            with self.subTest(doubt):
                rating = rate(self.PLACE._replace(**values), self.ADDRESS)
                self.assertEqual(rating.doubts, (doubt,))
                self.assertLess(rating.confidence, 1)

    def test_a_city_has_several_names(self):
        for cities in (("Bruxelles",), ("Bruxelles - Brussel",)):
            self.assertEqual(rate(self.PLACE._replace(cities=cities), self.ADDRESS).confidence, 1)
        address = self.ADDRESS._replace(zip='', city="Frankfurt")
        place = self.PLACE._replace(zip='60311')
        self.assertEqual(rate(place._replace(cities=("Frankfurt am Main",)), address).confidence, 1)
        self.assertEqual(rate(place._replace(cities=("LIÈGE",)), address._replace(city="Liege")).confidence, 1)
        self.assertEqual(rate(place._replace(cities=("Offenbach",)), address).doubts, ('city',))

    def test_what_is_not_known_is_not_held_against_it(self):
        self.assertEqual(rate(self.PLACE._replace(zip='', cities=(), country_code='', house_number=''), self.ADDRESS)
                         .confidence, 1)
        self.assertEqual(rate(self.PLACE, Address(city="Brussels")).confidence, 1)

    @settings(deadline=None)
    @given(
        st.builds(Place, WORDS, st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(list(LEVELS)),
                  st.floats(0, 1), WORDS, WORDS, st.lists(WORDS, max_size=3).map(tuple), WORDS),
        st.builds(Address, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS))
    def test_confidence_is_a_share(self, place, address):
        self.assertTrue(0 <= rate(place, address).confidence <= LEVELS[place.level])

    def test_an_address_in_one_line(self):
        self.assertEqual(self.ADDRESS.text, HOUSE)
        self.assertEqual(Address("Main  Street 1").text, '', "a street without a city is everywhere")
        self.assertEqual(Address(zip='1000').text, '1000')

    def test_codes_of_countries(self):
        codes = [alpha2(code) for code in ('be', 'BEL', 'DEU', 'XYZ', '', None)]
        self.assertEqual(codes, ['BE', 'BE', 'DE', '', '', ''])

    def test_endpoints(self):
        for url in ('https://maps.example.com', 'http://10.1.2.3:8080/nominatim/', 'http://[::1]:80'):
            self.assertTrue(valid_endpoint(url), url)
        for url in ('ftp://maps.example.com', 'file:///etc/passwd', 'maps.example.com', 'https://', 'javascript:1',
                    'https://me:secret@maps.example.com', 'https://maps.example.com/?key=1', 'http://a b',
                    'http://maps.example.com:99999', 'http://maps.example.com/#x'):
            self.assertFalse(valid_endpoint(url), url)


@tagged('-at_install', 'post_install')
class TestGeocoding(GeocodingCommon):

    def _service(self, tech_name, **options):
        key = options.pop('key', KEY if DIALECTS[tech_name].key else '')
        return SERVICES[tech_name](
            options.pop('endpoint', self.server.url), key, **{'timeout': 5, 'user_agent': "Test Shop", **options})

    def _failure(self, service, *arguments):
        """Return the kind of failure that asking ends with, and what the service says of waiting."""
        with self.assertRaises(GeocodingError) as caught:
            service.ask(*arguments or (HOUSE,))
        return caught.exception.kind, caught.exception.retry_after

    # === WHAT SERVICES FIND === #

    def test_each_service_finds_a_house(self):
        expected, address = find(HOUSE), Address("Main Street 12", '1000', "Brussels", '', "Belgium", 'BE')
        for tech_name, dialect in DIALECTS.items():
            with self.subTest(tech_name):
                place = self._service(tech_name).ask(HOUSE, 'BE')[0]
                self.assertAlmostEqual(place.latitude, expected.latitude, 9)
                self.assertAlmostEqual(place.longitude, expected.longitude, 9)
                self.assertEqual((place.level, place.house_number, place.zip, place.country_code),
                                 ('house', '12', '1000', 'BE'))
                self.assertEqual(place.name, expected.label)
                self.assertEqual(rate(place, address).confidence, 1)
                asked = self.server.asked[-1]
                self.assertEqual((asked.service, asked.text, asked.user_agent), (tech_name, HOUSE, "Test Shop"))
                self.assertEqual(asked.key, KEY if dialect.key else '')

    def test_each_service_tells_a_street_a_city_and_another_country_apart(self):
        address = Address("Main Street 12", '1000', "Brussels", '', "Belgium", 'BE')
        for tech_name in DIALECTS:
            for text, level, doubt in (
                ("Vague Street 12, 1000 Brussels, Belgium", 'street', 'level'),
                ("1000 Brussels, Belgium", 'city', 'level'),
                ("Abroad Street 12, 1000 Brussels, Belgium", 'house', 'country'),
                ("Elsewhere Street 12, 1000 Brussels, Belgium", 'house', 'city'),
            ):
                with self.subTest(tech_name, text=text):
                    place = self._service(tech_name).ask(text)[0]
                    rating = rate(place, address)
                    self.assertEqual(place.level, level)
                    self.assertIn(doubt, rating.doubts)
                    self.assertLess(rating.confidence, 0.75)

    def test_each_service_may_know_nothing(self):
        for tech_name in DIALECTS:
            self.assertEqual(self._service(tech_name).ask("Nowhere 1, 1000 Brussels, Belgium"), [], tech_name)

    def test_services_look_in_the_country(self):
        for tech_name, name, value in (
            ('mobile_nominatim', 'countrycodes', 'be'), ('mobile_pelias', 'boundary.country', 'BE'),
            ('mobile_google', 'components', 'country:BE'), ('mobile_mapbox', 'country', 'be'),
        ):
            self._service(tech_name).ask(HOUSE, 'BE')
            self.assertEqual(self.server.asked[-1].parameters[name], value)

    def test_an_endpoint_may_be_below_a_path(self):
        with self.assertRaises(GeocodingError):
            self._service('mobile_nominatim', endpoint=self.server.url + '/nominatim/').ask(HOUSE)
        self.assertTrue(self._service('mobile_nominatim', endpoint=self.server.url + '/').ask(HOUSE))

    def test_mapbox_is_asked_one_question_that_may_be_kept(self):
        self._service('mobile_mapbox').ask("Main Street 12; " + "x" * 400)
        self.assertNotIn(';', self.server.asked[-1].text)
        self.assertLessEqual(len(self.server.asked[-1].text), 256)

    # === WHAT SERVICES REFUSE === #

    def test_each_service_refuses_a_wrong_key(self):
        for tech_name, dialect in DIALECTS.items():
            with self.subTest(tech_name):
                if not dialect.key:
                    self.server.faults.append((dialect.refusal[0], {}, dialect.refusal[1]))
                self.assertEqual(self._failure(self._service(tech_name, key='wrong'))[0], 'refused')

    def test_each_service_may_be_asked_too_much(self):
        for tech_name, dialect in DIALECTS.items():
            with self.subTest(tech_name):
                self.server.faults.append('excess')
                wait = dialect.excess[1].get('Retry-After')
                self.assertEqual(self._failure(self._service(tech_name)), ('busy', wait and int(wait)))

    def test_each_service_may_fail(self):
        faults = {
            (500, (), 'x'): 'unavailable', (502, (), '<html>'): 'unavailable', (504, (), ''): 'unavailable',
            (402, (), ''): 'quota', (400, (), '{}'): 'invalid', (422, (), '{}'): 'invalid', (404, (), ''): 'misplaced',
            (302, (('Location', 'http://127.0.0.1:1/'),), ''): 'misplaced',
            (200, (), '[1, 2]'): 'unreadable', (200, (), '"text"'): 'unreadable',
            'broken': 'unreadable', 'huge': 'unreadable', 'hang_up': 'unavailable', 'half': 'unavailable',
        }
        for tech_name in DIALECTS:
            for fault, kind in faults.items():
                with self.subTest(tech_name, fault=str(fault)):
                    asked = len(self.server.asked)
                    self.server.faults.append((fault[0], dict(fault[1]), fault[2]) if type(fault) is tuple else fault)
                    self.assertEqual(self._failure(self._service(tech_name))[0], kind)
                    self.assertEqual(len(self.server.asked), asked + 1, "asked once, whatever comes")

    def test_google_tells_quotas_from_haste(self):
        for status, kind in (('OVER_DAILY_LIMIT', 'quota'), ('OVER_QUERY_LIMIT', 'busy'), ('REQUEST_DENIED', 'refused'),
                             ('INVALID_REQUEST', 'invalid'), ('UNKNOWN_ERROR', 'unavailable')):
            self.server.faults.append((200, {}, {'results': [], 'status': status, 'error_message': "No."}))
            self.assertEqual(self._failure(self._service('mobile_google'))[0], kind)

    def test_when_to_come_back(self):
        for value, seconds in (('7', 7), ('soon', None), ('-5', 0)):
            self.server.faults.append((503, {'Retry-After': value}, ''))
            self.assertEqual(self._failure(self._service('mobile_photon')), ('unavailable', seconds))

    def test_who_does_not_answer_in_time(self):
        for fault in ('slow', 'drip'):
            self.server.faults.append(fault)
            self.assertEqual(self._failure(self._service('mobile_here', timeout=0.3))[0], 'unavailable')

    def test_nobody_is_there(self):
        self.server.close()
        self.assertEqual(self._failure(self._service('mobile_photon'))[0], 'unavailable')

    def test_a_position_that_is_none(self):
        for value in (float('nan'), None, 'north'):
            self.server.faults.append((200, {}, {'features': [{
                'geometry': {'coordinates': [4.3, value]}, 'properties': {'type': 'house'}}]}))
            self.assertEqual(self._failure(self._service('mobile_photon'))[0], 'unreadable', value)

    # === NOTHING LEAKS === #

    def test_no_key_and_no_address_in_the_log(self):
        provider = self.choose('mobile_google')
        with self.assertLogs(level=logging.DEBUG) as log:
            logging.getLogger('odoo.addons.mobile_crm').debug("the log is on")
            for fault in (None, (401, {}, f'{{"message": "{KEY} for {HOUSE}"}}'), 'slow', 'broken'):
                self.server.faults.append(fault)
                provider.mobile_timeout = 0.5
                self.meter(provider).unlink()
                self.env['mobile.geocode.cache'].search([]).unlink()
                with self.enter_registry_test_mode():
                    try:
                        self.env['mobile.geocoder'].search_address(HOUSE)
                    except UserError as error:
                        self.assertNotIn(KEY, str(error))
        said = '\n'.join(line for line in log.output if 'odoo.sql_db' not in line)
        self.assertNotIn(KEY, said)
        self.assertNotIn("Main Street", said)
        self.assertNotIn("Main+Street", said)

    def test_the_key_is_shown_to_nobody(self):
        provider = self.choose('mobile_here')
        admin = new_test_user(self.env, login='geocoding_admin', groups='base.group_system')
        settings = self.env['res.config.settings'].with_user(admin).create({})
        self.assertTrue(settings.mobile_geocoder_has_key)
        self.assertNotIn(KEY, str(settings.read()))
        with self.assertRaises(AccessError):
            provider.with_user(self.manager).read(['mobile_endpoint'])
        with self.assertRaises(AccessError):
            self.env['ir.config_parameter'].with_user(self.manager).get_param('mobile_crm.geocoder.key.mobile_here')

    # === SETTINGS === #

    def test_settings_are_those_of_the_service(self):
        photon = self.env.ref('mobile_crm.geo_provider_photon')
        with self.enter_registry_test_mode():
            settings = self.env['res.config.settings'].create({
                'geoloc_provider_id': photon.id, 'mobile_geocoder_endpoint': 'https://photon.example.com',
                'mobile_geocoder_key': ' new-key ', 'mobile_geocoder_requests_per_second': 2,
                'mobile_geocoder_threshold': 0.9})
            settings.execute()
        self.assertEqual(photon.mobile_endpoint, 'https://photon.example.com')
        self.assertEqual(photon._mobile_key(), 'new-key')
        self.assertEqual(self.env['mobile.geocoder']._threshold(), 0.9)
        self.assertEqual(self.env['mobile.geocoder']._chosen(), (photon, None))
        with self.enter_registry_test_mode():
            self.env['res.config.settings'].create({'geoloc_provider_id': photon.id}).execute()
        self.assertEqual(photon._mobile_key(), 'new-key', "saving without a key keeps the one that is stored")
        settings.action_mobile_forget_geocoder_key()
        self.assertFalse(photon.mobile_has_key)

    def test_settings_that_make_no_sense(self):
        photon = self.env.ref('mobile_crm.geo_provider_photon')
        for values in ({'mobile_endpoint': 'file:///etc/passwd'}, {'mobile_timeout': 0}, {'mobile_timeout': 600},
                       {'mobile_requests_per_second': 0}, {'mobile_requests_per_day': -1}, {'mobile_cache_days': 0},
                       {'mobile_user_agent': "Kawiarnia Łódź"}, {'mobile_user_agent': "Shop\r\nX-Key: 1"}):
            with self.subTest(values), self.assertRaises(ValidationError), self.env.cr.savepoint():
                photon.write(values)

    def test_a_service_that_is_not_set_up(self):
        nominatim = self.env.ref('mobile_crm.geo_provider_nominatim')
        nominatim.mobile_endpoint = False
        self.assertIn("endpoint", nominatim._mobile_missing())
        here = self.env.ref('mobile_crm.geo_provider_here')
        self.assertIn("key", here._mobile_missing())
        self.assertTrue(self.env.ref('base_geolocalize.geoprovider_open_street')._mobile_missing())

    def test_odoos_own_key_for_google(self):
        google = self.env.ref('base_geolocalize.geoprovider_google_map')
        self.assertTrue(google._mobile_missing())
        self.env['ir.config_parameter'].set_param('base_geolocalize.google_map_api_key', KEY)
        google.mobile_endpoint = self.server.url
        self.env['ir.config_parameter'].set_param('base_geolocalize.geo_provider', google.id)
        with self.enter_registry_test_mode():
            self.assertTrue(self.env['mobile.geocoder'].search_address(HOUSE))

    # === ODOO'S OWN CALL === #

    def test_contacts_are_located_by_each_service(self):
        partner = self.env['res.partner'].create({
            'name': "Anna", 'street': "Main Street 12", 'zip': '1000', 'city': "Brussels",
            'country_id': self.env.ref('base.be').id})
        expected = find(HOUSE)
        for tech_name in DIALECTS:
            with self.subTest(tech_name):
                self.choose(tech_name)
                partner.write({'partner_latitude': 0, 'partner_longitude': 0})
                with self.enter_registry_test_mode():
                    partner.with_context(force_geo_localize=True).geo_localize()
                self.assertAlmostEqual(partner.partner_latitude, expected.latitude, 6)
                self.assertEqual(self.server.asked[-1].service, tech_name)
        self.assertFalse(self.env['mobile.geocode.cache'].search([]), "a customer's home is nobody's to keep")

    def test_who_locates_a_contact_is_told_what_is_wrong(self):
        self.choose('mobile_here')._mobile_set_key('wrong')
        with self.enter_registry_test_mode(), self.assertRaisesRegex(UserError, "key"):
            self.env['base.geocoder'].geo_find(HOUSE)

    # === SEARCH FOR AN ADDRESS === #

    def test_a_manager_searches_for_an_address(self):
        self.choose('mobile_photon')
        with self.enter_registry_test_mode():
            found = self.env['mobile.geocoder'].with_user(self.manager).search_address(HOUSE)
        expected = find(HOUSE)
        self.assertEqual([set(place) for place in found], [{'name', 'latitude', 'longitude', 'confidence'}])
        self.assertAlmostEqual(found[0]['latitude'], expected.latitude, 9)
        self.assertEqual(found[0]['confidence'], 1)
        self.assertEqual(self.env['mobile.geocoder'].with_user(self.manager).search_address('  '), [])

    def test_who_may_not_search_for_an_address(self):
        self.choose('mobile_photon')
        for user in (self.salesperson, self.anna_user, self.env.ref('base.public_user')):
            with self.assertRaises(AccessError):
                self.env['mobile.geocoder'].with_user(user).search_address(HOUSE)
        self.assertEqual(self.server.asked, [])

    def test_without_a_service_nothing_is_asked(self):
        self.choose('mobile_photon')
        geocoder = self.env['mobile.geocoder'].with_user(self.manager)
        for chosen in (False, 'x', str(self.env.ref('base_geolocalize.geoprovider_open_street').id), '999999999'):
            self.env['ir.config_parameter'].set_param('base_geolocalize.geo_provider', chosen)
            with self.assertRaises(UserError):
                geocoder.search_address(HOUSE)
        with self.assertRaises(UserError):
            geocoder.search_address('x' * 301)
