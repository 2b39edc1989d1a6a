def migrate(cr, version):
    """Why a message is in its state has become a list of reasons: give the one that has another name its new one."""
    cr.execute("UPDATE mobile_message SET reason = 'customer_gone' WHERE reason = 'erasure' AND state = 'cancelled'")
