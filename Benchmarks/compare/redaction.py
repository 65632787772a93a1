def table(c): pass
