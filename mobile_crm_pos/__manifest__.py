{
    'name': "Mobile CRM: Point of Sale",
    'summary': "What customers buy at Odoo's tills, among the purchases on their phones",
    'version': '19.0.1.1.0',
    'category': 'Sales/CRM',
    'license': 'LGPL-3',
    'author': "Mobile CRM founders",
    'depends': ['mobile_crm', 'pos_loyalty'],
    'data': [
        'security/ir.model.access.csv',
        'views/res_config_settings_views.xml',
    ],
    'auto_install': True,
}
