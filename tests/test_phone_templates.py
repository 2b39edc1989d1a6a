"""The compiled templates of the web app are those of its sources."""

from devtools import odoo, phone_templates


def test_compiled_templates_are_current():
    for part, text in phone_templates.compiled(odoo.ensure()).items():
        assert phone_templates.target(part).read_text(encoding='utf-8') == text, \
            'the templates have changed: run ./dev phone'
