"""Lists that people work with: columns that sort, filters in the address, queues that say how much waits."""
