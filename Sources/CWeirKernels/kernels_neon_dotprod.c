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

INLINE i32x4 add_products(i32x4 sum, int8x16_t weights, int8x16_t x) {
  return (i32x4)vdotq_s32((int32x4_t)sum, weights, x);
}

#include "lanes_neon.h"
#include "lanes_product.h"
#include "lanes_tiles.h"
#include "lanes_attention.h"
#include "lanes_vector.h"
#include "lanes_encoder_attention.h"
#include "lanes_encoder.h"
#include "lanes_index.h"

const weir_kernels weir_kernels_neon_dotprod = WEIR_KERNELS_TABLE("dotprod", weir_probe_neon_dotprod, index_kernels);

#pragma clang attribute pop
#endif
