"""What the nemesis can do: one small function for each fault, chosen by name."""

from laboratory.faults import clock, postgres, processes, provider, valkey
from laboratory.faults.registry import FAULTS, Blow, Fault, NotReturned

__all__ = ["FAULTS", "Blow", "Fault", "NotReturned", "clock", "postgres", "processes", "provider", "valkey"]
