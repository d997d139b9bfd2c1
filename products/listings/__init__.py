"""The read model: one row a product, written in the transaction of every write and read by every public list."""
