"""What runs inside of the observed program: standard library only, under two names.

A traced program loads this folder as a package of its own, since taskleash need not be installed
beside it; the pytest plugin and the monitor import it as a part of taskleash. So its modules import
one another relatively.
"""
