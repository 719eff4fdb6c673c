"""The numba kernels: sorted integer columns in, float32 columns out.

Decided here: a kernel knows no names, only codes, slots and columns of the matrix; whatever it
sums is an integer, so neither order nor threads can move a result by a bit; it holds no lock, so
ranges of leads run side by side.
"""
