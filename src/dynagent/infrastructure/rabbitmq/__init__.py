"""Notifications over RabbitMQ; needs the extra `rabbitmq`."""
