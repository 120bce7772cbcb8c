// What pvh.c and virtio.c share.
#ifndef PVH_H
#define PVH_H
void outb(u16 port, u8 v);
u8 inb(u16 port);
void virtio_start(const char *command_line);
int timer_arm(u64 due); // the next hlt ends when due comes; 1: it has come
#endif
