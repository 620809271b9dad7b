#ifndef SYS_SYS_H
#define SYS_SYS_H
#endif
