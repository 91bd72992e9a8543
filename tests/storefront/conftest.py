"""The shop's pages in this process, against a real payment sandbox where money moves."""

from tests.flows.conftest import _sandbox, sandbox

__all__ = ["_sandbox", "sandbox"]
