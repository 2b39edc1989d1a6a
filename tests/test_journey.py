"""The customer's journey on a server with several workers, as `./dev demo` plays it."""

import pytest

from devtools import journey


@pytest.mark.parametrize('time', ['first', 'second'])
def test_journey_can_be_played_again_and_again(server, time):
    lines = []
    journey.play(server.url, server.db, lines.append)
    told = [line for line in lines if not line.startswith(' ')]
    assert [line.partition('. ')[0] for line in told] == [str(number) for number in range(1, len(journey.STEPS) + 1)]


def test_a_step_that_fails_is_named(server, monkeypatch):
    monkeypatch.setattr(journey, 'CLIENT_ID', 'nobody')
    with pytest.raises(journey.JourneyError, match=r'^1\. A phone registers.*: expected one app, found 0'):
        journey.play(server.url, server.db, lambda line: None)
