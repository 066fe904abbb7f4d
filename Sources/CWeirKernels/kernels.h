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

// Bytes of one block (32 columns) of a panel: 16 F16 scales, then the codes.
enum {
  SCALES_BYTES = 2 * WEIR_PANEL_ROWS,
  Q8_0_BYTES = SCALES_BYTES + WEIR_PANEL_ROWS * WEIR_BLOCK,
  Q4_0_BYTES = SCALES_BYTES + WEIR_PANEL_ROWS * WEIR_BLOCK / 2,
};

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

#endif
