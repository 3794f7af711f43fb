"""The primary database and its replica: what is read where, and what is said while neither answers."""
