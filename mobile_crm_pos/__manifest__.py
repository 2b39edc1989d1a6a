{
    'name': "Mobile CRM: Point of Sale",
    'summary': "Member cards, coupons and baskets of customers' phones at Odoo's tills, and receipts on the phones",
    'version': '19.0.1.1.0',
    'category': 'Sales/CRM',
    'license': 'LGPL-3',
    'author': "Mobile CRM founders",
    'depends': ['mobile_crm', 'pos_loyalty'],
    'data': [
        'security/ir.model.access.csv',
        'views/mobile_redemption_views.xml',
        'views/pos_order_views.xml',
        'views/res_config_settings_views.xml',
    ],
    'assets': {
        'point_of_sale._assets_pos': ['mobile_crm_pos/static/src/**/*'],
        'web.assets_tests': ['mobile_crm_pos/static/tests/tours/**/*'],
    },
    'auto_install': True,
}
