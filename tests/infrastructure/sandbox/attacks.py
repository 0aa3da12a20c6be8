"""Hostile sources, each past the screen; every one says "held" when it was refused, or what it got."""

_HEAD = "import os, socket, ctypes, signal, sys, time, errno, threading\n"


def _attack(body: str) -> str:
    indented = "\n".join("        " + line for line in body.strip("\n").split("\n"))
    return (
        f"{_HEAD}async def attack():\n    try:\n{indented}\n"
        f"    except (OSError, RuntimeError) as e:\n        return 'held'\n    return 'got through'\n"
    )


FILES = {
    "read passwords": _attack("open('/etc/passwd').read()"),
    "read the server's environment": _attack("open(f'/proc/{os.getppid()}/environ', 'rb').read()"),
    "read the own environment of the start": _attack("open('/proc/self/environ', 'rb').read()"),
    "read the memory of the parent": _attack("open(f'/proc/{os.getppid()}/mem', 'rb').read(1)"),
    "list the root": _attack("assert not set(os.listdir('/')) & {'etc', 'proc', 'home'}\nraise OSError"),
    "list a home": _attack("os.listdir('/home')"),
    "know that a file exists": _attack("os.stat('/etc/passwd')"),
    "write to tmp": _attack("open('/tmp/x', 'w')"),
    "write to a library": _attack("open(os.__file__, 'a')"),
    "make a folder": _attack("os.mkdir('/tmp/made')"),
    "make a link": _attack("os.symlink('/etc/passwd', 'x')"),
    "remove": _attack("os.unlink(os.__file__)"),
    "rename": _attack("os.rename(os.__file__, '/x')"),
    "change rights": _attack("os.chmod(os.__file__, 0o777)"),
    "truncate": _attack("os.truncate(os.__file__, 0)"),
    "a device": _attack("os.open('/dev/mem', os.O_RDONLY)"),
    "a named pipe": _attack("os.mkfifo('/tmp/pipe')"),
    "memory as a file": _attack("fd = os.open('.', os.O_TMPFILE | os.O_RDWR)"),
    "shared memory": _attack("libc = ctypes.CDLL(None)\nassert libc.shmget(0, 4096, 0o1600) >= 0 or 0, 1\n").replace(
        "except (OSError, RuntimeError)", "except (OSError, AssertionError)"
    ),
}

PROCESSES = {
    "fork": _attack("os.fork()"),
    "kill the zygote": _attack("os.kill(os.getppid(), 9)"),
    "kill everybody": _attack("os.kill(-1, 9)"),
    "signal a neighbour": _attack("[os.kill(pid, 0) for pid in range(2, 400) if pid != os.getpid()]"),
    "another group": _attack("os.killpg(0, 9)"),
    "become root": _attack("os.setuid(0) or os.setgid(0)"),
    "raise a limit": _attack(
        "import resource\ntry:\n    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n"
        "except ValueError:\n    raise OSError"
    ),
    "be nicer to itself": _attack("os.nice(-5)"),
    "pin a processor": _attack("os.sched_setaffinity(os.getppid(), {0})"),
    "inherited descriptors": _attack(
        "for fd in range(4, 64):\n    try:\n        os.fstat(fd)\n    except OSError:\n        continue\n"
        "    if fd > 12:\n        raise SystemExit(fd)\nraise OSError"
    ),
    "set the host's name": _attack("socket.sethostname('owned')"),
    "a subprocess": _attack("import subprocess\nsubprocess.run(['/bin/true'])"),
    "os.system": _attack("assert os.system('true') != 0\nraise OSError"),
    "clone with ctypes": _attack("assert ctypes.CDLL(None).fork() < 0\nraise OSError"),
}

NETWORK = {
    "connect to loopback": _attack("socket.create_connection(('127.0.0.1', 22), 1)"),
    "connect out": _attack("socket.create_connection(('1.1.1.1', 53), 1)"),
    "a datagram out": _attack("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))"),
    "listen": _attack("s = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()"),
    "a raw socket": _attack("socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)"),
    "netlink": _attack("socket.socket(16, socket.SOCK_RAW, 0)"),
    "vsock": _attack("socket.socket(40, socket.SOCK_STREAM)"),
    "packets": _attack("socket.socket(17, socket.SOCK_RAW)"),
    "unix by path": _attack("s = socket.socket(socket.AF_UNIX)\ns.connect('/run/docker.sock')"),
    "unix abstract": _attack("s = socket.socket(socket.AF_UNIX)\ns.connect('\\0dbus')"),
    "datagram pair that addresses others": _attack("socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)"),
    "resolve": _attack("socket.getaddrinfo('example.com', 80)"),
    "the real connect, past the shim": _attack(
        "import _socket\ns = _socket.socket(2, 1)\ns.settimeout(1)\ns.connect(('127.0.0.1', 22))"
    ),
    "fast open": _attack("import _socket\ns = _socket.socket(2, 1)\ns.sendto(b'x', 0x20000000, ('127.0.0.1', 22))"),
    "load a filter into a socket": _attack("a, b = socket.socketpair()\na.setsockopt(1, 26, b'x' * 16)"),
}

KILLED = {
    "exec": "os.execv('/bin/sh', ['sh'])",
    "ptrace": "ctypes.CDLL(None).ptrace(0, 0, 0, 0)",
    "unshare": "ctypes.CDLL(None).unshare(0x10000000)",
    "mount": "ctypes.CDLL(None).mount(b'/', b'/', None, 4096, None)",
    "personality": "ctypes.CDLL(None).personality(0xffffffff)",
    "memory read of another": "ctypes.CDLL(None).process_vm_readv(1, None, 0, None, 0, 0)",
    "io_uring": "ctypes.CDLL(None).syscall(425, 1, 0)",
    "anonymous file": "os.memfd_create('x')",
    "keys": "ctypes.CDLL(None).syscall({'x86_64': 250, 'aarch64': 219}[os.uname().machine], 0, 0)",
}


def killed(kind: str) -> str:
    """Return the source of an attack that ends its process."""
    return f"{_HEAD}async def attack():\n    {KILLED[kind]}\n    return 'got through'\n"


EXECUTABLE_MEMORY = _attack(
    "libc = ctypes.CDLL(None, use_errno=True)\nlibc.mmap.restype = ctypes.c_void_p\n"
    "got = libc.mmap(None, ctypes.c_size_t(4096), 7, 0x22, -1, ctypes.c_long(0))\n"
    "if got == ctypes.c_void_p(-1).value:\n    raise OSError"
)
