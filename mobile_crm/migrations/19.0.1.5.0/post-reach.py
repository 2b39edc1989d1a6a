"""Drop the indexes that other ones cover: they are written for each message of a broadcast."""


def migrate(cr, version):
    cr.execute('DROP INDEX IF EXISTS mobile_message__campaign_id_index, mobile_message__inbox_idx')
