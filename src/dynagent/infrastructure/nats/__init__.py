"""Notifications over NATS JetStream; needs the extra `nats`."""
