def migrate(cr, version):
    """Let campaigns of scans and searches that name stores go on asking for a phone that is near one."""
    cr.execute("""UPDATE mobile_campaign SET near_store = TRUE
                   WHERE trigger IN ('scan', 'search') AND EXISTS (
                         SELECT FROM mobile_campaign_store_rel WHERE campaign_id = mobile_campaign.id)""")
