import functools

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.web.models.models import Base

POSITION_FIELDS = ('latitude', 'longitude', 'accuracy')
# What names single customers in an analysis.
NAMING_FIELDS = {'partner_id', 'device_id', 'message_id', 'event_id', 'id'}


class MobileLooked(models.AbstractModel):
    """Records that tell where customers were: staff who read them are remembered (see ``mobile.look``)."""

    _name = 'mobile.looked'
    _description = "Records of Customers' Movements"

    # The fields that tell it; None: each of them does.
    _look_fields = None

    # === CRUD METHODS === #

    def _read_format(self, fnames, load='_classic_read'):
        """Override: whatever shows records to a user reads them here."""
        res = super()._read_format(fnames, load)
        self._log_look('read', self._ids, fnames)
        return res

    def export_data(self, fields_to_export):
        """Override: an export does not read as a screen does."""
        res = super().export_data(fields_to_export)
        self._log_look('export', self._ids, [name for path in fields_to_export for name in path.split('/')])
        return res

    @api.model
    def name_search(self, name='', domain=None, operator='ilike', limit=100):
        """Override: what a record is called tells what happened."""
        res = super().name_search(name, domain, operator, limit)
        self._log_look('read', [record_id for record_id, _name in res], ['display_name'])
        return res

    name_search._readonly = False

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        """Override: an analysis of one customer, or by customer, is a look at each."""
        res = super()._read_group(domain, groupby, aggregates, having, offset, limit, order)
        self._log_group_look(domain, groupby, aggregates)
        return res

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        """Override, as for ``_read_group``."""
        res = super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        self._log_group_look(domain, [spec for groupby in grouping_sets for spec in groupby], aggregates)
        return res

    # === BUSINESS METHODS === #

    @api.model
    def _is_look(self, field_names):
        """Tell whether a member of staff reads, and not the system or a phone, and reads where somebody was."""
        return (not self.env.su and self.env.user._is_internal()
                and (self._look_fields is None or not self._look_fields.isdisjoint(field_names)))

    @api.model
    def _log_look(self, method, ids, field_names):
        if ids and self._is_look(field_names):
            self._write_look(method, SQL('%s', tuple(ids)), field_names)

    @api.model
    def _log_group_look(self, domain, groupby, aggregates):
        specs = [part for spec in (*groupby, *aggregates) for part in spec.partition(':')[0].split('.')]
        domain = Domain(domain)
        named = {name for condition in domain.iter_conditions() for name in condition.field_expr.split('.')}
        if self._is_look({*specs, *named}) and NAMING_FIELDS & {*named, *(
                name for spec in groupby for name in spec.partition(':')[0].split('.'))}:
            self._write_look('group', self._search(domain).subselect(), specs)

    @api.model
    def _is_movement(self):
        """Return the condition of the rows that tell where somebody was."""
        return SQL('TRUE')

    @api.model
    def _write_look(self, method, ids, field_names):
        with_position = not {*POSITION_FIELDS, 'is_coarse'}.isdisjoint(field_names)
        self.env['mobile.look']._log(method, self, ids, with_position)


def _writing(name):
    """Return an override that only says that this method writes, the log of looks: else Odoo calls it on a replica
    first, fails, logs a warning and calls it again."""
    def method(self, *args, **kwargs):
        return getattr(super(MobileLooked, self), name)(*args, **kwargs)

    original = getattr(Base, name, None) or getattr(models.BaseModel, name)
    method = functools.wraps(original)(method)
    method._readonly = False
    return method


for _name in ('read', 'search_read', 'web_read', 'web_search_read', 'web_name_search', 'read_group', 'web_read_group',
              'formatted_read_group', 'formatted_read_grouping_sets', 'read_progress_bar'):
    setattr(MobileLooked, _name, _writing(_name))
