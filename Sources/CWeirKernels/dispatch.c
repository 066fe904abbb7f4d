// Which table runs: what the CPU and the operating system support, or what WEIR_KERNELS names.
#include <stdatomic.h>
#include <stdlib.h>

#include "kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

typedef struct {
  bool avx2, avxvnni, avx512, popcount;
} features;

// The kernel of the operating system must save the wide registers as well (XCR0), or using them traps.
static features detect(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  features found = {false, false, false, false};
  if (!__get_cpuid(1, &a, &b, &c, &d)) return found;
  const bool saves_state = c >> 27 & 1, fma = c >> 12 & 1, f16c = c >> 29 & 1, popcnt = c >> 23 & 1;
  if (!saves_state) return found;
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  const bool ymm = (low & 0x06) == 0x06, zmm = (low & 0xe6) == 0xe6;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
  const bool avx2 = b >> 5 & 1, f = b >> 16 & 1, dq = b >> 17 & 1, bw = b >> 30 & 1, vl = b >> 31 & 1;
  const bool vnni = c >> 11 & 1;
  found.avx2 = ymm && avx2 && fma && f16c && popcnt;
  found.avx512 = found.avx2 && zmm && f && dq && bw && vl && vnni;
  found.popcount = found.avx512 && (c >> 14 & 1);
  if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) found.avxvnni = found.avx2 && (a >> 4 & 1);
  return found;
}
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

// HWCAP_ASIMDDP of the kernel's asm/hwcap.h.
static bool has_dotprod(void) { return getauxval(AT_HWCAP) >> 20 & 1; }
#elif defined(__aarch64__)
static bool has_dotprod(void) { return true; }  // every processor of Apple's that runs this
#endif

enum { MOST_TABLES = 4 };

static size_t list(const weir_kernels *tables[MOST_TABLES]) {
  size_t count = 0;
  tables[count++] = &weir_kernels_scalar;
#if defined(__x86_64__)
  const features found = detect();
  if (found.avx2) tables[count++] = &weir_kernels_avx2;
  if (found.avxvnni) tables[count++] = &weir_kernels_avxvnni;
  if (found.avx512) tables[count++] = found.popcount ? &weir_kernels_avx512_popcount : &weir_kernels_avx512;
#elif defined(__aarch64__)
  tables[count++] = &weir_kernels_neon;
  if (has_dotprod()) tables[count++] = &weir_kernels_neon_dotprod;
#endif
  return count;
}

size_t weir_kernels_available(const weir_kernels **tables, size_t capacity) {
  const weir_kernels *found[MOST_TABLES];
  const size_t count = list(found), given = count < capacity ? count : capacity;
  memcpy(tables, found, given * sizeof *found);
  return given;
}

const weir_kernels *weir_kernels_active(void) {
  static _Atomic(const weir_kernels *) chosen;
  const weir_kernels *active = atomic_load_explicit(&chosen, memory_order_acquire);
  if (active) return active;
  const weir_kernels *tables[MOST_TABLES];
  const size_t count = list(tables);
  const char *const wanted = getenv("WEIR_KERNELS");
  active = tables[count - 1];
  for (size_t i = 0; wanted && i < count; i++)
    if (strcmp(tables[i]->name, wanted) == 0) active = tables[i];
  // Two threads that come here together choose the same table.
  atomic_store_explicit(&chosen, active, memory_order_release);
  return active;
}
