"""Search is asked over HTTP; its documents come by event."""

import pytest
from django.test import Client

from apps.messaging.testing import deliver_all


@pytest.fixture
def get():
    """Deliver everything, then GET; returns the decoded body."""

    def get(path: str, status: int = 200, **headers: str):
        deliver_all()
        response = Client().get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    return get
