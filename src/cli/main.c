#include <stdio.h>

int main(void)
{
    fputs("prune: error: the command line is not wired yet\n", stderr);
    return 2;
}
