"""What phones ask becomes a fact once they have their answer, in the real server's workers."""

import uuid

from devtools.process import wait_until

#: Seconds until the worker has written it.
PATIENCE = 30


def test_a_search_is_kept_after_its_answer(register, query):
    """An anonymous phone searches; the worker writes the fact when it is done with the answer."""
    phone, text = register(), f'jacket {uuid.uuid4().hex[:8]}'
    phone.get('/products', q=text, typing='true')
    phone.get('/products', q=text)
    statement = "SELECT count(*) FROM mobile_event WHERE type = 'search' AND query = %s"
    wait_until(lambda: query(statement, text), PATIENCE)
    assert query(statement, text) == 1
