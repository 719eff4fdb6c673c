"""Every error class has its problem."""

import inspect

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from features import errors
from serve.errors import NoModel
from serve.http.problems import problem_of, rendered

_ALL = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if issubclass(one, errors.MikomiError) and one is not errors.MikomiError
]


@pytest.mark.parametrize("kind", _ALL)
def test_every_class_is_in_the_table(kind: type[errors.MikomiError]) -> None:
    fault = kind([errors.Fault("a", "b", "c")])
    assert problem_of(fault).type != "/problems/unexpected"


def test_what_may_pass_says_when_to_try_again() -> None:
    for fault in (NoModel([]), OperationalError("secret", {}, Exception("secret"))):
        status, headers, body = rendered(fault)
        assert status == 503
        assert "retry-after" in headers
        assert b"secret" not in body


@pytest.mark.parametrize(
    "error", [RuntimeError("secret"), ProgrammingError("secret", {}, Exception("secret"))]
)
def test_a_defect_is_no_outage_and_tells_nothing(error: Exception) -> None:
    status, _, body = rendered(error)
    assert status == 500
    assert b"secret" not in body
