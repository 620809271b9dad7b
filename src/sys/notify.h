#ifndef SYS_NOTIFY_H
#define SYS_NOTIFY_H

/* Tells systemd how things stand: "READY=1", "STOPPING=1", "WATCHDOG=1".
 * Nothing happens where $NOTIFY_SOCKET is not set. */
void notify_send(const char *state);

#endif
