"""Which concepts may be shown: proof on held-out leads, and the evidence behind a reason."""
