// AVX-512 with VNNI: a lane value is one register, and vpdpbusd does 64 products of unsigned weights with signed
// activations in one step, without saturating.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
  __attribute__((target("avx2,fma,f16c,popcnt,avx512f,avx512dq,avx512bw,avx512vl,avx512vnni"))), \
  apply_to = function)

#include "lanes.h"

// Two panels by six tokens: 12 integer and 12 floating sums, weights and scales in the remaining 8 registers.
#define TILE_PANELS 2
#define TILE_TOKENS 6
#define STREAM_TOKENS 8
#define DOT_BYTES_OFFSET 128
#define ENCODER_HALVES 2
#define ENCODER_TOKENS 8

INLINE i32x16 dot_bytes(i32x16 sum, u8x64 codes, int32_t four) {
  return (i32x16)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)codes, _mm512_set1_epi32(four));
}

INLINE i32x16 dot_small(i32x16 sum, u8x64 codes, int32_t four) { return dot_bytes(sum, codes, four); }

INLINE i32x16 dot_pairs(i32x16 sum, u8x64 codes, u8x64 query) {
  return (i32x16)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)codes, (__m512i)query);
}

#include "lanes_product.h"
#include "lanes_tiles.h"
#include "lanes_attention.h"
#include "lanes_vector.h"
#include "lanes_encoder_attention.h"
#include "lanes_encoder.h"
#include "lanes_index.h"

const weir_kernels weir_kernels_avx512 = WEIR_KERNELS_TABLE("avx512", weir_probe_avx512, index_kernels);

// The same with sign bits counted by VPOPCNTDQ, which the first processors with VNNI lack.
static const weir_index_kernels index_kernels_popcount = WEIR_INDEX_TABLE(weir_index_distances_popcount);
const weir_kernels weir_kernels_avx512_popcount =
  WEIR_KERNELS_TABLE("avx512", weir_probe_avx512, index_kernels_popcount);

#pragma clang attribute pop
#endif
