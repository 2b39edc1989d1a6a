import base64
import csv
import io
import os
import time
import zipfile
from unittest.mock import patch

from openpyxl import Workbook, load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..tools import coupon_code, coupon_file, gs1
from .common import MobileCommon

FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
ROWS = 100_000 if FULL else 3_000


def as_csv(rows, delimiter=',', encoding='utf-8'):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class BatchCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, 'coupon_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)])
        cls.Batch = cls.env['mobile.coupon.batch'].with_user(cls.manager)

    def _file_batch(self, content, filename='codes.csv', **values):
        return self.Batch.create({
            'source': 'file', 'file': base64.b64encode(content), 'filename': filename,
            'program_id': self.program.id, **values})

    def _cards(self, codes):
        return self.env['loyalty.card'].search([('code', 'in', codes)], order='id')


@tagged('-at_install', 'post_install')
class TestCouponCodes(BatchCase):

    def test_spellings(self):
        code = coupon_code.generate()
        self.assertEqual(coupon_code.spellings(code)[0], code)
        for text in (code.lower(), f' {code} ', code.replace('-', ''), f']Q1{code}', code.replace('0', 'O')):
            self.assertIn(code, coupon_code.spellings(text))
        self.assertEqual(coupon_code.spellings('summer-1'), ['summer-1', 'SUMMER-1'])
        for text in ('', '  ', 'x' * 201, 'a\0b'):
            self.assertEqual(coupon_code.spellings(text), [])

    def test_a_code_in_capitals_and_one_in_small_letters_are_two(self):
        cards = self.env['loyalty.card']._mobile_insert(['aBcDeF', 'ABCDEF'], {
            'program_id': self.program.id, 'points': 1})
        Card = self.env['loyalty.card']
        self.assertEqual(Card._mobile_find_by_code('aBcDeF').code, 'aBcDeF')
        self.assertEqual(Card._mobile_find_by_code('ABCDEF').code, 'ABCDEF')
        self.assertEqual(Card._mobile_find_by_code('abcdef').code, 'ABCDEF')
        self.assertEqual(len(cards), 2)

    def test_odds(self):
        self.assertLess(coupon_code.odds([f'A{number:04d}' for number in range(9999)]), 2)
        self.assertGreater(coupon_code.odds([coupon_code.generate() for _number in range(300)]), 1e18)
        self.assertGreater(coupon_code.odds([coupon_code.generate()]), 1e15)
        self.assertEqual(coupon_code.odds([]), float('inf'))

    def test_a_collision_spoils_nothing(self):
        Card = self.env['loyalty.card']
        taken = [Card.create({'program_id': self.program.id, 'points': 1}).code for _number in range(3)]
        self.env['loyalty.rule'].create({
            'program_id': self.env['loyalty.program'].create({'name': "P", 'program_type': 'promo_code'}).id,
            'mode': 'with_code', 'code': 'WELCOME'})
        fresh = [coupon_code.generate() for _number in range(6)]
        given = [[taken[0], fresh[0], fresh[0], 'WELCOME', taken[1], fresh[1]], [taken[2], *fresh[1:4]], fresh[4:]]
        with patch.object(coupon_code, 'generate_many', side_effect=given):
            codes = Card._mobile_free_codes(6)
        self.assertEqual(set(codes), set(fresh))

    def test_odoos_own_places_give_long_codes_for_campaigns(self):
        wizard = self.env['loyalty.generate.wizard'].create(
            {'program_id': self.program.id, 'mode': 'anonymous', 'coupon_qty': 20})
        for card in wizard.generate_coupons():
            self.assertEqual(coupon_code.normalize(card.code), card.code)
            self.assertFalse(card.mobile_uuid, "it stays Odoo's")
        other = self.program.copy({'name': "No campaign"})
        card = self.env['loyalty.card'].create({'program_id': other.id, 'points': 1})
        self.assertTrue(card.code.startswith('044'))

    def test_codes_are_found_by_the_index(self):
        Card = self.env['loyalty.card']
        Card._mobile_insert(Card._mobile_free_codes(2_000), {'program_id': self.program.id, 'points': 1})
        self.env.cr.execute('ANALYZE loyalty_card')
        self.env.cr.execute("EXPLAIN SELECT id FROM loyalty_card WHERE code IN ('a', 'b') AND mobile_uuid IS NOT NULL")
        plan = '\n'.join(row[0] for row in self.env.cr.fetchall())
        self.assertRegex(plan, 'Index Cond: .*code', plan)


