{
    'name': "Mobile CRM Benchmark",
    'summary': "Empty routes to measure the phone API against",
    'version': '19.0.1.0.0',
    'category': 'Hidden',
    'license': 'LGPL-3',
    'author': "Mobile CRM founders",
    'depends': ['mobile_crm'],
}
