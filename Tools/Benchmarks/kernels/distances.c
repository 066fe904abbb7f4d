// Measures the index's kernels alone: nanoseconds a stored vector, one thread, processor time.
//
//   distances [NUMBERS]...      of a vector; 384 by default
//
// Vectors are read by slot in lists of 24, as a graph's neighbours are, over memory that fits the second-level cache
// (256 KB), the third (4 MB), or neither (64 MB, random slots); "in order" reads the 64 MB from front to end. For
// comparison: products of floats with the dot of the same table, as an index of floats would need.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CWeirKernels.h"

enum { LIST = 24, RUNS = 9, PAGE = 16384, HEADER = 64 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint32_t state = 1;
static uint32_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

typedef enum { CODES, ONE_BY_ONE, SIGNS, FLOAT_WITH_CODES, FLOATS, WORK_COUNT } work;
static const char *const names[] = {"int8 codes", "int8 codes, one a call", "sign bits", "float x codes", "floats"};

// What the lists are computed with.
static const weir_kernels *k;
static weir_code_query query;
static uint8_t signs[WEIR_CODES_MOST / 8];
static float x[WEIR_CODES_MOST];
static union {
  int32_t dots[LIST];
  uint32_t distances[LIST];
  float floats[LIST];
} out;

static void compute(work what, const weir_records *records, const uint32_t *slots) {
  switch (what) {
  case CODES: k->index->dots(&query, records, slots, LIST, out.dots); break;
  case ONE_BY_ONE:
    for (int i = 0; i < LIST; i++) out.dots[i] = k->index->dot(&query, weir_record(records, slots[i]));
    break;
  case SIGNS: k->index->distances(signs, query.bytes / 8, records, slots, LIST, out.distances); break;
  case FLOAT_WITH_CODES: k->index->float_dots(x, query.bytes, records, slots, LIST, out.floats); break;
  default:
    for (int i = 0; i < LIST; i++)
      out.floats[i] = k->dot(x, (const float *)(const void *)weir_record(records, slots[i]), query.bytes);
  }
}

// Median nanoseconds of a vector.
static double measure(work what, const weir_records *records, size_t vectors, bool in_order) {
  const size_t lists = 4000;
  uint32_t *const slots = malloc(lists * LIST * sizeof *slots);
  if (!slots) exit(2);
  double times[RUNS];
  for (int run = 0; run < RUNS; run++) {
    for (size_t i = 0; i < lists * LIST; i++)
      slots[i] = (uint32_t)(in_order ? (i + (size_t)run * lists * LIST) % vectors : random_bits() % vectors);
    const double start = seconds();
    for (size_t i = 0; i < lists; i++) compute(what, records, slots + i * LIST);
    times[run] = (seconds() - start) / (double)(lists * LIST) * 1e9;
  }
  free(slots);
  qsort(times, RUNS, sizeof *times, compare);
  return times[RUNS / 2];
}

static void table(size_t numbers) {
  static int8_t codes[WEIR_CODES_MOST];
  static uint8_t stored[WEIR_CODES_MOST];
  const size_t bytes = weir_codes_bytes(numbers), room = 64u << 20;
  uint8_t *const memory = aligned_alloc(4096, room);
  if (!memory) exit(2);
  for (size_t i = 0; i < room / 4; i++) {
    const uint32_t bits = random_bits() & 0x3fffffff;  // neither infinities nor NaNs as floats
    memcpy(memory + 4 * i, &bits, sizeof bits);
  }
  for (size_t i = 0; i < numbers; i++) x[i] = (float)((int)(random_bits() & 1023) - 512) / 512;
  k->index->quantize(x, numbers, stored);
  query = (weir_code_query){.codes = codes, .bytes = bytes};
  query.sum = k->index->query(stored, bytes, codes);
  k->index->signs(x, numbers, signs);
  static const size_t rooms[] = {256u << 10, 4u << 20, 64u << 20};
  for (int what = 0; what < WORK_COUNT; what++) {
    const size_t record = what == FLOATS ? 4 * bytes : what == SIGNS ? (bytes / 8 + 63) / 64 * 64 : bytes;
    // Pages of 2^shift records; long vectors get longer pages.
    uint32_t shift = 0;
    size_t page = PAGE;
    while (page < HEADER + record) page *= 2;
    while ((record << (shift + 1)) + HEADER <= page) shift++;
    const weir_records records = {
      .base = memory, .page_bytes = page, .header_bytes = HEADER, .record_bytes = record, .shift = shift};
    printf("| %s | %zu | %s |", k->name, numbers, names[what]);
    for (int r = 0; r < 3; r++)
      printf(" %.1f |", measure((work)what, &records, (rooms[r] / page) << shift, false));
    printf(" %.1f |\n", measure((work)what, &records, (room / page) << shift, true));
    fflush(stdout);
  }
  free(memory);
}

int main(int count, char **arguments) {
  k = weir_kernels_active();
  printf("| table | numbers | work | ns in 256 KB | in 4 MB | in 64 MB | in order |\n|---|---|---|---|---|---|---|\n");
  if (count < 2) table(384);
  for (int i = 1; i < count; i++) {
    const size_t numbers = strtoul(arguments[i], NULL, 10);
    if (numbers < 1 || numbers > WEIR_CODES_MOST) {
      fprintf(stderr, "distances: a vector has 1 to %d numbers, found %s\n", WEIR_CODES_MOST, arguments[i]);
      return 64;
    }
    table(numbers);
  }
  return 0;
}
