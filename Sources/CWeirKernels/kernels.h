// What the kernel files share among themselves: tables, layouts, number formats and constants.
#ifndef KERNELS_H
#define KERNELS_H

#include <string.h>

#include "CWeirKernels.h"

extern const weir_kernels weir_kernels_scalar;
#if defined(__x86_64__)
extern const weir_kernels weir_kernels_avx2;
extern const weir_kernels weir_kernels_avx512;
#elif defined(__aarch64__)
extern const weir_kernels weir_kernels_neon;
#endif

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

// Bytes of one block (32 columns) of a panel: 16 F16 scales, then the codes.
enum {
  SCALES_BYTES = 2 * WEIR_PANEL_ROWS,
  Q8_0_BYTES = SCALES_BYTES + WEIR_PANEL_ROWS * WEIR_BLOCK,
  Q4_0_BYTES = SCALES_BYTES + WEIR_PANEL_ROWS * WEIR_BLOCK / 2,
};

#define LARGEST_F16 65504.0f

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
