"""What every stage runs with: parameters, workspace, engine, progress."""
