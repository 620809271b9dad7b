#ifndef SYS_ID_H
#define SYS_ID_H

enum { ID_TEXT = 24 };

/* A fresh name: `prefix`, nine characters of time and ten of chance, all of
 * [0-9a-z]. Later ones sort after earlier ones (to the millisecond), and
 * none can be guessed. 0, or -1 when the system gives no randomness. */
int id_new(char out[static ID_TEXT], char prefix);

/* Whether `text` has the form of an id with this prefix. */
int id_is(const char *text, char prefix);

#endif
