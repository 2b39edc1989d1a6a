"""A loyalty program, and a quotation that takes a customer's points, by the calls of the web client."""


def make_program(admin):
    """Make a program of the admin's company in which 100 points are worth 5 %.

    :return: the ids of the program, its reward, and a product
    :rtype: dict
    """
    company = admin.read('res.users', 2, 'company_id')['company_id'][0]
    program = admin.call('loyalty.program', 'create', {
        'name': 'Points program', 'program_type': 'loyalty', 'company_id': company, 'applies_on': 'both',
        'trigger': 'auto', 'rule_ids': [(5, 0, 0), (0, 0, {'reward_point_mode': 'order', 'reward_point_amount': 1})],
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 5, 'required_points': 100})]})
    return {
        'program': program,
        'reward': admin.read('loyalty.program', program, 'reward_ids')['reward_ids'][0],
        'product': admin.call('product.product', 'create', {
            'name': 'Points product', 'list_price': 100.0, 'taxes_id': []}),
    }


def make_card(admin, shop, partner):
    """Give a customer 100,000 points."""
    return admin.call('loyalty.card', 'create', {
        'program_id': shop['program'], 'partner_id': partner, 'points': 100_000})


def take_points(admin, shop, partner):
    """Make a quotation that takes 100 points of a customer's; return its id."""
    order = admin.call('sale.order', 'create', {
        'partner_id': partner, 'order_line': [(0, 0, {'product_id': shop['product'], 'product_uom_qty': 1})]})
    if isinstance(admin.call('sale.order', 'action_open_reward_wizard', [order]), dict):
        wizard = admin.call('sale.loyalty.reward.wizard', 'create', {
            'order_id': order, 'selected_reward_id': shop['reward']})
        admin.call('sale.loyalty.reward.wizard', 'action_apply', [wizard])
    return order
