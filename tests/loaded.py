"""Django as the environment has it, loaded once by the server from which tests fork their processes."""

import django

django.setup()
