"""Pages that begin where the last one ended, whatever came or went meanwhile."""
from odoo.fields import Domain


def newest_first(field, after):
    """Return the domain of what follows in the order ``{field} desc, id desc``.

    :param str field: an instant.
    :param tuple after: (instant, id) of the last record that was given, or None for the first page.
    :rtype: Domain
    """
    if not after:
        return Domain.TRUE
    instant, record_id = after
    return Domain(field, '<', instant) | (Domain(field, '=', instant) & Domain('id', '<', record_id))
