from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

# What a campaign takes over from its template, in each language where it is a text.
COPIED = ('audience_domain', 'cooldown_hours', 'coupon_days', 'holdout_percent', 'max_per_customer', 'trigger')
COPIED_TEXTS = ('message_title', 'message_body', 'terms')


class MobileCampaignTemplate(models.Model):
    """A campaign that is ready but for what is one's own: the reward and the stores."""

    _name = 'mobile.campaign.template'
    _description = "Campaign Template"
    _inherit = ['mobile.campaign.text']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    icon = fields.Char(
        required=True, default='fa-bullhorn', help="A name of Font Awesome 4, such as fa-gift.")
    description = fields.Text(translate=True)
    trigger = fields.Selection(
        selection=lambda self: self.env['mobile.campaign']._fields['trigger']._description_selection(self.env),
        required=True, default='enter')
    terms = fields.Text(translate=True)
    audience_domain = fields.Char(string="Audience", required=True, default='[]')
    coupon_days = fields.Integer(string="Coupon Good For (days)", required=True, default=7)
    max_per_customer = fields.Integer(string="Coupons per Customer", required=True, default=1)
    cooldown_hours = fields.Integer(string="Hours Between Coupons", required=True, default=24)
    holdout_percent = fields.Integer(string="Control Group (%)", required=True, default=0)
    reward_type = fields.Selection(
        selection=[('percent', "A percentage off"), ('amount', "An amount off"), ('product', "A free product")],
        required=True, default='percent')
    discount = fields.Float(default=10.0, digits=(16, 2))
    minimum_amount = fields.Float(string="From an Order Of", digits=(16, 2))
    channels = fields.Char(
        default='push', help="By which ways the message travels, in this order: push, sms, email, with commas between "
                             "them. Empty is the app's inbox alone.")
    settings = fields.Char(
        string="More Settings", help="Further fields of the campaign and their values, such as {'send_hour': 11.0}.")

    # === CONSTRAINT METHODS === #

    @api.constrains('settings')
    def _check_settings(self):
        for template in self:
            template._settings()

    @api.constrains('channels')
    def _check_channels(self):
        known = dict(self.env['mobile.campaign.channel']._fields['channel']._description_selection(self.env))
        for template in self:
            channels = template._channels()
            if not known.keys() >= set(channels) or len(channels) > len(set(channels)):
                raise ValidationError(self.env._(
                    "Channels are %s, each at most once, with commas between them.", ', '.join(known)))

    # === ACTION METHODS === #

    def action_use(self):
        """Ask for what is missing, and make the campaign."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("New Campaign: %s", self.name),
            'res_model': 'mobile.campaign.new',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_template_id': self.id},
        }

    # === BUSINESS METHODS === #

    def _settings(self):
        """Return the further fields and their values.

        :rtype: dict
        :raise ValidationError: when they cannot be read.
        """
        self.ensure_one()
        try:
            return dict(literal_eval(self.settings or '{}'))
        except (SyntaxError, TypeError, ValueError) as exc:
            raise ValidationError(self.env._("More settings are written as {'send_hour': 11.0}.")) from exc

    def _channels(self):
        """Return by which channels the message travels, in order.

        :rtype: list[str]
        """
        self.ensure_one()
        return [channel.strip() for channel in (self.channels or '').split(',') if channel.strip()]

    def _campaign_values(self):
        """Return what a campaign takes over, in the language of the environment.

        :rtype: dict
        """
        self.ensure_one()
        known = self.env['mobile.campaign']._fields
        return {
            **{name: self[name] for name in (*COPIED, *COPIED_TEXTS)},
            'channel_ids': [Command.create({'channel': channel, 'sequence': number})
                            for number, channel in enumerate(self._channels())],
            # What another addon brought, and took along again, is left out.
            **{name: value for name, value in self._settings().items() if name in known},
        }

    def _translate(self, campaign):
        """Write the texts of a campaign made from this template in every other language that is in use."""
        self.ensure_one()
        for lang in {code for code, _name in self.env['res.lang'].get_installed()} & self._stored_texts().keys():
            localized = self.with_context(lang=lang)
            campaign.with_context(lang=lang).write({name: localized[name] for name in COPIED_TEXTS})

    def _campaign(self):
        """Override: it stands for the campaign that it will be."""
        self.ensure_one()
        return self.env['mobile.campaign'].new({'trigger': self.trigger})
