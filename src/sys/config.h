#ifndef SYS_CONFIG_H
#define SYS_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* The daemon's settings. One table, sys/options.tbl, feeds this struct, the
 * command line (`--state-dir DIR`), the config file (`state_dir = DIR`) and
 * --help, so that they cannot drift apart. The command line wins over the
 * file, the file over the defaults. `www_dir` stays NULL when not given. */
struct config {
#define OPTION_TEXT(name, argument, def, summary) char *name;
#define OPTION_INT(name, argument, def, min, max, summary) int64_t name;
#define OPTION_BYTES(name, argument, def, min, max, summary) int64_t name;
#include "sys/options.tbl"
    int help, version; /* asked for: print and leave */
};

/* Reads the command line and the config file it names. Errors are
 * PRUNE_E_USAGE and name the option, or file and line. config_done frees,
 * also what a failed load left. */
int config_load(struct config *out, int argc, char **argv,
                struct prune_error *err);
void config_done(struct config *c);

/* What `pruned --help` prints. */
void config_help(FILE *to);

/* An address as `--listen` takes it. */
struct listen_address {
    char host[64];     /* numeric; empty for a unix socket */
    uint16_t port;     /* 0: a free one */
    char path[108];    /* of a unix socket, else empty */
    int ipv6, loopback; /* a unix socket counts as loopback */
};

/* Takes `text` apart: ADDR:PORT, [ADDR6]:PORT, localhost:PORT, unix:PATH.
 * Anything off loopback is refused (PRUNE_E_FAILED), because this version
 * has no tokens that would keep strangers out. */
int config_listen(struct listen_address *out, const char *text,
                  struct prune_error *err);

#endif
