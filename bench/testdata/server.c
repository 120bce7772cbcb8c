// The server with which a Linux process is compared: it echoes datagrams at a socket that it
// inherits. It handles all datagrams that have arrived before it sleeps again.
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { SOCKET = 3, LONGEST = 2048 };

int main(void) {
  static char datagram[LONGEST];
  struct epoll_event event = {.events = EPOLLIN};
  int events = epoll_create1(0);
  if (events < 0 || epoll_ctl(events, EPOLL_CTL_ADD, SOCKET, &event)) return 1;
  for (;;) {
    epoll_wait(events, &event, 1, -1);
    for (;;) {
      struct sockaddr_in peer;
      socklen_t size = sizeof peer;
      ssize_t n = recvfrom(SOCKET, datagram, sizeof datagram, MSG_DONTWAIT, (struct sockaddr *)&peer, &size);
      if (n < 0) break;
      sendto(SOCKET, datagram, (size_t)n, 0, (struct sockaddr *)&peer, size);
    }
  }
}
