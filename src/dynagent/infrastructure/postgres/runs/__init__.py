"""Every statement on the run tables: who runs what, leases, submissions, the trace, interrupts, children."""
