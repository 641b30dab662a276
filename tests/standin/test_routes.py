"""Every action has a call that carries it out."""

from __future__ import annotations

import pytest

from cosbatch.standin import Standin
from cosbatch.standin.cos.service import Call
from cosbatch.standin.routes import carry_out
from cosbatch.standin.wire.addresses import Target
from cosbatch.standin.wire.messages import Request
from tests.standin.wire.test_signatures import NoBody


def test_knows_no_action_of_another_name(standin: Standin) -> None:
    call = Call(standin.service, Request("GET", "/", (), {}, (), NoBody()), Target("service", "ap-chengdu"))
    assert carry_out("GetService", call).status == 200
    with pytest.raises(AssertionError, match="nobody carries out GetWeather"):
        carry_out("GetWeather", call)
