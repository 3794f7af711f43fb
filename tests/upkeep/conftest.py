from tests.buckets import bucket, s3  # noqa: F401 (fixtures)
