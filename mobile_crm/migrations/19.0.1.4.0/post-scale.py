"""Drop the indexes that others cover: they are written for each message of a broadcast."""

REDUNDANT = (
    'mobile_decision__company_id_index', 'mobile_message__company_id_index', 'mobile_message__partner_id_index')


def migrate(cr, version):
    for name in REDUNDANT:
        cr.execute(f'DROP INDEX IF EXISTS {name}')
