// Level 0: waiting and waking between threads, for which Swift has no spelling.
#ifndef CWEIRTHREADS_H
#define CWEIRTHREADS_H

#include <stdint.h>

#pragma clang assume_nonnull begin

// Sleeps while *word is `seen`; returns when woken, at once where it is something else, and sometimes for no reason.
void weir_wait(const void *word, uint32_t seen);

// Wakes all threads that wait for this word.
void weir_wake_all(const void *word);

// Tells the processor that this thread spins.
static inline void weir_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Processors that this thread may run on; at least 1.
int weir_usable_processors(void);

#pragma clang assume_nonnull end

#endif
