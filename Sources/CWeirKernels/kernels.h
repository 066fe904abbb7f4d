// What the kernel files share among themselves: tables, layouts, number formats and constants.
#ifndef KERNELS_H
#define KERNELS_H

#include <string.h>

#include "CWeirKernels.h"

extern const weir_kernels weir_kernels_scalar;
#if defined(__x86_64__)
extern const weir_kernels weir_kernels_avx2;
extern const weir_kernels weir_kernels_avxvnni;
extern const weir_kernels weir_kernels_avx512;
extern const weir_kernels weir_kernels_avx512_popcount;
#elif defined(__aarch64__)
extern const weir_kernels weir_kernels_neon;
extern const weir_kernels weir_kernels_neon_dotprod;
#endif

// probe.c
extern const weir_probe weir_probe_scalar;
#if defined(__x86_64__)
extern const weir_probe weir_probe_avx2;
extern const weir_probe weir_probe_avxvnni;
extern const weir_probe weir_probe_avx512;
#elif defined(__aarch64__)
extern const weir_probe weir_probe_neon;
extern const weir_probe weir_probe_neon_dotprod;
#endif

// index_scalar.c, index_popcount.c
extern const weir_index_kernels weir_index_kernels_scalar;
void weir_index_distances_popcount(const uint8_t *signs, size_t bytes, const weir_records *records,
                                   const uint32_t *slots, size_t count, uint32_t *out);

void weir_halves_scalar(uint16_t *y, const float *x, size_t n);
void weir_attention_scores_scalar(const weir_attention_step *s, const weir_attention_row *rows, size_t count,
                                  size_t first, size_t end);
void weir_attention_mix_scalar(const weir_attention_step *s, const weir_attention_row *rows, size_t count,
                               size_t first, size_t end);

// The parts of one head in a block of the cache, in bytes.
static inline size_t cache_lane_bytes(weir_cache type) { return WEIR_PANEL_ROWS * (type == WEIR_CACHE_F16 ? 2 : 1); }
static inline size_t cache_scale_bytes(weir_cache type) {
  return type == WEIR_CACHE_F16 ? 0 : 2 * WEIR_CACHE_POSITIONS * sizeof(float);
}
static inline size_t cache_values_offset(weir_cache type, size_t width) {
  return cache_scale_bytes(type) + WEIR_CACHE_POSITIONS / WEIR_PANEL_ROWS * width * cache_lane_bytes(type);
}
static inline size_t cache_value_bytes(weir_cache type, size_t width) {
  return (width + WEIR_PANEL_ROWS - 1) / WEIR_PANEL_ROWS * WEIR_CACHE_POSITIONS * cache_lane_bytes(type);
}

// Where things are in a panel of a block type. Eight blocks of 32 columns have a header in K types.
enum {
  BLOCKS_OF_SUPER = WEIR_SUPER_BLOCK / WEIR_BLOCK,
  SCALES_BYTES = 2 * WEIR_PANEL_ROWS,
  PLANE_BYTES = 4 * WEIR_PANEL_ROWS,  // four bytes a row: one vector
  NIBBLES_BYTES = WEIR_PANEL_ROWS * WEIR_BLOCK / 2,
  BYTES_BYTES = WEIR_PANEL_ROWS * WEIR_BLOCK,
};

// Sums of logits: elements that are added as floats, and how far below the largest one still counts.
enum { LOGIT_BLOCK = 256 };
#define LOGIT_DEPTH (-100.0f)

#define LARGEST_F16 65504.0f

typedef struct {
  size_t header;    // bytes before every eight blocks: F16 d, and F16 dmin where codes have a minimum
  size_t bytes;     // of a block: SCALES_BYTES of scales, then nibbles or bytes, then planes of high bits
  int high_bits;    // of a code, beyond its nibble
  int offset;       // what a stored code counts too much
  bool has_minima;  // Q4_K, Q5_K
  bool has_halves;  // Q6_K: each 16 columns have a scale
} block_layout;

