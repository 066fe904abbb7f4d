// AVX2 with FMA and F16C: a lane value is two registers.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,popcnt"))), apply_to = function)

#include "lanes.h"

#define TILE_PANELS 1
#define TILE_TOKENS 3
#define STREAM_TOKENS 3
#define DOT_BYTES_OFFSET 0
#define ENCODER_HALVES 1
#define ENCODER_TOKENS 4

typedef uint8_t u8x32 __attribute__((ext_vector_type(32)));

// Eight rows, four products each. vpmaddubsw adds two neighbouring products in 16 bits and saturates at 32 767. Here it
// cannot: activations lie in -127...127 and weights count at most 128, so two products are at most 2 * 128 * 127 =
// 32 512.
INLINE i32x8 add_products(i32x8 sum, __m256i weights, __m256i x) {
  return sum + (i32x8)_mm256_madd_epi16(_mm256_maddubs_epi16(weights, x), _mm256_set1_epi16(1));
}

INLINE i32x16 joined(i32x8 low, i32x8 high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

// Signed weights: their magnitude is the unsigned operand, their sign goes to the activation.
INLINE i32x8 add_signed(i32x8 sum, u8x32 codes, __m256i x) {
  const __m256i weights = (__m256i)(codes ^ 128);
  return add_products(sum, _mm256_abs_epi8(weights), _mm256_sign_epi8(x, weights));
}

INLINE i32x16 dot_bytes(i32x16 sum, u8x64 codes, int32_t four) {
  const __m256i x = _mm256_set1_epi32(four);
  return joined(add_signed(sum.lo, codes.lo, x), add_signed(sum.hi, codes.hi, x));
}

INLINE i32x16 dot_small(i32x16 sum, u8x64 codes, int32_t four) {
  const __m256i x = _mm256_set1_epi32(four);
  return joined(add_products(sum.lo, (__m256i)codes.lo, x), add_products(sum.hi, (__m256i)codes.hi, x));
}

INLINE i32x16 dot_pairs(i32x16 sum, u8x64 codes, u8x64 query) {
  return joined(add_signed(sum.lo, codes.lo, (__m256i)query.lo), add_signed(sum.hi, codes.hi, (__m256i)query.hi));
}

#include "lanes_product.h"
#include "lanes_tiles.h"
#include "lanes_attention.h"
#include "lanes_vector.h"
#include "lanes_encoder_attention.h"
#include "lanes_encoder.h"
#include "lanes_index.h"

const weir_kernels weir_kernels_avx2 = WEIR_KERNELS_TABLE("avx2", weir_probe_avx2, index_kernels);

#pragma clang attribute pop
#endif
