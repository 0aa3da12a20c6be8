"""Which system calls a tool may make. Everything not named here answers EPERM, a few kill."""

from dynagent.infrastructure.sandbox.inside.filter import (
    ALLOW,
    ENOSYS,
    KILL,
    Condition,
    Instruction,
    Reach,
    Rule,
    assemble,
)

_FREE = """
read write readv writev pread64 close fstat lseek munmap mremap brk madvise futex restart_syscall
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time getrandom
rt_sigprocmask rt_sigaction rt_sigreturn sigaltstack
epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd2 poll ppoll select pselect6
dup dup2 dup3 pipe pipe2 recvfrom recvmsg shutdown getsockopt getsockname getpeername
getpid gettid getuid geteuid getgid getegid getppid getresuid getresgid getgroups uname getrusage times
sched_yield sched_getaffinity getcpu set_robust_list get_robust_list rseq membarrier set_tid_address
exit exit_group getcwd wait4
"""

# What no honest tool does: a try is an audit event and, repeated, switches the tool off.
_DEADLY = """
execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd
unshare setns mount umount2 chroot pivot_root open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
init_module finit_module delete_module create_module kexec_load kexec_file_load bpf perf_event_open userfaultfd
io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key memfd_create memfd_secret
open_by_handle_at personality modify_ldt iopl ioperm
"""

_READS_PATHS = "stat lstat newfstatat statx readlink readlinkat access faccessat faccessat2 getdents64"

_PROT_EXEC = 4
_THREAD = 0x00000100 | 0x00000800 | 0x00010000  # CLONE_VM, CLONE_SIGHAND, CLONE_THREAD
_NOT_A_THREAD = 0x7E020000 | 0x00002000 | 0x00004000 | 0x00008000  # new namespaces, PTRACE, VFORK, PARENT
_WRITING_FLAGS = (
    0o3 | 0o100 | 0o1000 | 0o2000 | 0o10000000 | 0o20000000
)  # access mode, CREAT, TRUNC, APPEND, PATH, TMPFILE
_MSG_FASTOPEN = 0x20000000
_SOCK_TYPE = 0xF  # without SOCK_NONBLOCK and SOCK_CLOEXEC
_AF_UNIX, _AF_INET, _AF_INET6, _SOCK_STREAM, _IPPROTO_TCP, _SOL_SOCKET = 1, 2, 10, 1, 6, 1


def program(*, machine: str, reach: Reach, sockets: bool) -> tuple[list[Instruction], int]:
    """Return the filter and the place in it whose constant is the process's own id (for tgkill).

    `sockets` allows making TCP sockets, which nobody can connect: the broker's connected ones replace them.
    """
    assembled = assemble(_rules(reach=reach, sockets=sockets), machine)
    return assembled, next(i for i, instruction in enumerate(assembled) if instruction[3] == _OWN_PID)


_OWN_PID = 0x7EADBEEF


def _rules(*, reach: Reach, sockets: bool) -> dict[str, Rule]:
    rules: dict[str, Rule] = {"clone3": ENOSYS} | _with_conditions()
    rules |= dict.fromkeys(_FREE.split(), ALLOW) | dict.fromkeys(_DEADLY.split(), KILL)
    if sockets:
        stream = Condition(1, (_SOCK_STREAM,), _SOCK_TYPE)
        rules["socket"] = ((Condition(0, (_AF_INET, _AF_INET6)), stream, Condition(2, (0, _IPPROTO_TCP))),)
    if reach == "library":
        rules |= dict.fromkeys(_READS_PATHS.split(), ALLOW)
        rules["open"] = ((Condition(1, (0,), _WRITING_FLAGS),),)
        rules["openat"] = ((Condition(2, (0,), _WRITING_FLAGS),),)
    return rules


def _with_conditions() -> dict[str, Rule]:
    no_execution = ((Condition(2, (0,), _PROT_EXEC),),)
    return {
        "mmap": no_execution,
        "mprotect": no_execution,
        "clone": ((Condition(0, (_THREAD,), _THREAD | _NOT_A_THREAD),),),
        # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
        "fcntl": ((Condition(1, (0, 1, 2, 3, 4, 1030)),),),
        # FIONBIO, FIOCLEX, FIONCLEX, FIONREAD
        "ioctl": ((Condition(1, (0x5421, 0x5451, 0x5450, 0x541B)),),),
        "prlimit64": ((Condition(0, (0,)), Condition(2, (0,)), Condition(2, (0,), high=True)),),
        "tgkill": ((Condition(0, (_OWN_PID,)),),),
        "socketpair": ((Condition(0, (_AF_UNIX,)), Condition(1, (_SOCK_STREAM,), _SOCK_TYPE)),),
        "sendto": ((Condition(4, (0,)), Condition(4, (0,), high=True)),),
        "sendmsg": ((Condition(2, (0,), _MSG_FASTOPEN),),),
        "setsockopt": (
            # REUSEADDR, SNDBUF, RCVBUF, KEEPALIVE, LINGER, REUSEPORT
            (Condition(1, (_SOL_SOCKET,)), Condition(2, (2, 7, 8, 9, 13, 15))),
            # NODELAY, KEEPIDLE, KEEPINTVL, KEEPCNT, QUICKACK, USER_TIMEOUT
            (Condition(1, (_IPPROTO_TCP,)), Condition(2, (1, 4, 5, 6, 12, 18))),
        ),
    }
