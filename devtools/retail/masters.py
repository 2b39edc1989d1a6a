"""What baskets are made of: households, stores, categories and products."""

import random
import statistics
from collections import defaultdict
from urllib.parse import quote

from odoo.fields import Command
from odoo.tools import SQL

from . import rows, words
from .places import place, settle
from .source import ZONE

#: Of a hundred households, so many agree to each purpose. Made up: the data say nothing of it.
CONSENTS = {'email': 62, 'push': 48, 'sms': 27, 'location': 35, 'profiling': 54}
#: Opening hours of stores, and how many have them.
HOURS = {'24/7': 2, 'Mo-Su 06:00-24:00': 5, 'Mo-Sa 07:00-22:00; Su 08:00-21:00': 3}
#: Records that are made by the ORM before they are committed.
BATCH = 500
UNKNOWN = "Unknown"
#: Says that the search knows the products (`ir.config_parameter`).
WORDS = f'{rows.MODULE}.words'


def _key(path):
    """Return names of the data as a part of an external id, which has no spaces."""
    return '/'.join(quote(name, safe='') for name in path)


def _batches(items):
    items = list(items)
    for start in range(0, len(items), BATCH):
        yield items[start:start + BATCH]


def _state_ids(env):
    country = env.ref('base.us')
    return country.id, {state.code: state.id for state in country.state_ids}


def load_stores(env, survey, progress):
    """Make the stores, each with a fence, hours and an address."""
    there = rows.named(env, 'store')
    country_id, state_ids = _state_ids(env)
    cities = settle(survey.visits)
    missing = [number for number in sorted(cities) if str(number) not in there]
    for batch in _batches(missing):
        values = []
        for number in batch:
            spot = place('store', number, cities[number])
            chance = random.Random(f'hours {number}')  # noqa: S311 (made up, and the same each time)
            values.append({
                'name': f"{spot.city.name}, {spot.street.split(' ', 1)[1]} ({number})", 'street': spot.street,
                'city': spot.city.name, 'state_id': state_ids[spot.city.state], 'country_id': country_id,
                'latitude': spot.latitude, 'longitude': spot.longitude, 'is_located': True, 'tz': ZONE,
                'opening_hours': chance.choices(list(HOURS), list(HOURS.values()))[0],
                'geofence_ids': [Command.create({'radius': 150.0})]})
        stores = env['mobile.store'].create(values)
        rows.name(env, 'store', dict(zip(batch, stores, strict=True)))
        progress(len(batch))


def load_households(env, source, survey, shift, progress):
    """Make the customers, with what is known of them, where they may live, and what they agree to."""
    there = rows.named(env, 'household')
    country_id, state_ids = _state_ids(env)
    cities = settle(survey.visits)
    tags = _traits(env, source)
    for batch in _batches(number for number in sorted(survey.visits) if str(number) not in there):
        values = []
        for number in batch:
            spot = place('household', number, cities[survey.visits[number].most_common(1)[0][0]])
            values.append({
                'name': words.household_name(number), 'ref': f'{number}', 'street': spot.street,
                'city': spot.city.name, 'state_id': state_ids[spot.city.state], 'country_id': country_id,
                'partner_latitude': spot.latitude, 'partner_longitude': spot.longitude, 'tz': ZONE, 'lang': 'en_US',
                'email': f'household-{number}@complete-journey.example', 'company_id': env.company.id,
                'category_id': [Command.set([
                    tags[trait] for trait in source.demographics.get(number, {}).items()])]})
        partners = env['res.partner'].create(values)
        rows.name(env, 'household', dict(zip(batch, partners, strict=True)))
        for number, partner in zip(batch, partners, strict=True):
            chance = random.Random(f'consent {number}')  # noqa: S311 (made up, and the same each time)
            choices = {purpose: chance.random() * 100 < share for purpose, share in CONSENTS.items()}
            env['mobile.consent']._append(partner, env.company, choices, 'import')
            # They are customers since they came first.
            env.cr.execute(SQL('UPDATE res_partner SET create_date = %s WHERE id = %s',
                               survey.first[number] + shift, partner.id))
        progress(len(batch))


def _traits(env, source):
    """Return the ids of the tags that tell of households, those that are missing made."""
    there = rows.named(env, 'trait')
    tags = env['res.partner.category']
    made = {}
    for name, title in words.TRAITS.items():
        values = sorted({traits[name] for traits in source.demographics.values() if name in traits})
        if values and name not in there:
            parent = tags.create({'name': title})
            rows.name(env, 'trait', {name: parent})
            there[name] = parent.id
        for value in values:
            key = _key((name, value))
            if key not in there:
                tag = tags.create({'name': value, 'parent_id': there[name]})
                rows.name(env, 'trait', {key: tag})
                there[key] = tag.id
            made[name, value] = there[key]
    return made


