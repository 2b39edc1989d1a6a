import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL, remove_accents

CODE = re.compile(r'[a-z0-9]+(_[a-z0-9]+)*')


class MobileStoreService(models.Model):
    """Something that customers find at a store, such as parking or repairs."""

    _name = 'mobile.store.service'
    _description = "Store Service"
    _order = 'sequence, name, id'
    _rec_names_search = ['name', 'code']

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, compute='_compute_code', store=True, readonly=False, precompute=True,
        help="By which apps know the service, whatever the language: lower-case letters, digits and _.")
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    store_ids = fields.Many2many(
        string="Stores", comodel_name='mobile.store', relation='mobile_store_service_rel',
        column1='service_id', column2='store_id')
    store_count = fields.Integer(compute='_compute_store_count')

    _code_unique = models.Constraint('UNIQUE (code)', "Another service has this code.")

    # === COMPUTE METHODS === #

    @api.depends('name')
    def _compute_code(self):
        for service in self.filtered(lambda service: service.name and not service.code):
            code = '_'.join(re.findall(r'[a-z0-9]+', remove_accents(service.name).lower())) or 'service'
            taken = set(self.with_context(active_test=False).search([('code', '=like', f'{code}%')]).mapped('code'))
            taken.update(other.code for other in self if other.code)
            service.code = next(
                name for number in range(len(taken) + 1)
                if (name := f'{code}_{number + 1}' if number else code) not in taken)

    @api.depends('store_ids')
    def _compute_store_count(self):
        counts = dict(self.env['mobile.store']._read_group(
            [('service_ids', 'in', self.ids)], ['service_ids'], ['__count']))
        for service in self:
            service.store_count = counts.get(service, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains('code')
    def _check_code(self):
        for service in self:
            if not CODE.fullmatch(service.code):
                raise ValidationError(self.env._(
                    "The code “%s” is not made of lower-case letters, digits and single _, such as click_collect.",
                    service.code))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        services = super().create(vals_list)
        self.env.registry.clear_cache('stable')
        return services

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache('stable')
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache('stable')
        return res

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache('self.env.lang', cache='stable')
    def _names(self):
        """Return code and name of each service that is offered, by id, in the order in which they are shown.

        :rtype: dict[int, tuple[str, str]]
        """
        # Names and codes of what stores offer are public.
        return {service.id: (service.code, service.name) for service in self.sudo().search([])}

    @api.model
    def _of_store_sql(self, store):
        """Return the ids of a store's services as an array.

        :param SQL store: the id of the store
        """
        return SQL("ARRAY(SELECT service_id FROM mobile_store_service_rel WHERE store_id = %s)", store)
