"""How many requests a caller may send: counted for all workers in Redis, and in each of them where Redis is away."""
