"""The object store: a local folder, or one that speaks the protocols of S3, Google Cloud Storage or Azure."""
