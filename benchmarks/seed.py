"""Much data in seconds: one record is made by the ORM, PostgreSQL copies it.

A copy keeps every column that is not named, so that a column that the addon gains later needs no change here. All
functions add only what is missing.
"""

import math
import random

from odoo import Command
from odoo.tools import SQL

CLIENT_ID = 'benchmark'
# More than anybody asks for here.
NO_LIMIT = '99999999/3600'
CALENDARS = 20
# When the tokens expire that are made here.
NEVER = '2999-01-01'
# The n-th customer's phone number, as SQL.
NUMBER = "'+49151' || 20000000 + n"
TIME_ZONES = ['Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'Asia/Tokyo', 'Africa/Nairobi']


SYLLABLES = [
    'ba', 'ce', 'di', 'fo', 'gu', 'ha', 'ki', 'lo', 'mu', 'na', 'pe', 'qui', 'ro', 'su', 'ta', 've', 'wi', 'xo', 'yu',
    'za', 'bel', 'cor', 'dan', 'fer', 'gil', 'hom', 'kan', 'lar']
# Kinds and things of a shop.
WORDS = {
    'en_US': (
        ['red', 'blue', 'green', 'black', 'white', 'warm', 'light', 'soft', 'long', 'short', 'waterproof', 'folding'],
        ['jacket', 'mug', 'kettle', 'backpack', 'tent', 'pillow', 'blanket', 'lamp', 'chair', 'table', 'bottle', 'knife',
         'glove', 'scarf', 'boot', 'sock', 'towel', 'basket', 'mirror', 'candle']),
    'de_DE': (
        ['rot', 'blau', 'grün', 'schwarz', 'weiß', 'warm', 'leicht', 'weich', 'lang', 'kurz', 'wasserdicht', 'klappbar'],
        ['Jacke', 'Becher', 'Kessel', 'Rucksack', 'Zelt', 'Kissen', 'Decke', 'Lampe', 'Stuhl', 'Tisch', 'Flasche',
         'Messer', 'Handschuh', 'Schal', 'Stiefel', 'Socke', 'Handtuch', 'Korb', 'Spiegel', 'Kerze']),
    'fr_FR': (
        ['rouge', 'bleu', 'vert', 'noir', 'blanc', 'chaud', 'léger', 'doux', 'long', 'court', 'étanche', 'pliant'],
        ['veste', 'tasse', 'bouilloire', 'sac', 'tente', 'oreiller', 'couverture', 'lampe', 'chaise', 'table',
         'bouteille', 'couteau', 'gant', 'écharpe', 'botte', 'chaussette', 'serviette', 'panier', 'miroir', 'bougie']),
}


def multiply(cr, table, template_id, count, **values):
    """Copy one row `count` times.

    :param int template_id: id of the row to copy
    :param values: SQL by column; in it `n` is the number of the copy from 1, and `id` its id
    :return: what to add to `n` to get the id
    :rtype: int
    """
    cr.execute(SQL(
        """SELECT column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' AND column_name <> 'id'""",
        table))
    columns = [name for name, in cr.fetchall()]
    cr.execute(SQL('SELECT COALESCE(max(id), 0) FROM %s', SQL.identifier(table)))
    offset = cr.fetchone()[0]
    cr.execute(SQL(
        'INSERT INTO %(table)s (id, %(columns)s) '
        'SELECT copy.id, %(values)s FROM %(table)s template, '
        '       (SELECT n, n + %(offset)s AS id FROM generate_series(1, %(count)s) n) copy '
        'WHERE template.id = %(template)s',
        table=SQL.identifier(table), columns=SQL(', ').join(map(SQL.identifier, columns)),
        values=SQL(', ').join(
            SQL(values[name]) if name in values else SQL.identifier('template', name) for name in columns),
        offset=offset, count=count, template=template_id))
    cr.execute(SQL("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", table, offset + count))
    return offset


def caller(env):
    """Return the device of a customer who has signed in.

    :rtype: mobile.device
    """
    app = env['mobile.app'].search([('client_id', '=', CLIENT_ID)])
    if not app:
        app = env['mobile.app'].create({'name': "Benchmark", 'client_id': CLIENT_ID})
    device = env['mobile.device'].search([('app_id', '=', app.id), ('install_id', '=', CLIENT_ID)])
    if not device:
        user = env['res.users'].with_context(no_reset_password=True).create({
            'name': "Robin Ferreira", 'login': 'robin.ferreira@example.com', 'email': 'robin.ferreira@example.com',
            'group_ids': [Command.set(env.ref('base.group_portal').ids)],
        })
        device = env['mobile.device'].create({
            'app_id': app.id, 'install_id': CLIENT_ID, 'platform': 'android', 'lang': 'en_US', 'user_id': user.id,
        })
    return device


def access_token(env):
    """Return a new access token of the caller; the earlier ones are gone.

    :rtype: str
    """
    device = caller(env)
    env['mobile.token'].search([('device_id', '=', device.id)]).unlink()
    return env['mobile.token']._issue(device)['access_token']


def stores(env, count):
    """Spread stores evenly over the globe, each with an address and every second one with opening hours."""
    if env['mobile.store'].with_context(active_test=False).search_count([]) >= count:
        return
    country = env.ref('base.de')
    partner = env['res.partner'].create({
        'name': "Store", 'street': "Hauptstrasse 1", 'zip': '10115', 'city': "Berlin", 'phone': '+49 30 901820',
        'country_id': country.id, 'company_id': env.company.id,
    })
    store = env['mobile.store'].create({
        'name': "Store", 'partner_id': partner.id, 'tz': 'UTC', 'latitude': 52.5, 'longitude': 13.4})
    calendars = env['resource.calendar'].create([
        {'name': f"Opening hours {number}", 'tz': 'UTC'} for number in range(CALENDARS)
    ])
    env.flush_all()
    env.cr.execute('SELECT setseed(0.19)')
    # What stock Odoo reads: see bench_stores.py.
    partner_offset = multiply(
        env.cr, 'res_partner', partner.id, count, name="'Store ' || n", complete_name="'Store ' || n",
        commercial_partner_id='copy.id', street="'Hauptstrasse ' || n", city="'City ' || mod(n, 5000)",
        country_id='1 + mod(n, 240)', partner_latitude='degrees(asin(2 * random() - 1))::numeric(10, 7)',
        partner_longitude='(360 * random() - 180)::numeric(10, 7)')
    zones = ', '.join(f"'{zone}'" for zone in TIME_ZONES)
    multiply(
        env.cr, 'mobile_store', store.id, count, name="jsonb_build_object('en_US', 'Store ' || n)",
        partner_id=f'n + {partner_offset}', city="'City ' || mod(n, 5000)", latitude='degrees(asin(2 * random() - 1))',
        longitude='360 * random() - 180', tz=f'(ARRAY[{zones}])[1 + mod(n, {len(TIME_ZONES)})]',
        calendar_id=f'CASE WHEN mod(n, 2) = 0 THEN {calendars[0].id} + mod(n / 2, {CALENDARS}) END')
    env.invalidate_all()


def fences(env, count, share_of_polygons=0.2, corners=24):
    """Draw fences of 100 m to 10 km, one at each store, the first ones of them polygons.

    :param float share_of_polygons: the ORM draws these, which takes a minute for 20,000
    """
    Fence = env['mobile.geofence']
    if Fence.search_count([]) >= count:
        return
    env.cr.execute('SELECT id, latitude, longitude FROM mobile_store ORDER BY id DESC LIMIT %s', [count])
    places = env.cr.fetchall()
    source = random.Random(19)
    polygons = int(count * share_of_polygons)
    for start in range(0, polygons, 1000):
        Fence.create([
            {'store_id': store_id, 'polygon': _star(source, latitude, longitude, 100 * 100 ** source.random(), corners)}
            for store_id, latitude, longitude in places[start:min(start + 1000, polygons)]])
        env.invalidate_all()
    store_id, latitude, longitude = places[-1]
    circle = Fence.create({'store_id': store_id, 'latitude': latitude, 'longitude': longitude, 'radius': 100.0})
    env.flush_all()
    env.cr.execute('SELECT setseed(0.19)')
    at_store = f'(SELECT %s FROM mobile_store WHERE id = {store_id} + n)'
    multiply(
        env.cr, 'mobile_geofence', circle.id, count - polygons - 1, store_id=f'{store_id} + n',
        latitude=at_store % 'latitude', longitude=at_store % 'longitude', radius='100 * power(100, random())')
    env.invalidate_all()


def _star(source, latitude, longitude, radius, corners):
    """Return a GeoJSON polygon around a place, as far as `radius` (metres) from it."""
    ring = []
    for number in range(corners):
        away, bearing = radius * source.uniform(0.5, 1) / 111_195, 2 * math.pi * number / corners
        ring.append([longitude + away * math.cos(bearing) / max(math.cos(math.radians(latitude)), 0.01),
                     latitude + away * math.sin(bearing)])
    return {'type': 'Polygon', 'coordinates': [[[x, max(-90, min(90, y))] for x, y in ring]]}


def devices(env, count):
    """Make `count` devices, each with a customer of its own who has signed in, an access and a refresh token.

    :return: nothing; device number n of 1 to `count` is the install `install_id(n)` and has the tokens `token(n)` and
        `refresh_token(n)`
    """
    env.cr.execute(SQL('SELECT count(*) FROM mobile_device'))
    if env.cr.fetchone()[0] >= count:
        # The last run's sign-ins have ended some.
        env.cr.execute(SQL(
            'UPDATE mobile_token SET revoked_at = NULL WHERE revoked_at IS NOT NULL AND expires_at = %s', NEVER))
        return
    device = caller(env)
    user = device.user_id
    first = env['mobile.token'].create({
        'kind': 'access', 'hash': 'template', 'family': 'template', 'device_id': device.id, 'user_id': user.id,
        'expires_at': NEVER,
    })
    env.flush_all()
    cr = env.cr
    # Customers who came one after the other do not lie beside each other on the disk.
    nth = f'(1 + mod(n * 7919::bigint, {count}))'
    partner_offset = multiply(
        cr, 'res_partner', user.partner_id.id, count, name="'Customer ' || n", complete_name="'Customer ' || n",
        commercial_partner_id='copy.id', email='NULL', email_normalized='NULL', phone=NUMBER, phone_sanitized=NUMBER,
        mobile_verified_phone=NUMBER)
    user_offset = multiply(cr, 'res_users', user.id, count, login=NUMBER, partner_id=f'{nth} + {partner_offset}')
    cr.execute(SQL(
        """INSERT INTO res_groups_users_rel (gid, uid)
           SELECT gid, id FROM res_users, res_groups_users_rel template WHERE template.uid = %s AND id > %s""",
        user.id, user_offset))
    cr.execute(SQL(
        """INSERT INTO res_company_users_rel (cid, user_id)
           SELECT company_id, id FROM res_users WHERE id > %s""", user_offset))
    device_offset = multiply(
        cr, 'mobile_device', device.id, count, uuid='gen_random_uuid()::text', install_id="'benchmark ' || n",
        user_id=f'n + {user_offset}', partner_id=f'{nth} + {partner_offset}')
    for kind in ('access', 'refresh'):
        multiply(
            cr, 'mobile_token', first.id, count, kind=f"'{kind}'", family='md5(n::text)',
            hash=f"encode(sha256(('mc{kind[0]}_benchmark_' || n)::bytea), 'hex')",
            device_id=f'n + {device_offset}', user_id=f'n + {user_offset}')
    env.invalidate_all()


def reporting(env, phones, places):
    """Make phones of customers who agree to be located, and stores with a fence each.

    :return: nothing; phone number n is the device that :func:`devices` made as number n
    """
    devices(env, phones)
    stores(env, places)
    if env['mobile.geofence'].with_context(active_test=False).search_count([]) >= places:
        return
    cr, device = env.cr, caller(env)
    cr.execute("UPDATE mobile_device SET signed_in_at = now() AT TIME ZONE 'UTC' - interval '900 days'")
    fence = env['mobile.geofence'].create({'store_id': env['mobile.store'].search([], limit=1).id, 'radius': 200.0})
    env['mobile.consent']._append(
        device.partner_id, device.company_id, {'location': True}, 'device', device_uuid=device.uuid)
    consent = env['mobile.consent'].search([('subject_id', '=', device.partner_id.id)])
    env.flush_all()
    cr.execute(SQL('SELECT array_agg(id ORDER BY id) FROM mobile_store'))
    store_ids = cr.fetchone()[0]
    multiply(cr, 'mobile_geofence', fence.id, places, store_id=f'(ARRAY{store_ids})[n]',
             latitude=f'(SELECT latitude FROM mobile_store WHERE id = (ARRAY{store_ids})[n])',
             longitude=f'(SELECT longitude FROM mobile_store WHERE id = (ARRAY{store_ids})[n])')
    cr.execute('SELECT array_agg(DISTINCT partner_id) FROM mobile_device')
    partner_ids = cr.fetchone()[0]
    multiply(cr, 'mobile_consent', consent.id, len(partner_ids), subject_id=f'(ARRAY{partner_ids})[n]')
    env.invalidate_all()


def events(env, count):
    """Add what phones that :func:`reporting` made have reported in two years, as it stands after the daily work.

    A fifth are positions, of which those of the last 30 days are kept; comings and goings, scans and views share the
    rest.
    """
    cr = env.cr
    cr.execute("SELECT reltuples FROM pg_class WHERE oid = 'mobile_event'::regclass")
    if cr.fetchone()[0] >= count * 0.9:
        return
    cr.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'mobile_event' AND indexname !~ 'pkey$'")
    indexes = cr.fetchall()
    cr.execute("""SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
                   WHERE conrelid = 'mobile_event'::regclass AND contype = 'f'""")
    keys = cr.fetchall()
    # Row by row they take hours; all at once, minutes.
    for name, _definition in keys:
        cr.execute(SQL('ALTER TABLE mobile_event DROP CONSTRAINT %s', SQL.identifier(name)))
    for name, _definition in indexes:
        cr.execute(SQL('DROP INDEX %s', SQL.identifier(name)))
    cr.execute(SQL(
        """
        WITH product AS (SELECT array_agg(id) AS ids FROM product_product),
        device AS (SELECT id, partner_id, company_id, row_number() OVER (ORDER BY id) - 1 AS number
                     FROM mobile_device WHERE partner_id IS NOT NULL),
        fence AS (SELECT id, store_id, row_number() OVER (ORDER BY id) - 1 AS number FROM mobile_geofence),
        instant AS (
            SELECT n, (random() * 1e6)::int AS chance,
                   now() AT TIME ZONE 'UTC' - interval '2 days' - (1 - n::float8 / %(count)s) * interval '728 days'
                   AS occurred_at
              FROM generate_series(1, %(count)s) n
        ),
        fact AS (
            SELECT n, chance, occurred_at, occurred_at > now() - interval '30 days' AND mod(n, 10) < 6 AS is_placed,
                   (ARRAY['position', 'position', 'enter', 'enter', 'exit', 'exit', 'scan', 'view', 'view', 'search']
                   )[1 + mod(n, 10)] AS kind
              FROM instant
        )
        INSERT INTO mobile_event (uuid, type, origin, occurred_at, received_at, device_id, partner_id, company_id,
                                  geofence_id, store_id, barcode, product_id, latitude, longitude, accuracy, is_coarse,
                                  track)
        SELECT gen_random_uuid()::text, kind, 'phone', occurred_at, occurred_at, device.id, device.partner_id,
               device.company_id, fence.id, fence.store_id,
               CASE WHEN kind = 'scan' THEN (4000000000000 + chance)::text END,
               CASE WHEN kind = 'view' THEN product.ids[1 + mod(chance, array_length(product.ids, 1))] END,
               CASE WHEN is_placed THEN 0.005 + chance / 1e6 END, CASE WHEN is_placed THEN 0.005 + chance / 1e6 END,
               CASE WHEN is_placed THEN 1010 END, CASE WHEN is_placed THEN TRUE END,
               CASE WHEN is_placed AND kind = 'position' THEN hashint8extended(n, 19) END
          FROM fact
          JOIN device ON device.number = mod(n * 7919::bigint, (SELECT count(*) FROM device))
     LEFT JOIN fence ON kind IN ('enter', 'exit') AND fence.number = mod(chance, (SELECT count(*) FROM fence)::int)
    CROSS JOIN product
         ORDER BY n
        """, count=count))
    for _name, definition in indexes:
        cr.execute(SQL(definition))
    for name, definition in keys:
        cr.execute(SQL('ALTER TABLE mobile_event ADD CONSTRAINT %s %s', SQL.identifier(name), SQL(definition)))


def number(n):
    """Return the phone number of the n-th customer that :func:`devices` made; those above its count are nobody's."""
    return f'+49151{20000000 + n}'


def unlimited(env):
    """Let one host ask for any number of codes."""
    for policy in ('device', 'otp_address', 'otp_device', 'otp_ip'):
        env['ir.config_parameter'].set_param(f'mobile_crm.limit.{policy}', NO_LIMIT)


def token(number):
    """Return a token that :func:`devices` made, in plain."""
    return f'mca_benchmark_{number}'


def refresh_token(number):
    """Return a refresh token that :func:`devices` made, in plain."""
    return f'mcr_benchmark_{number}'


def install_id(number):
    """Return what a device that :func:`devices` made is called by its app."""
    return f'benchmark {number}'


def positions(count):
    """Return random positions, evenly spread over the globe, the same ones in each run.

    :rtype: list[tuple[float, float]]
    """
    source = random.Random(19)
    return [(source.uniform(-70, 70), source.uniform(-180, 180)) for _number in range(count)]


def products(env, count, *, searched=True):
    """Sell `count` products in three languages, of 20,000 brands and 200 categories; three in ten are jackets.

    Number n from 1 on has the reference ``REF-<n>``, and n within its EAN-13.

    :param bool searched: whether they are found by their words
    """
    if env['product.template'].search_count([('default_code', '=like', 'REF-%')], limit=1):
        return
    for code in ('de_DE', 'fr_FR'):
        env['res.lang']._activate_lang(code)
    parents = env['product.category'].create([{'name': f"Department {number}"} for number in range(20)])
    categories = env['product.category'].create([
        {'name': f"Shelf {number}", 'parent_id': parents[number % 20].id} for number in range(180)])
    template = env['product.template'].create({
        'name': "Template", 'categ_id': categories[0].id, 'list_price': 10, 'type': 'consu', 'default_code': "X"})
    product = template.product_variant_id
    env.flush_all()
    brand = ' || '.join(f"(ARRAY[{_quoted(SYLLABLES)}])[1 + mod(mod(n * 7919, 20000) / {size}, 28)]"
                        for size in (1, 28, 784))
    said = {
        lang: f"initcap({brand}) || ' ' || (ARRAY[{_quoted(kinds)}])[1 + mod(n, {len(kinds)})] || ' ' || "
              f"CASE WHEN mod(n, 10) < 3 THEN '{things[0]}' "
              f"ELSE (ARRAY[{_quoted(things)}])[1 + mod(n / 7, {len(things)})] END"
        for lang, (kinds, things) in WORDS.items()}
    # The check digit of an EAN-13 of 4 and eleven digits.
    odd, even = (' + '.join(f'{factor} * mod(n / {place}, 10)' for place in places)
                 for factor, places in ((3, (1, 100, 10_000)), (1, (10, 1000, 100_000))))
    offset = multiply(
        env.cr, 'product_template', template.id, count,
        name=f"jsonb_build_object({', '.join(f'$${lang}$$, {name}' for lang, name in said.items())})",
        categ_id=f'{categories[0].id} + mod(n, 180)', list_price='1 + mod(n, 90)', default_code="'REF-' || n")
    multiply(
        env.cr, 'product_product', product.id, count, product_tmpl_id=f'n + {offset}', default_code="'REF-' || n",
        barcode=f"'4' || lpad(n::text, 11, '0') || mod(10 - mod(4 + {odd} + {even}, 10), 10)")
    env.cr.execute('ANALYZE product_template; ANALYZE product_product')
    env.invalidate_all()
    if searched:
        env['mobile.catalogue']._rebuild()


def _quoted(texts):
    return ', '.join(f"'{text}'" for text in texts)
