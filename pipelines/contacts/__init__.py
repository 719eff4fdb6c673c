"""The log of contacts: whom sales contacted, and which snapshots were worked."""
