// Sign bits with AVX-512's VPOPCNTDQ: a line of 512 bits in three instructions.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
  __attribute__((target("avx2,fma,f16c,popcnt,avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx512vpopcntdq"))), \
  apply_to = function)

#include "lanes_records.h"

void weir_index_distances_popcount(const uint8_t *signs, size_t bytes, const weir_records *records,
                                   const uint32_t *slots, size_t count, uint32_t *out) {
  for (size_t i = 0; i < count; i += GROUP_OF_VECTORS) {
    ask_ahead(records, slots, i, count, bytes);
    const uint8_t *group[GROUP_OF_VECTORS];
    group_of_records(records, slots, i, count, group);
    i32x16 sums[GROUP_OF_VECTORS] = {0};
    for (size_t k = 0; k < bytes; k += sizeof(u8x64)) {
      const size_t words = (bytes - k) / 8;
      const __mmask8 there = words < 8 ? (__mmask8)((1u << words) - 1) : 0xff;
      const __m512i piece = _mm512_maskz_loadu_epi64(there, signs + k);
      UNROLL for (int v = 0; v < GROUP_OF_VECTORS; v++) {
        const __m512i differing = _mm512_xor_si512(piece, _mm512_maskz_loadu_epi64(there, group[v] + k));
        // Counts of 64 bits, whose upper halves are zero, add as counts of 32.
        sums[v] += (i32x16)_mm512_popcnt_epi64(differing);
      }
    }
    store_group(out + i, sums_of_four(sums), i, count);
  }
}

#pragma clang attribute pop
#endif
