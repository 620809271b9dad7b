#include <stdio.h>

int main(void)
{
    fputs("pruned: error: the daemon is not wired yet\n", stderr);
    return 1;
}
