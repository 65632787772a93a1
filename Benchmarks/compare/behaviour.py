def tables(c): pass
