#ifndef SERVICE_SETTING_VALUE_H
#define SERVICE_SETTING_VALUE_H

#include <jansson.h>

/* One value of one setting. `row` is the setting's row of `prune describe`.
 * Returns a new value of the row's type, or NULL with `why` saying what
 * would do (or that memory is short). */
enum { WHY_TEXT = 256 };

json_t *setting_value(const json_t *row, const json_t *value, int text,
                      char why[static WHY_TEXT]);

#endif
