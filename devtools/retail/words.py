"""What the data call by numbers and abbreviations, in words. Names of makers and barcodes are made up."""

import re

#: Departments of what nobody looks for in an app.
HIDDEN = {'FUEL', 'COUPON', 'MISCELLANEOUS', 'CNTRL/STORE SUP', 'CHARITABLE CONT', 'POSTAL CENTER', 'PROD-WHS SALES'}
#: Of the GS1 prefixes for numbers within a company, the last: Odoo gives meanings to the first ones.
PREFIX = '049'
ONSETS = ('B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'R', 'S', 'T', 'V', 'W', 'Br', 'Cl', 'St')
VOWELS = ('a', 'e', 'i', 'o', 'u')
MIDDLES = ('l', 'll', 'm', 'n', 'nd', 'r', 'rt', 's', 't', 'v')
ENDS = ('a', 'o', 'en', 'er', 'ic', 'is', 'ell', 'ine', 'on', 'y')
#: How many names can be made of these.
MAKERS = len(ONSETS) * len(VOWELS) * len(MIDDLES) * len(ENDS)
#: What the data shorten, where it is plain what is meant.
SHORT = {
    'BNLS': 'boneless', 'BTL': 'bottle', 'BTLS': 'bottles', 'CARB': 'carbonated', 'CHOC': 'chocolate',
    'CNTRL': 'control', 'DNRS': 'dinners', 'DRNK': 'drink', 'DRNKS': 'drinks', 'FD': 'food', 'FEM': 'feminine',
    'FLVR': 'flavored', 'FLVRD': 'flavored', 'FRZ': 'frozen', 'FRZN': 'frozen', 'GDS': 'goods', 'HYGN': 'hygiene',
    'INCL': 'included', 'JCE': 'juice', 'MISC': 'miscellaneous', 'PK': 'pack', 'PKG': 'package', 'PKGD': 'packaged',
    'REFRGRATD': 'refrigerated', 'SFT': 'soft', 'SNGL': 'single', 'SRV': 'serve', 'SS': 'single serve', 'STK': 'stick',
    'VEG': 'vegetable', 'WHT': 'white'}
#: Of a household, the group of tags that each of the data's columns becomes.
TRAITS = {
    'age': "Age", 'income': "Income", 'home_ownership': "Home", 'marital_status': "Marital Status",
    'household_size': "Household Size", 'household_comp': "Household", 'kids_count': "Children"}


def plain(text):
    """Return a name of the data in small letters, a capital in front, its signs set apart."""
    words = re.sub(r'\s*([/:,;&])\s*', lambda sign: f'{sign[1]} ' if sign[1] in ',;:' else f' {sign[1]} ', text).split()
    said = ' '.join(SHORT.get(word, word.lower()) for word in words).replace(' / ', '/')
    return said[:1].upper() + said[1:]


def maker(number):
    """Return the made-up name of a manufacturer, another one for each."""
    # The factor shares no divisor with their count, so that no two numbers below it meet.
    parts, rest = [], number * 7919 % MAKERS
    for choice in (ONSETS, VOWELS, MIDDLES, ENDS):
        rest, index = divmod(rest, len(choice))
        parts.append(choice[index])
    return ''.join(parts)


def product_name(product):
    """Return what a product is called: its maker, what it is, and its size."""
    if not product.manufacturer_id:
        return f'Product {product.product_id}'
    what = plain(product.type or product.category or product.department)
    name = f'{"Own Brand" if product.brand == "Private" else maker(product.manufacturer_id)} {what.lower()}'
    return f'{name}, {product.size.lower()}' if product.size else name


def barcode(product_id):
    """Return an EAN-13 of a product, from the numbers that are free for use within a company.

    :raise ValueError: when the number is too long
    """
    digits = f'{PREFIX}{product_id:09}'
    if len(digits) != 12:
        raise ValueError(f'product number {product_id} has more than nine digits')
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits))
    return f'{digits}{-total % 10}'


def household_name(number):
    """Return what a household is called."""
    return f'Household {number}'