def load_categories(env, products, progress):
    """Make the tree of departments, categories and types.

    :return: {(department, category, type): id}, the last ones empty for the levels above
    """
    there = rows.named(env, 'category')
    found = {}
    for depth in (1, 2, 3):
        wanted = sorted({(product.department, product.category, product.type)[:depth] for product in products
                         if (product.department, product.category, product.type)[depth - 1]})
        missing = [path for path in wanted if _key(path) not in there]
        for batch in _batches(missing):
            made = env['product.category'].create([{
                'name': words.plain(path[-1]), 'parent_id': found.get(_above(path, found))} for path in batch])
            rows.name(env, 'category', {_key(path): record for path, record in zip(batch, made, strict=True)})
            there |= {_key(path): record.id for path, record in zip(batch, made, strict=True)}
            progress(len(batch))
        found |= {path: there[_key(path)] for path in wanted}
    return found


def _above(path, found):
    """Return the nearest known level above a path, None at the top."""
    return next((path[:depth] for depth in range(len(path) - 1, 0, -1) if path[:depth] in found), None)


def list_prices(products, survey):
    """Return what each product costs now, in cents: the last price on the shelf, or that of what is like it.

    :return: {product: price}, without those of which nothing is known
    """
    prices, of_type, of_department = dict(survey.prices), defaultdict(list), defaultdict(list)
    for product in products:
        if product.product_id in prices:
            of_type[product.department, product.category, product.type].append(prices[product.product_id])
            of_department[product.department].append(prices[product.product_id])
    of_type = {key: statistics.median(values) for key, values in of_type.items()}
    of_department = {key: statistics.median(values) for key, values in of_department.items()}
    for product in products:
        if product.product_id not in prices:
            price = of_type.get((product.department, product.category, product.type),
                                of_department.get(product.department))
            if price:
                prices[product.product_id] = price
    return {number: round(price) for number, price in prices.items()}


def load_products(env, products, survey, category_ids, shift, progress):
    """Make the products that are missing, in SQL."""
    cr = env.cr
    there = rows.named(env, 'product')
    prices = list_prices(products, survey)
    missing = [product for product in products if str(product.product_id) not in there]
    if not missing:
        return
    tag_ids = _brand_tags(env)

    def make():
        template = env['product.template'].create({
            'name': "Example", 'type': 'consu', 'invoice_policy': 'delivery', 'taxes_id': [], 'default_code': "1",
            'supplier_taxes_id': [], 'barcode': words.barcode(0), 'categ_id': next(iter(category_ids.values()), False)})
        return template, template.product_variant_id

    template, variant = rows.examples(env, make)
    cr.execute("""CREATE TEMP TABLE journey_new_product (
        number bigint, name text, barcode varchar, categ_id int, price numeric, is_shown boolean, tag_id int
        ) ON COMMIT DROP""")
    rows.copy(cr, 'journey_new_product', None, (
        (product.product_id, words.product_name(product), words.barcode(product.product_id),
         category_ids.get(_category(product, category_ids)), prices.get(product.product_id, 0) / 100,
         bool(prices.get(product.product_id)) and product.department not in words.HIDDEN,
         tag_ids.get(product.brand)) for product in missing))
    # What they are like is the ORM's; `number` joins the three rows of a product.
    cr.execute("""CREATE TEMP TABLE journey_made ON COMMIT DROP AS
        SELECT nextval('product_template_id_seq')::int AS template_id,
               nextval('product_product_id_seq')::int AS id, new.*
          FROM (SELECT * FROM journey_new_product ORDER BY number) new""")
    rows.insert(cr, 'product_template', template, 'journey_made', id='template_id',
                name="jsonb_build_object('en_US', name)", default_code='number::text', categ_id='categ_id',
                list_price='price', mobile_published='is_shown')
    # They were on the shelves when the first household came, and nothing is recommended for being new.
    variant['create_date'] = min(survey.first.values()) + shift
    rows.insert(cr, 'product_product', variant, 'journey_made', id='id', product_tmpl_id='template_id',
                default_code='number::text', barcode='barcode')
    cr.execute("""INSERT INTO product_tag_product_template_rel (product_template_id, product_tag_id)
        SELECT template_id, tag_id FROM journey_made WHERE tag_id IS NOT NULL""")
    cr.execute(SQL("""INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
        SELECT %s, 'product_' || number, 'product.product', id, TRUE FROM journey_made""", rows.MODULE))
    env.invalidate_all()
    progress(len(missing))


def load_words(env, progress):
    """Enter the words of the products, which were made past Odoo, where the search looks."""
    parameters = env['ir.config_parameter']
    if not parameters.get_param(WORDS):
        env['mobile.catalogue']._rebuild()
        parameters.set_param(WORDS, 'entered')
        progress(env['product.template'].search_count([]))


def _category(product, category_ids):
    path = (product.department, product.category, product.type)
    return path if path in category_ids and product.type else _above(path, category_ids)


def _brand_tags(env):
    """Return the ids of the tags of the data's two kinds of brands."""
    there = rows.named(env, 'brand')
    for brand, title in (('National', "National Brand"), ('Private', "Own Brand")):
        if brand not in there:
            tag = env['product.tag'].create({'name': title})
            rows.name(env, 'brand', {brand: tag})
            there[brand] = tag.id
    return there
