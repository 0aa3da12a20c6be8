"""Bells over RabbitMQ; needs the extra `rabbitmq`."""
