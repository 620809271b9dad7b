#ifndef SYS_FAULT_H
#define SYS_FAULT_H

/* A seam for tests of crash safety. When the environment has
 * PRUNED_FAULT=name or PRUNED_FAULT=name:N, the N-th time that the daemon
 * comes by fault_point("name") it kills itself with SIGKILL, as a power cut
 * would. Otherwise a point costs one comparison. The points, in the order
 * of a job's life:
 *
 *   upload-begun  upload-synced  upload-inspected  blob-linked
 *   before-commit  after-commit  before-answer
 *   job-started  worker-exited  output-linked  job-finished
 *   blob-unlinked */
void fault_point(const char *name);

#endif
