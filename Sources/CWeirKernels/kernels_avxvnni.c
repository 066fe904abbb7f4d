// AVX2 with VNNI in 256 bits (AVX-VNNI), for processors without AVX-512: as kernels_avx512.c in two registers a lane
// value.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,popcnt,avxvnni"))), apply_to = function)

#include "lanes.h"

// Three tokens take six registers of integer sums and six of floats; four would not leave room for the weights.
#define TILE_PANELS 1
#define TILE_TOKENS 3
#define STREAM_TOKENS 3
#define ENCODER_HALVES 1
#define ENCODER_TOKENS 4
#define DOT_BYTES_OFFSET 128

typedef uint8_t u8x32 __attribute__((ext_vector_type(32)));

INLINE i32x8 add_products(i32x8 sum, u8x32 codes, __m256i x) {
  return (i32x8)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)codes, x);
}

INLINE i32x16 joined(i32x8 low, i32x8 high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

INLINE i32x16 dot_bytes(i32x16 sum, u8x64 codes, int32_t four) {
  const __m256i x = _mm256_set1_epi32(four);
  return joined(add_products(sum.lo, codes.lo, x), add_products(sum.hi, codes.hi, x));
}

INLINE i32x16 dot_small(i32x16 sum, u8x64 codes, int32_t four) { return dot_bytes(sum, codes, four); }

INLINE i32x16 dot_pairs(i32x16 sum, u8x64 codes, u8x64 query) {
  return joined(add_products(sum.lo, codes.lo, (__m256i)query.lo), add_products(sum.hi, codes.hi, (__m256i)query.hi));
}

#include "lanes_product.h"
#include "lanes_tiles.h"
#include "lanes_attention.h"
#include "lanes_vector.h"
#include "lanes_encoder_attention.h"
#include "lanes_encoder.h"
#include "lanes_index.h"

const weir_kernels weir_kernels_avxvnni = WEIR_KERNELS_TABLE("avxvnni", weir_probe_avxvnni, index_kernels);

#pragma clang attribute pop
#endif
