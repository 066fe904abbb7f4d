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

// Four rows, four products each. The sum of two products is at most 2 * 128 * 127 = 32 512 and fits 16 bits:
// activations lie in -127...127.
INLINE i32x4 add_products(i32x4 sum, int8x16_t weights, int8x16_t x) {
  const int16x8_t first = vmull_s8(vget_low_s8(weights), vget_low_s8(x));    // rows 0, 1
  const int16x8_t second = vmull_high_s8(weights, x);                        // rows 2, 3
  return (i32x4)vpadalq_s16((int32x4_t)sum, vpaddq_s16(first, second));
}

#include "lanes_neon.h"
#include "lanes_product.h"
#include "lanes_tiles.h"
#include "lanes_attention.h"
#include "lanes_vector.h"
#include "lanes_encoder_attention.h"
#include "lanes_encoder.h"
#include "lanes_index.h"

const weir_kernels weir_kernels_neon = WEIR_KERNELS_TABLE("neon", weir_probe_neon, index_kernels);

#endif
