"""Numbers of the system calls that the filter or its tests name, per machine; checked against the kernel's headers.

aarch64 has none of the old calls that work on paths without a directory (open, stat, poll, dup2, epoll_wait …).
"""

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What the kernel says in `seccomp_data.arch` for a native call."""

NEWEST = 450
"""The newest number known to these tables (set_mempolicy_home_node); higher ones answer ENOSYS."""

_X86_64 = """
read:0 write:1 open:2 close:3 stat:4 fstat:5 lstat:6 poll:7 lseek:8 mmap:9 mprotect:10 munmap:11 brk:12
rt_sigaction:13 rt_sigprocmask:14 rt_sigreturn:15 ioctl:16 pread64:17 readv:19 writev:20 access:21 pipe:22
select:23 sched_yield:24 mremap:25 madvise:28 dup:32 dup2:33 nanosleep:35 getpid:39 socket:41 connect:42
accept:43 sendto:44 recvfrom:45 sendmsg:46 recvmsg:47 shutdown:48 bind:49 listen:50 getsockname:51
getpeername:52 socketpair:53 setsockopt:54 getsockopt:55 clone:56 fork:57 vfork:58 execve:59 exit:60 wait4:61
kill:62 uname:63 fcntl:72 getcwd:79 readlink:89 gettimeofday:96 getrusage:98 times:100 ptrace:101 getuid:102
getgid:104 geteuid:107 getegid:108 getppid:110 getgroups:115 getresuid:118 getresgid:120 sigaltstack:131
personality:135 modify_ldt:154 pivot_root:155 chroot:161 mount:165 umount2:166 iopl:172 ioperm:173
create_module:174 init_module:175 delete_module:176 gettid:186 time:201 futex:202 sched_getaffinity:204
epoll_create:213 getdents64:217 set_tid_address:218 restart_syscall:219 clock_gettime:228 clock_getres:229
clock_nanosleep:230 exit_group:231 epoll_wait:232 epoll_ctl:233 tgkill:234 kexec_load:246 add_key:248
request_key:249 keyctl:250 openat:257 newfstatat:262 readlinkat:267 faccessat:269 pselect6:270 ppoll:271
unshare:272 set_robust_list:273 get_robust_list:274 epoll_pwait:281 accept4:288 eventfd2:290 epoll_create1:291
dup3:292 pipe2:293 perf_event_open:298 prlimit64:302 open_by_handle_at:304 sendmmsg:307 setns:308 getcpu:309
process_vm_readv:310 process_vm_writev:311 kcmp:312 finit_module:313 getrandom:318 memfd_create:319
kexec_file_load:320 bpf:321 execveat:322 userfaultfd:323 membarrier:324 statx:332 rseq:334 io_uring_setup:425
io_uring_enter:426 io_uring_register:427 open_tree:428 move_mount:429 fsopen:430 fsconfig:431 fsmount:432
fspick:433 clone3:435 pidfd_getfd:438 faccessat2:439 process_madvise:440 epoll_pwait2:441 mount_setattr:442
memfd_secret:447
"""

_AARCH64 = """
getcwd:17 eventfd2:19 epoll_create1:20 epoll_ctl:21 epoll_pwait:22 dup:23 dup3:24 fcntl:25 ioctl:29 umount2:39
mount:40 pivot_root:41 faccessat:48 chroot:51 openat:56 close:57 pipe2:59 getdents64:61 lseek:62 read:63
write:64 readv:65 writev:66 pread64:67 pselect6:72 ppoll:73 readlinkat:78 newfstatat:79 fstat:80 personality:92
exit:93 exit_group:94 set_tid_address:96 unshare:97 futex:98 set_robust_list:99 get_robust_list:100
nanosleep:101 kexec_load:104 init_module:105 delete_module:106 clock_gettime:113 clock_getres:114
clock_nanosleep:115 ptrace:117 sched_getaffinity:123 sched_yield:124 restart_syscall:128 kill:129 tgkill:131
sigaltstack:132 rt_sigaction:134 rt_sigprocmask:135 rt_sigreturn:139 getresuid:148 getresgid:150 times:153
getgroups:158 uname:160 getrusage:165 getcpu:168 gettimeofday:169 getpid:172 getppid:173 getuid:174 geteuid:175
getgid:176 getegid:177 gettid:178 socket:198 socketpair:199 bind:200 listen:201 accept:202 connect:203
getsockname:204 getpeername:205 sendto:206 recvfrom:207 setsockopt:208 getsockopt:209 shutdown:210 sendmsg:211
recvmsg:212 brk:214 munmap:215 mremap:216 add_key:217 request_key:218 keyctl:219 clone:220 execve:221 mmap:222
mprotect:226 madvise:233 perf_event_open:241 accept4:242 wait4:260 prlimit64:261 open_by_handle_at:265 setns:268
sendmmsg:269 process_vm_readv:270 process_vm_writev:271 kcmp:272 finit_module:273 getrandom:278 memfd_create:279
bpf:280 execveat:281 userfaultfd:282 membarrier:283 statx:291 rseq:293 kexec_file_load:294 io_uring_setup:425
io_uring_enter:426 io_uring_register:427 open_tree:428 move_mount:429 fsopen:430 fsconfig:431 fsmount:432
fspick:433 clone3:435 pidfd_getfd:438 faccessat2:439 process_madvise:440 epoll_pwait2:441 mount_setattr:442
memfd_secret:447
"""


def _table(text: str) -> dict[str, int]:
    return {name: int(number) for name, number in (entry.split(":") for entry in text.split())}


NUMBERS = {"x86_64": _table(_X86_64), "aarch64": _table(_AARCH64)}
"""Machine (as `os.uname().machine`) → name → number."""
