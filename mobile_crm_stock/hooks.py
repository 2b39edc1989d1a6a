from .models.mobile_reservation import LIVING


def uninstall_hook(env):
    """Put back what stores hold for customers: nobody would let go of it any more."""
    living = env['mobile.reservation'].search([('state', 'in', LIVING)])
    pickings = living.picking_id.filtered(lambda picking: picking.state not in ('done', 'cancel'))
    pickings.with_context(mobile_reservation_ends=True).action_cancel()
    env['mobile.reservation'].search([]).unlink()
    env['mobile.basket'].search([('hold_ids', '!=', False)])._release_goods()
