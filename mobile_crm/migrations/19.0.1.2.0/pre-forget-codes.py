def migrate(cr, version):
    """Forget the one-time codes that are on their way: from now on there is one for each address."""
    cr.execute('DELETE FROM mobile_otp')
