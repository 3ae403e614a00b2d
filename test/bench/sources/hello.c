#include <stdio.h>

#ifndef TURN
#define TURN 0
#endif
extern const int turn;
const int turn = TURN;

int main(void)
{
	puts("hello");
	return 0;
}
