/*
 * Round trips between two processes on one processor: what a null RPC is measured against.
 *
 *   pingpong socketpair BYTES ROUNDS     a Unix socketpair (SOCK_STREAM)
 *   pingpong pipe BYTES ROUNDS           two pipes
 *   pingpong exec PROGRAM ROUNDS         fork, execve, exit and wait
 *
 * Prints the seconds of the processor that both took. Both ends are pinned to the same processor: anything else is bimodal.
 * So one of them runs whenever the other does not, and on a quiet machine this is the time that passed.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds that this process and the children that it has waited for have had on a processor. */
static double now(void)
{
  struct rusage own, children;
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &children);
  return own.ru_utime.tv_sec + own.ru_stime.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec
         + (own.ru_utime.tv_usec + own.ru_stime.tv_usec + children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e6;
}

static void pin(void)
{
  cpu_set_t allowed, one;
  CPU_ZERO(&one);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    return;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET(cpu, &allowed)) {
      CPU_SET(cpu, &one);
      break;
    }
  sched_setaffinity(0, sizeof one, &one);
}

static void fail(const char *what)
{
  perror(what);
  exit(1);
}

static void whole(ssize_t (*move)(int, void *, size_t), int fd, char *bytes, size_t size)
{
  while (size > 0) {
    ssize_t n = move(fd, bytes, size);
    if (n <= 0)
      fail("pingpong");
    bytes += n;
    size -= (size_t) n;
  }
}

static ssize_t put(int fd, void *bytes, size_t size)
{
  return write(fd, bytes, size);
}

static double echo(int client_in, int client_out, int server_in, int server_out, size_t size, long rounds)
{
  char *bytes = calloc(1, size);
  if (bytes == NULL)
    fail("calloc");
  pid_t child = fork();
  if (child < 0)
    fail("fork");
  if (child == 0) {
    for (long i = 0; i < rounds; i++) {
      whole(read, server_in, bytes, size);
      whole(put, server_out, bytes, size);
    }
    _exit(0);
  }
  double start = now();
  for (long i = 0; i < rounds; i++) {
    whole(put, client_out, bytes, size);
    whole(read, client_in, bytes, size);
  }
  waitpid(child, NULL, 0);
  return now() - start;
}

static double launches(char *program, long rounds)
{
  double start = now();
  for (long i = 0; i < rounds; i++) {
    pid_t child = fork();
    if (child < 0)
      fail("fork");
    if (child == 0) {
      char *argv[] = { program, NULL };
      char *envp[] = { NULL };
      execve(program, argv, envp);
      _exit(127);
    }
    int status;
    if (waitpid(child, &status, 0) < 0 || status != 0)
      fail(program);
  }
  return now() - start;
}

int main(int argc, char **argv)
{
  if (argc != 4) {
    fprintf(stderr, "usage: pingpong socketpair|pipe BYTES ROUNDS | pingpong exec PROGRAM ROUNDS\n");
    return 2;
  }
  long rounds = atol(argv[3]);
  pin();
  if (strcmp(argv[1], "exec") == 0) {
    printf("%.9f\n", launches(argv[2], rounds));
    return 0;
  }
  size_t size = (size_t) atol(argv[2]);
  if (strcmp(argv[1], "socketpair") == 0) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
      fail("socketpair");
    printf("%.9f\n", echo(ends[0], ends[0], ends[1], ends[1], size, rounds));
  } else {
    int there[2], back[2];
    if (pipe(there) != 0 || pipe(back) != 0)
      fail("pipe");
    printf("%.9f\n", echo(back[0], there[1], there[0], back[1], size, rounds));
  }
  return 0;
}
