#include <dnnl.h>
#include <stdio.h>

#include "engine/engine.h"

const char *engine_version(void)
{
    static _Thread_local char text[48];
    const dnnl_version_t *v = dnnl_version();
    snprintf(text, sizeof text, "oneDNN %d.%d.%d", v->major, v->minor,
             v->patch);
    return text;
}
