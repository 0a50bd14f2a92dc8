"""The database: SQLAlchemy Core, one set of queries for SQLite and PostgreSQL, numbered migrations.

Rules: nothing outside this room imports sqlalchemy; every write is one transaction that ends before the
call returns; what an operator entered lives in tables that no scan writes; every failure of the database
is one `StoreError` line. Start with `engine.open_store`; each other module is functions on a `Store`.
"""
