"""placeholder"""
def fit_tables(draft, fields, tables): pass
