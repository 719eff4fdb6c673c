"""How well models predict, beside others and the truth; what training costs."""
