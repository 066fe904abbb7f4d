// Reading stored vectors by slot, four at a time: a piece of the query is loaded once for four, their sums are folded
// together, and the vectors of the next groups are asked for meanwhile. In a graph nearly every vector misses the
// caches, so what counts is how many lines are on their way at once.
#ifndef LANES_RECORDS_H
#define LANES_RECORDS_H

#include "lanes.h"

enum {
  GROUP_OF_VECTORS = 4,
  // Vectors that are asked for ahead of the one that is read, fewer where they are long. Over 64 MB of 384 codes a
  // vector takes 37 ns with none, 27 with 4, 24 with 8, 18 with 16 and with 24 (Zen 5); sign bits alike.
  MOST_AHEAD = 16,
  MOST_BYTES_AHEAD = 8192,
};

INLINE u8x64 load_bytes(const void *p) {
  u8x64 value;
  memcpy(&value, p, sizeof value);
  return value;
}

// The sums of four values' lanes, in the order of `sum_of`.
INLINE i32x4 sums_of_four(const i32x16 v[GROUP_OF_VECTORS]) {
  i32x4 four[GROUP_OF_VECTORS];
  UNROLL for (int i = 0; i < GROUP_OF_VECTORS; i++) {
    const i32x8 eight = v[i].lo + v[i].hi;
    four[i] = eight.lo + eight.hi;
  }
  const i32x4 first = __builtin_shufflevector(four[0], four[1], 0, 4, 1, 5) +
                      __builtin_shufflevector(four[0], four[1], 2, 6, 3, 7);
  const i32x4 second = __builtin_shufflevector(four[2], four[3], 0, 4, 1, 5) +
                       __builtin_shufflevector(four[2], four[3], 2, 6, 3, 7);
  return __builtin_shufflevector(first, second, 0, 1, 4, 5) + __builtin_shufflevector(first, second, 2, 3, 6, 7);
}

// The addresses of four slots from place i on; beyond the last one, that one again.
INLINE void group_of_records(const weir_records *records, const uint32_t *slots, size_t i, size_t count,
                             const uint8_t *group[GROUP_OF_VECTORS]) {
  UNROLL for (size_t v = 0; v < GROUP_OF_VECTORS; v++)
    group[v] = weir_record(records, slots[i + v < count ? i + v : count - 1]);
}

// Asks for the vectors after place i, and at the beginning for what is read before that.
INLINE void ask_ahead(const weir_records *records, const uint32_t *slots, size_t i, size_t count, size_t bytes) {
  const size_t ahead = bytes * MOST_AHEAD <= MOST_BYTES_AHEAD ? MOST_AHEAD : GROUP_OF_VECTORS;
  const size_t first = i == 0 ? 0 : i + ahead, end = i + ahead + GROUP_OF_VECTORS;
  for (size_t k = first; k < (end < count ? end : count); k++) weir_prefetch(weir_record(records, slots[k]), bytes);
}

INLINE void store_group(void *out, i32x4 values, size_t i, size_t count) {
  const size_t left = count - i;
  if (left >= GROUP_OF_VECTORS) {
    memcpy(out, &values, sizeof values);
  } else {
    for (size_t v = 0; v < left; v++) memcpy((uint8_t *)out + 4 * v, (const int32_t *)&values + v, 4);
  }
}

#endif
