def migrate(cr, version):
    """Let campaigns that are there go on as they did, whether their store is open or not.

    The new columns of decisions stay empty for those that were taken before: their messages were in the app alone, and
    turns begin at one.
    """
    cr.execute("ALTER TABLE mobile_campaign ADD COLUMN IF NOT EXISTS only_while_open boolean")
    cr.execute("UPDATE mobile_campaign SET only_while_open = FALSE WHERE only_while_open IS NULL")
