"""Drop the index that another one covers: it is written for each message of a broadcast."""


def migrate(cr, version):
    cr.execute('DROP INDEX IF EXISTS mobile_message__campaign_id_index')
