"""A server that is told to stop ends, whatever it was doing."""

import time

import pytest

from tests.engines import on_postgresql
from tests.served import PATIENCE, documented_server, end, free_port, running


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_stopped_while_it_starts_ends(process_environment, tmp_path):
    port = free_port()
    environment = {**process_environment, "DEBUG": "true", "VAR_DIR": str(tmp_path)}
    log = tmp_path / "log"
    with running(documented_server(port), environment, log) as server:
        wait_for_words(log, "Spawning worker-2")
        end(server)
        assert server.returncode == 0
        assert "Granian shutdown completed" in log.read_text()


def wait_for_words(log, words):
    end_of_patience = time.monotonic() + PATIENCE
    while words not in log.read_text():
        assert time.monotonic() < end_of_patience, log.read_text()
        time.sleep(0.01)
