#ifndef SYS_FAULT_H
#define SYS_FAULT_H

/* A seam for tests of crash safety. When the environment has
 * PRUNED_FAULT=name or PRUNED_FAULT=name:N, the N-th time that the daemon
 * comes by fault_point("name") it kills itself with SIGKILL, as a power cut
 * would. Otherwise a point costs one comparison. The points, in the order
 * of a job's life:
 *
 *   upload-begun      the file of an upload is open, nothing was written
 *   upload-synced     its bytes are on the disk, without a name
 *   upload-inspected  the child that looked into it has ended
 *   blob-linked       it has its name, and no row
 *   before-commit     before any commit, after any commit and before the
 *   after-commit      answers of a batch are sent
 *   before-answer
 *   job-started       a worker was started
 *   worker-exited     it has ended, nothing is known of it yet
 *   output-linked     its output has its name, and no row
 *   job-finished      the job's end is committed, its folder is there
 *   blob-unlinked     a file whose row is gone is gone too */
void fault_point(const char *name);

#endif