static inline block_layout layout_of(weir_weights type) {
  enum { D = SCALES_BYTES };
  switch (type) {
  case WEIR_WEIGHTS_Q8_0: return (block_layout){.bytes = D + BYTES_BYTES, .offset = 128};
  case WEIR_WEIGHTS_Q4_0: return (block_layout){.bytes = D + NIBBLES_BYTES, .offset = 8};
  case WEIR_WEIGHTS_Q5_0: return (block_layout){.bytes = D + NIBBLES_BYTES + PLANE_BYTES, .high_bits = 1, .offset = 16};
  case WEIR_WEIGHTS_Q4_K: return (block_layout){.header = 2 * D, .bytes = D + NIBBLES_BYTES, .has_minima = true};
  case WEIR_WEIGHTS_Q5_K:
    return (block_layout){
      .header = 2 * D, .bytes = D + NIBBLES_BYTES + PLANE_BYTES, .high_bits = 1, .has_minima = true};
  case WEIR_WEIGHTS_Q6_K:
    return (block_layout){
      .header = D, .bytes = D + NIBBLES_BYTES + 2 * PLANE_BYTES, .high_bits = 2, .offset = 32, .has_halves = true};
  default: return (block_layout){0};
  }
}

// Bytes of `blocks` blocks of a panel, which is also where the block of that index begins, its header excluded.
static inline size_t bytes_of_blocks(block_layout layout, size_t blocks) {
  return (blocks + BLOCKS_OF_SUPER - 1) / BLOCKS_OF_SUPER * layout.header + blocks * layout.bytes;
}
static inline size_t offset_of_block(block_layout layout, size_t block) {
  return (block / BLOCKS_OF_SUPER + 1) * layout.header + block * layout.bytes;
}

// Below this a block of activations counts as zero; 127 / max would come near the largest float.
#define SMALLEST_BLOCK_MAXIMUM 1e-30f

// exp(x) = 2^n * exp(r), n = round(x * log2 e), |r| <= ln 2 / 2; exp(r) by its Taylor series to r^7 (error 5e-9).
#define EXP_LOWEST (-87.3f)
#define EXP_HIGHEST 88.3f
#define LOG2_E 1.44269504f
// ln 2 in two parts; the first has few enough bits that n * LN2_HIGH is exact.
#define LN2_HIGH 0.693359375f
#define LN2_LOW (-2.12194440e-4f)
#define EXP_C7 (1.0f / 5040)
#define EXP_C6 (1.0f / 720)
#define EXP_C5 (1.0f / 120)
#define EXP_C4 (1.0f / 24)
#define EXP_C3 (1.0f / 6)

// erf(z) = 1 - t (a1 + a2 t + ... + a5 t^4) exp(-z^2), t = 1 / (1 + p z), z >= 0; error 1.5e-7.
// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
#define ERF_P 0.3275911f
#define ERF_A1 0.254829592f
#define ERF_A2 (-0.284496736f)
#define ERF_A3 1.421413741f
#define ERF_A4 (-1.453152027f)
#define ERF_A5 1.061405429f
#define SQRT_HALF 0.707106781f
#define GELU_LINEAR 1.59576912f   // 2 sqrt(2 / pi)
#define GELU_CUBIC 0.0713548163f  // 2 sqrt(2 / pi) * 0.044715

// The functions of a table, in the order of weir_weights; each table's file has its own of these names.
#define WEIR_PRODUCTS                                                                              \
  {product_f32,  product_f16,  product_bf16, product_q8_0, product_q4_0, product_q5_0, product_q4_k, product_q5_k, \
   product_q6_k}

// panels_blocks.c
size_t weir_block_source_bytes(weir_weights type, size_t columns);
void weir_pack_blocks(weir_weights type, const uint8_t *source, size_t rows, size_t columns, uint8_t *panel);
void weir_unpack_blocks(weir_weights type, const uint8_t *panel, size_t r, size_t columns, float *out);

static inline float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint16_t load_u16(const uint8_t *p) {
  uint16_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

static inline float float_of_bf16(uint16_t bits) { return float_of_bits((uint32_t)bits << 16); }

// IEEE binary16 to binary32, exact, subnormals and infinities included.
static inline float float_of_f16(uint16_t bits) {
  const uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
  const uint32_t exponent = (bits >> 10) & 31;
  const uint32_t fraction = bits & 1023;
  if (exponent == 31) return float_of_bits(sign | 0x7f800000 | (fraction << 13));
  if (exponent == 0) {
    const float magnitude = (float)fraction * (1.0f / 16777216);  // a subnormal counts units of 2^-24
    return sign ? -magnitude : magnitude;
  }
  return float_of_bits(sign | ((exponent + 112) << 23) | (fraction << 13));
}

// binary32 to binary16, to nearest, half to even; the value must not exceed the largest half. A NaN stays one.
static inline uint16_t f16_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude < 0x38800000) {  // below 2^-14: a count of 2^-24
    const float count = float_of_bits(magnitude) * 16777216.0f;
    return sign | (uint16_t)__builtin_rintf(count);
  }
  const uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  return sign | (uint16_t)((rounded - 0x38000000) >> 13);
}

#endif
