"""What survives kills, full disks, attacks and faults of other systems."""
