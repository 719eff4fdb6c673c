"""How often leak checks, audits, promotions, monitors and proofs of worth are right."""
