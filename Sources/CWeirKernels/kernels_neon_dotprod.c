// NEON with the dot-product extension (ARMv8.2 and later; HWCAP_ASIMDDP): sdot adds four products a lane in one step.
#if defined(__aarch64__)
#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "lanes.h"

// Three tokens take 12 registers of integer sums and 12 of floats; four would not leave room for the weights.
#define TILE_PANELS 1
#define TILE_TOKENS 3
#define STREAM_TOKENS 3
#define ENCODER_HALVES 1
#define ENCODER_TOKENS 4
#define DOT_BYTES_OFFSET 0

typedef int32_t i32x4 __attribute__((ext_vector_type(4)));

INLINE i32x4 add_products(i32x4 sum, int8x16_t weights, int8x16_t x) {
  return (i32x4)vdotq_s32((int32x4_t)sum, weights, x);
}

INLINE i32x16 dot_signed(i32x16 sum, u8x64 codes, int32_t four) {
  const int8x16_t x = vreinterpretq_s8_s32(vdupq_n_s32(four));
  i32x16 result;
  result.lo.lo = add_products(sum.lo.lo, (int8x16_t)codes.lo.lo, x);
  result.lo.hi = add_products(sum.lo.hi, (int8x16_t)codes.lo.hi, x);
  result.hi.lo = add_products(sum.hi.lo, (int8x16_t)codes.hi.lo, x);
  result.hi.hi = add_products(sum.hi.hi, (int8x16_t)codes.hi.hi, x);
  return result;
}

INLINE i32x16 dot_bytes(i32x16 sum, u8x64 codes, int32_t four) { return dot_signed(sum, codes ^ 128, four); }

INLINE i32x16 dot_small(i32x16 sum, u8x64 codes, int32_t four) { return dot_signed(sum, codes, four); }

#include "lanes_product.h"
#include "lanes_tiles.h"
#include "lanes_attention.h"
#include "lanes_vector.h"
#include "lanes_encoder_attention.h"
#include "lanes_encoder.h"

const weir_kernels weir_kernels_neon_dotprod = WEIR_KERNELS_TABLE("dotprod", weir_probe_neon_dotprod);

#pragma clang attribute pop
#endif
