"""Tables, snapshots and features on disk; outputs that are whole or absent."""
