/*
 * tests/worlds/threads/world/watch.h - nobody watches.
 */
#pragma once

#define watch_on()		false
#define watch_turn()		false
#define watch_callers_site()	0
#define watch_irqs_were_on(was)	((void)(was), false)
