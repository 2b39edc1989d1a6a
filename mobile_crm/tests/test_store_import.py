import csv
import io
import os

import openpyxl

from odoo.tests import new_test_user, tagged
from odoo.tools import file_open

from .common import MobileCommon

COUNT = 3_000 if os.environ.get('MOBILE_CRM_FULL') == '1' else 120
COLUMNS = ['id', 'name', 'street', 'zip', 'city', 'country_id', 'phone', 'latitude', 'longitude', 'tz', 'service_ids',
           'opening_hours', 'user_id']
HOURS = ['Mo-Fr 09:00-18:00; PH off', 'Mo-Sa 10:00-20:00; Dec 24 10:00-14:00', 'Mo-Th 18:00-01:00; Fr,Sa 18:00-03:00',
         '24/7', '']
OPTIONS = {'has_headers': True, 'quoting': '"', 'separator': ',', 'encoding': 'utf-8', 'float_decimal_separator': '.',
           'float_thousand_separator': ','}


@tagged('-at_install', 'post_install')
class TestStoreImport(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, 'import_manager', groups='mobile_crm.group_mobile_crm_manager,base.group_allow_export',
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)], name="Import Manager")
        cls.env = cls.env(user=cls.manager)
        cls.env['mobile.store.service'].create([{'name': "Parking"}, {'name': "Click & Collect"}])
        cls.rows = [[
            f'import_store_{number}', f'Store {number}', f'Main Street {number}', f'{1000 + number}',
            f'City {number % 90}', ('BE', 'France', 'DE')[number % 3], f'+32 2 {number:07d}',
            50 + number / 1000, 4 + number / 1000,
            ('Europe/Brussels', 'Europe/Paris', 'Europe/Berlin')[number % 3],
            ('', 'Parking', 'Parking,click_collect')[number % 3], HOURS[number % len(HOURS)],
            ('', "Import Manager")[number % 2],
        ] for number in range(COUNT)]

    def _import(self, content, mimetype, columns=COLUMNS):
        wizard = self.env['base_import.import'].create(
            {'res_model': 'mobile.store', 'file': content, 'file_type': mimetype, 'file_name': 'stores'})
        return wizard.execute_import(columns, columns, dict(OPTIONS))

    def _import_csv(self, rows, columns=COLUMNS):
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows([columns, *rows])
        return self._import(text.getvalue().encode(), 'text/csv', columns)

    def _import_xlsx(self, rows):
        book, content = openpyxl.Workbook(), io.BytesIO()
        for row in [COLUMNS, *rows]:
            book.active.append(row)
        book.save(content)
        return self._import(
            content.getvalue(), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')

    def _imported(self):
        self.env.invalidate_all()
        return self.env['mobile.store'].search([('name', '=like', 'Store %')], order='id')

    def _export(self, stores):
        columns = ['id', 'name', 'street', 'street2', 'zip', 'city', 'country_id/id', 'phone', 'latitude', 'longitude',
                   'tz', 'service_ids/id', 'opening_hours', 'user_id/id', 'partner_id/id', 'calendar_id/id']
        return columns, stores.with_context(import_compat=True).export_data(columns)['datas']

    def test_thousands_in_one_file(self):
        result = self._import_csv(self.rows)
        self.assertEqual(result['messages'], [])
        self.assertEqual(len(result['ids']), COUNT)
        stores = self._imported()
        self.assertEqual(len(stores), COUNT)
        store = stores[1]
        self.assertEqual(
            (store.partner_id.name, store.partner_id.street, store.zip, store.city, store.country_id.code, store.phone),
            ('Store 1', 'Main Street 1', '1001', 'City 1', 'FR', '+32 2 0000001'))
        self.assertEqual((store.latitude, store.tz, store.user_id), (50.001, 'Europe/Paris', self.manager))
        self.assertEqual(stores[2].service_ids.mapped('code'), ['click_collect', 'parking'])
        self.assertEqual(len(stores.partner_id), COUNT)
        self.assertEqual(len(stores.calendar_id), 4 * 3, "stores with the same hours, time zone and country share them")
        self.assertEqual(set(stores[3::5].mapped('opening_hours')), {'24/7'})
        self.assertFalse(stores[4].calendar_id)
        # Again, with external ids: what is the same stays the same, and what is new is written.
        calendars, partners = stores.calendar_id, stores.partner_id
        rows = [[*row[:2], 'New Street', *row[3:]] for row in self.rows]
        self.assertEqual(self._import_xlsx(rows)['messages'], [])
        again = self._imported()
        self.assertEqual((again, again.partner_id, again.calendar_id), (stores, partners, calendars))
        self.assertEqual(set(again.mapped('street')), {'New Street'})
        self.assertEqual(again[1].city, 'City 1')

    def test_what_is_exported_can_be_imported(self):
        self.assertEqual(self._import_csv(self.rows[:30])['messages'], [])
        stores = self._imported()
        self.env['mobile.opening.exception'].create({
            'name': "Stocktaking", 'date_from': '2099-01-01', 'store_ids': stores[:1].ids})
        self.env.flush_all()
        stores.invalidate_recordset()
        columns, before = self._export(stores)
        self.assertEqual(self._import_csv(before, columns)['messages'], [])
        self.env.invalidate_all()
        self.assertEqual(self._export(self._imported()), (columns, before))
        self.assertEqual(stores[0].opening_hours, 'Mo-Fr 09:00-18:00; PH off; 2099 Jan 01 off')

    def test_a_wrong_row_is_named(self):
        rows = [list(row) for row in self.rows[:3]]
        rows[1][COLUMNS.index('opening_hours')] = 'Mo-Fr 9-18 Uhr'
        result = self._import_csv(rows)
        self.assertFalse(result['ids'])
        self.assertIn('Mo-Fr 9-18 Uhr', ''.join(
            message['message'] for message in result['messages'] if message['record'] == 1))
        self.assertFalse(self._imported())
        self.assertFalse(self.env['res.partner'].search([('name', '=like', 'Store %')]))

    def test_the_template_can_be_imported(self):
        template, = self.env['mobile.store'].get_import_templates()
        with file_open(template['template'].lstrip('/'), 'rb') as file:
            content = file.read()
        columns = [cell.value for cell in next(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(max_row=1))]
        preview = self.env['base_import.import'].create({
            'res_model': 'mobile.store', 'file': content, 'file_name': 'mobile_store.xlsx',
            'file_type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        }).parse_preview({**OPTIONS, 'sheet': 'Stores'})
        self.assertEqual(
            [preview['matches'].get(number) for number in range(len(columns))], [[name] for name in columns])
        result = self._import(
            content, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', columns)
        self.assertEqual(result['messages'], [])
        self.assertEqual(len(result['ids']), 3)
        stores = self.env['mobile.store'].browse(result['ids'])
        self.assertEqual(stores.mapped('is_located'), [True, True, False])
        self.assertEqual(stores.mapped('country_id.code'), ['BE', 'FR', 'DE'])
        self.assertTrue(all(stores.mapped('opening_hours')))

    # === ADDRESSES === #

    def test_a_store_brings_its_contact(self):
        store = self.env['mobile.store'].create({
            'name': "Corner Shop", 'street': "High Street 2", 'city': "Ghent", 'tz': 'Europe/Brussels'})
        self.assertEqual((store.partner_id.name, store.partner_id.city, store.partner_id.company_id),
                         ("Corner Shop", "Ghent", self.company))
        store.write({'street': "High Street 3", 'name': "Corner"})
        self.assertEqual((store.partner_id.street, store.city), ("High Street 3", "Ghent"))
        contact = self.env['res.partner'].create({'name': "Mall", 'city': "Bruges"})
        store = self.env['mobile.store'].create({'name': "In the Mall", 'partner_id': contact.id, 'street': "Gate 5"})
        self.assertEqual((contact.city, contact.street, store.city), ("Bruges", "Gate 5", "Bruges"))
        write_date = contact.write_date
        store.write({'street': "Gate 5", 'country_id': False})
        self.env.flush_all()
        self.assertEqual(contact.write_date, write_date)