@tagged('-at_install', 'post_install')
class TestCouponBatch(BatchCase):

    # === NEW CODES === #

    def test_new_codes(self):
        batch = self.Batch.create({
            'program_id': self.program.id, 'quantity': 30, 'expires_at': '2031-01-01 12:00:00', 'channels': 'till',
            'store_ids': self.store_near.ids})
        cards = self.env['loyalty.card'].search(batch.action_make()['domain'])
        self.assertEqual(len(cards), 30)
        self.assertEqual(len(set(cards.mapped('mobile_uuid'))), 30)
        card = cards[0]
        self.assertEqual(coupon_code.normalize(card.code), card.code)
        self.assertEqual((card.points, card.holder_only, card.partner_id.id, card.company_id, card.mobile_channels),
                         (1, True, False, self.company, 'till'))
        self.assertEqual((card.mobile_store_ids, str(card.expiration_date), card.mobile_status, card.create_uid),
                         (self.store_near, '2031-01-02', 'available', self.manager))

    def test_a_campaigns_coupons(self):
        self.campaign.write({'coupon_channels': 'phone', 'store_ids': self.store_far.ids})
        batch = self.Batch.create({'campaign_id': self.campaign.id, 'quantity': 2})
        self.assertEqual((batch.program_id, batch.channels, batch.store_ids),
                         (self.program, 'phone', self.store_far))
        cards = self.env['loyalty.card'].search(batch.action_make()['domain'])
        self.assertEqual(cards.mobile_campaign_id, self.campaign)
        batch.program_id = self.program.copy({'name': "Another"})
        with self.assertRaisesRegex(UserError, "another program"):
            batch.action_make()

    def test_printed_coupons_take_their_places_in_the_budget(self):
        self.campaign.budget_coupons = 5
        self.Batch.create({'campaign_id': self.campaign.id, 'quantity': 4}).action_make()
        self.assertEqual(self.campaign.budget_used, 4)
        with self.assertRaisesRegex(UserError, "more coupons than"), self.env.cr.savepoint():
            self.Batch.create({'campaign_id': self.campaign.id, 'quantity': 2}).action_make()
        self.Batch.create({'campaign_id': self.campaign.id, 'quantity': 1}).action_make()

    def test_how_many(self):
        for quantity in (0, -1, 200_001):
            with self.assertRaisesRegex(UserError, "between 1 and"):
                self.Batch.create({'program_id': self.program.id, 'quantity': quantity}).action_make()
        with self.assertRaises(ValidationError):
            self.Batch.create({'program_id': self.program.id, 'valid_from': '2030-01-02', 'expires_at': '2030-01-01'})

    def test_who_may(self):
        user = new_test_user(self.env, 'coupon_user', groups='mobile_crm.group_mobile_crm_user')
        for who in (user, self.anna_user, self.salesperson):
            with self.assertRaises(AccessError):
                self.env['mobile.coupon.batch'].with_user(who).create({'program_id': self.program.id})
            with self.assertRaises(AccessError):
                self.env['mobile.coupon.print'].with_user(who).create({'program_id': self.program.id})
        other = self.env['res.company'].create({'name': "Other"})
        theirs = self.program.copy({'company_id': other.id})
        with self.assertRaises(AccessError):
            self.Batch.create({'program_id': theirs.id}).action_make()

    # === CODES PRINTED ELSEWHERE === #

    def test_import(self):
        codes = ['K7-9XQ2-MM41', '4006381333931', 'a/b.c_d-1']
        for number, (content, filename) in enumerate((
            (as_csv([[code] for code in codes]), 'codes.csv'),
            (as_csv([['No', 'Code'], *([n, code] for n, code in enumerate(codes))], ';', 'utf-8-sig'), 'x.CSV'),
            (as_csv([['ü', 'code'], *(['ü', f' {code} '] for code in codes)], '\t', 'latin-1'), 'x.txt'),
            (as_xlsx([['Coupon Code'], *([code] for code in codes)]), 'x.xlsx'),
            (as_xlsx([[codes[0]], [4006381333931], [codes[2]], [None], ['']]), 'x.xlsx'),
        )):
            with self.subTest(number=number), self.env.cr.savepoint() as savepoint:
                batch = self._file_batch(content, filename, bearer='show')
                cards = self.env['loyalty.card'].search(batch.action_make()['domain'], order='id')
                self.assertEqual(cards.mapped('code'), codes)
                self.assertEqual(set(cards.mapped('holder_only')), {False})
                self.assertEqual({step['kind'] for step in cards[0]._mobile_history()}, {'issued', 'imported'})
                self.assertIn(cards[0], self.make_order(self.ben)._try_apply_code('k7-9xq2-mm41'))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_wrong_lines_are_told_and_nothing_is_made(self):
        self.env['loyalty.card'].create({'program_id': self.program.id, 'points': 1, 'code': 'TAKEN-1'})
        content = as_csv([['code'], ['GOOD-01'], ['short'], ['GOOD-01'], ['TAKEN-1'], ['=cmd|1'], ['<b>bold</b>'],
                          [''], ['ümlaut-1'], ['x' * 65], ['GOOD-02'], ['a b c d']])
        batch = self._file_batch(content)
        self.assertEqual(batch.action_make()['res_id'], batch.id)
        self.assertFalse(self._cards(['GOOD-01', 'GOOD-02']))
        report = str(batch.report)
        self.assertIn("2 codes can be imported, 8 lines cannot", report)
        for line, words in ((3, "must have 6 to 64"), (4, "is already on line 2"), (5, "exists already"),
                            (6, "must have"), (7, "must have"), (9, "must have"), (10, "must have"), (12, "must have")):
            self.assertRegex(report, rf'Line {line}:[^L]*{words}')
        self.assertNotIn('<b>bold', report)
        batch.skip_wrong = True
        batch.action_make()
        self.assertEqual(self._cards(['GOOD-01', 'GOOD-02', 'short']).mapped('code'), ['GOOD-01', 'GOOD-02'])

    def test_many_wrong_lines_are_counted(self):
        batch = self._file_batch(as_csv([['x']] * 200))
        batch.action_check()
        self.assertIn("0 codes can be imported, 200 lines cannot", str(batch.report))
        self.assertIn("And 150 more", str(batch.report))

    def test_a_number_that_lost_digits(self):
        batch = self._file_batch(as_xlsx([[1234567890123456789], [1234567.5], [123456789012345]]), 'x.xlsx')
        batch.action_check()
        self.assertEqual(str(batch.report).count("too long to be exact"), 2)

    def test_codes_that_can_be_guessed(self):
        batch = self._file_batch(as_csv([[f'SHOP-{number:04d}'] for number in range(5000)]))
        batch.action_check()
        self.assertIn("easy to guess", str(batch.report))
        batch = self._file_batch(as_csv([[coupon_code.generate()] for _number in range(300)]))
        batch.action_check()
        self.assertNotIn("easy to guess", str(batch.report))

    def test_what_is_no_list(self):
        for content, filename, words in (
            (b'x', 'codes.pdf', "Choose a CSV or XLSX"), (b'x', '', "Choose a CSV or XLSX"),
            (b'PK\x03\x04 no', 'codes.xlsx', "cannot be read"), (b'a\0b', 'codes.csv', "cannot be read"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._file_batch(content, filename).action_make()
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, 'w', zipfile.ZIP_DEFLATED) as archive:
            archive.writestr('xl/worksheets/sheet1.xml', b'0' * 1_000_000)
        with patch.object(coupon_file, 'MOST_BYTES', 20_000), self.assertRaisesRegex(UserError, "too large"):
            self._file_batch(bomb.getvalue(), 'codes.xlsx').action_make()
        with patch.object(coupon_file, 'MOST_ROWS', 3), self.assertRaisesRegex(UserError, "more than 3"):
            self._file_batch(as_csv([['AAAAAA1']] * 9)).action_make()
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self.Batch.create({'source': 'file', 'program_id': self.program.id}).action_make()

    def test_many_codes_in_little_time(self):
        codes = [coupon_code.generate() for _number in range(ROWS)]
        batch = self._file_batch(as_csv([['code'], *([code] for code in codes)]), store_ids=self.store_near.ids)
        start = time.monotonic()
        batch.action_make()
        self.assertLess(time.monotonic() - start, 60)
        self.env.cr.execute('SELECT count(*) FROM loyalty_card WHERE code = ANY(%s)', (codes,))
        self.assertEqual(self.env.cr.fetchone(), (ROWS,))


@tagged('-at_install', 'post_install')
class TestCouponPrint(BatchCase):

    def setUp(self):
        super().setUp()
        batch = self.Batch.create({'campaign_id': self.campaign.id, 'quantity': 3,
                                   'expires_at': '2031-05-05 10:00:00', 'store_ids': self.store_near.ids})
        self.cards = self.env['loyalty.card'].search(batch.action_make()['domain'], order='id')
        self.Print = self.env['mobile.coupon.print'].with_user(self.manager)

    def _write(self, **values):
        wizard = self.Print.create({'campaign_id': self.campaign.id, **values})
        wizard.action_write()
        return wizard, base64.b64decode(wizard.file)

    def test_tables(self):
        self.program.name = '=HYPERLINK("http://x")'
        self.campaign.message_title = '=1+1'
        for kind in ('csv', 'xlsx'):
            wizard, content = self._write(format=kind)
            self.assertTrue(wizard.filename.endswith(f'.{kind}'))
            if kind == 'csv':
                rows = list(csv.reader(io.StringIO(content.decode('utf-8-sig'))))
            else:
                sheet = load_workbook(io.BytesIO(content)).active
                rows = [[cell.value or '' for cell in row] for row in sheet.iter_rows()]
                self.assertEqual({cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}, {'s'})
            self.assertEqual(rows[0][:3], ["Code", "Code Without Groups", "Barcode Content"])
            for row, card in zip(rows[1:], self.cards, strict=True):
                self.assertEqual(row[:3], [card.code, card.code.replace('-', ''), card.code])
                self.assertEqual(row[3].lstrip("'"), '=1+1')
                self.assertIn('2031', row[5])
                self.assertEqual(row[6], "Brussels Store")
            if kind == 'csv':
                self.assertEqual(rows[1][3][0], "'")

    def test_who_printed_is_written_down(self):
        self._write(format='csv')
        self._write(format='labels')
        steps = self.env['mobile.coupon.step'].search([('card_id', 'in', self.cards.ids)])
        self.assertEqual(sorted(steps.mapped('kind')), ['exported'] * 3 + ['printed'] * 3)
        self.assertEqual(steps.user_id, self.manager)
        self.assertEqual(steps.company_id, self.company)

    def test_pictures(self):
        for kind, start in (('png', b'\x89PNG'), ('svg', b'<svg')):
            _wizard, content = self._write(format=kind)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self.assertEqual(sorted(archive.namelist()), sorted(f'{card.code}.{kind}' for card in self.cards))
                for name in archive.namelist():
                    self.assertTrue(archive.read(name).startswith(start))

    def test_gs1_needs_a_prefix(self):
        with self.assertRaisesRegex(UserError, "Enter the GS1 company prefix"):
            self._write(symbology='gs1_qr')
        with self.assertRaises(ValidationError):
            self.company.mobile_gs1_prefix = '12345'
        self.company.mobile_gs1_prefix = '9501234'
        self.program.mobile_gs1_reference = '17'
        _wizard, content = self._write(format='csv', symbology='gs1_qr')
        row = list(csv.reader(io.StringIO(content.decode('utf-8-sig'))))[1]
        self.assertEqual(row[2], gs1.elements('9501234000176', self.cards[0].code.replace('-', '')))
        self.assertEqual(self.env['loyalty.card']._mobile_find_by_code(row[2]), self.cards[0])
        with self.assertRaisesRegex(UserError, "too wide"):
            self._write(format='labels', symbology='gs1_128')
        self.program.mobile_gs1_reference = '123456'
        with self.assertRaisesRegex(UserError, "too long"):
            self._write(symbology='gs1_qr')
        with self.assertRaises(ValidationError):
            self.program.mobile_gs1_reference = '12a'

    def test_what_is_printed(self):
        spent, withdrawn, good = self.cards
        spent.points = 0
        withdrawn.with_user(self.manager).action_mobile_withdraw()
        for context in ({'active_model': 'mobile.campaign', 'active_ids': self.campaign.ids},
                        {'active_model': 'loyalty.program', 'active_ids': self.program.ids},
                        {'active_model': 'loyalty.card', 'active_ids': self.cards.ids}):
            wizard = self.Print.with_context(**context).create({'format': 'csv'})
            self.assertEqual(wizard.count, 1)
            wizard.action_write()
            self.assertIn(good.code, base64.b64decode(wizard.file).decode())
        good.points = 0
        with self.assertRaisesRegex(UserError, "None of these"):
            self._write()

    def test_too_many_for_a_file(self):
        with patch.dict('odoo.addons.mobile_crm.wizard.mobile_coupon_print.MOST', {'vouchers': 2}), \
                self.assertRaisesRegex(UserError, "holds 2 coupons"):
            self._write()

    def test_another_companys_coupons_are_not_printed(self):
        other = self.env['res.company'].create({'name': "Other"})
        program = self.program.copy({'company_id': other.id})
        theirs = self.env['loyalty.card']._mobile_insert(['THEIRS-1'], {
            'program_id': program.id, 'company_id': other.id, 'points': 1})
        with self.assertRaises(AccessError):
            self.Print.create({'card_ids': [(6, 0, theirs.ids)]})
        with self.assertRaisesRegex(UserError, "None of these"):
            self.Print.create({'program_id': program.id}).action_write()
