"""Where rates are counted for all processes: the storage of `limits` on the Redis of the settings, or on a cluster."""

from typing import Any

from limits.aio.storage import RedisClusterStorage, RedisStorage, Storage

from dynagent.infrastructure.redis.settings import read_address


def limits_storage(url: str, **options: Any) -> Storage:
    """Return the storage; nothing is sent yet. Keys that one script needs together carry a hash tag."""
    address = read_address(url)
    if not address.is_cluster:
        return RedisStorage(f"async+{address.url}", implementation="redispy", **options)
    hosts = ",".join(f"{host}:{port}" for host, port in address.nodes)
    return RedisClusterStorage(
        f"async+redis+cluster://{hosts}", implementation="redispy", **address.sign_in(), **options
    )


async def close_storage(storage: Storage) -> None:
    """Close the connections of a storage that has any."""
    if isinstance(storage, RedisStorage):
        await storage.bridge.get_connection().aclose()  # type: ignore[attr-defined]
