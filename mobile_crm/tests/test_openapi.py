import re
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from ..controllers import openapi
from ..controllers.routing import OPERATIONS
from ..tools.problems import PROBLEMS

# Objects that a standard names, as browsers and phones write them.
IN_OTHER_WORDS = ('Assertion', 'PasskeyAnswer')


@tagged('-at_install', 'post_install')
class TestOpenapi(BaseCase):

    def setUp(self):
        super().setUp()
        self.document = openapi.document()
        self.operations = {
            f'{verb.upper()} {path}': operation
            for path, verbs in self.document['paths'].items() for verb, operation in verbs.items()
        }

    def _objects(self):
        return {name: schema for name, schema in self.document['components']['schemas'].items()
                if schema['type'] == 'object'}

    def test_it_is_valid(self):
        self.assertEqual([error.message for error in OpenAPIV31SpecValidator(self.document).iter_errors()], [])

    def test_the_committed_file_is_in_sync(self):
        with file_open('mobile_crm/static/openapi.json') as file:
            self.assertEqual(file.read(), openapi.text('mobile_crm'),
                             "the API has changed: run ./dev openapi and commit the file")

    def test_every_operation_is_in_it(self):
        self.assertEqual({operation['operationId'] for operation in self.operations.values()},
                         {operation.name for operation in OPERATIONS})
        self.assertEqual(len(self.operations), len(OPERATIONS), "two operations share a path and a verb")

    def test_every_operation_tells_what_it_does_and_who_may(self):
        for name, operation in self.operations.items():
            with self.subTest(operation=name):
                self.assertRegex(operation['summary'], r'^[A-Z].*[.]$')
                scheme = [set(requirement) for requirement in operation['security']]
                if scheme:
                    self.assertIn('401', operation['responses'])
                self.assertIn(scheme, ([], [{'accessToken'}], [{'appId'}], [{'tillToken'}]))

    def test_every_operation_describes_its_answers(self):
        for name, operation in self.operations.items():
            with self.subTest(operation=name):
                statuses = set(operation['responses'])
                self.assertTrue({status for status in statuses if status < '300'})
                self.assertLessEqual({'400', '404', '405', '409', '422', '500', '503'}, statuses)
                if not name.startswith('GET'):
                    self.assertLessEqual({'413', '415'}, statuses)
                elif operation['operationId'] != 'docs':
                    self.assertIn('304', statuses)
                for status, response in operation['responses'].items():
                    self.assertIn('X-Request-Id', response['headers'])
                    if status >= '400':
                        self.assertEqual(response['content'], {'application/problem+json': {
                            'schema': {'$ref': '#/components/schemas/ProblemDocument'}}})
                        for code in response['description'].split(', '):
                            self.assertEqual(str(PROBLEMS[code][0]), status)

    def test_the_page_for_developers_lists_each_problem(self):
        page = Path(__file__).parents[2].joinpath('docs', 'api.md').read_text(encoding='utf-8')
        chapter = page.partition('\n## Problem codes\n')[2].partition('\n\n')[0]
        listed = {}
        for codes, status in re.findall(r'(.*?)(\d{3})(?: ·|$)', chapter.replace('\n', ' ')):
            listed |= dict.fromkeys(re.findall(r'`([a-z_]+)`', codes.replace('`errors`', '')), int(status))
        self.assertEqual(listed, {code: status for code, (status, _title) in PROBLEMS.items()})

    def test_every_path_parameter_is_described(self):
        for name, operation in self.operations.items():
            parameters = operation.get('parameters', ())
            described = {parameter['name'] for parameter in parameters if parameter['in'] == 'path'}
            self.assertEqual(described, set(re.findall(r'\{(\w+)\}', name)), name)

    def test_objects_are_told_and_those_that_come_in_are_closed(self):
        bodies = {operation['requestBody']['content']['application/json']['schema']['$ref'].rpartition('/')[2]
                  for operation in self.operations.values() if 'requestBody' in operation}
        for name, schema in self._objects().items():
            self.assertTrue(schema.get('description'), name)
            if name in bodies:
                self.assertIs(schema['additionalProperties'], False, name)

    def test_names_are_snake_case(self):
        for name, schema in self._objects().items():
            self.assertRegex(name, r'^[A-Z][A-Za-z]+$')
            for field in schema['properties'] if name not in IN_OTHER_WORDS else ():
                self.assertRegex(field, r'^[a-z][a-z0-9_]*$', name)
