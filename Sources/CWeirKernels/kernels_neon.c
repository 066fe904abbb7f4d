// NEON of every AArch64 CPU (no dot-product extension needed): a lane value is four registers.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "lanes.h"

#define TILE_PANELS 1
#define TILE_TOKENS 4
#define STREAM_TOKENS 4
#define DOT_BYTES_OFFSET 0
#define ENCODER_HALVES 1
#define ENCODER_TOKENS 4

typedef int32_t i32x4 __attribute__((ext_vector_type(4)));

// Four rows, four products each. The sum of two products is at most 2 * 128 * 127 = 32 512 and fits 16 bits:
// activations lie in -127...127.
INLINE i32x4 add_products(i32x4 sum, int8x16_t weights, int8x16_t x) {
  const int16x8_t first = vmull_s8(vget_low_s8(weights), vget_low_s8(x));    // rows 0, 1
  const int16x8_t second = vmull_high_s8(weights, x);                        // rows 2, 3
  return (i32x4)vpadalq_s16((int32x4_t)sum, vpaddq_s16(first, second));
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

const weir_kernels weir_kernels_neon = WEIR_KERNELS_TABLE("neon", weir_probe_neon);

#endif
