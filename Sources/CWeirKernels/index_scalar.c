// The index's reference: plain C, one operation at a time, as CWeirIndexKernels.h defines it.
#include "kernels.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

static float quantize(const float *x, size_t n, uint8_t *codes) {
  float maximum = 0;
  for (size_t i = 0; i < n; i++) maximum = fabsf(x[i]) > maximum ? fabsf(x[i]) : maximum;
  const bool empty = maximum <= SMALLEST_BLOCK_MAXIMUM;
  const float factor = empty ? 0 : 127 / maximum;
  for (size_t i = 0; i < weir_codes_bytes(n); i++) {
    float value = i < n ? rintf(x[i] * factor) : 0;
    value = value < 127 ? value : 127;  // what is not a number becomes 127
    value = value > -127 ? value : -127;
    codes[i] = (uint8_t)((int32_t)value + WEIR_CODES_NEUTRAL);
  }
  return empty ? 0 : maximum / 127;
}

static int32_t query(const uint8_t *codes, size_t bytes, int8_t *out) {
  int32_t sum = 0;
  for (size_t i = 0; i < bytes; i++) {
    out[i] = (int8_t)((codes[i] > 1 ? codes[i] : 1) - WEIR_CODES_NEUTRAL);
    sum += out[i];
  }
  return sum;
}

static void signs(const float *x, size_t n, uint8_t *out) {
  memset(out, 0, weir_signs_bytes(n));
  for (size_t i = 0; i < n; i++)
    if (x[i] > 0) out[i / 8] = (uint8_t)(out[i / 8] | 1 << i % 8);
}

static int32_t dot(const weir_code_query *query, const uint8_t *codes) {
  int32_t sum = 0;
  for (size_t i = 0; i < query->bytes; i++) sum += query->codes[i] * (codes[i] - WEIR_CODES_NEUTRAL);
  return sum;
}

static void dots(const weir_code_query *query, const weir_records *records, const uint32_t *slots, size_t count,
                 int32_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = dot(query, weir_record(records, slots[i]));
}

static void distances(const uint8_t *signs, size_t bytes, const weir_records *records, const uint32_t *slots,
                      size_t count, uint32_t *out) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t *const stored = weir_record(records, slots[i]);
    out[i] = 0;
    for (size_t b = 0; b < bytes; b++)
      for (int differing = signs[b] ^ stored[b]; differing; differing >>= 1) out[i] += (uint32_t)(differing & 1);
  }
}

static void float_dots(const float *x, size_t bytes, const weir_records *records, const uint32_t *slots, size_t count,
                       float *out) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t *const stored = weir_record(records, slots[i]);
    float lanes[16] = {0};
    for (size_t k = 0; k < bytes; k++)
      lanes[k % 16] = fmaf(x[k], (float)(stored[k] - WEIR_CODES_NEUTRAL), lanes[k % 16]);
    for (size_t width = 8; width > 0; width /= 2)
      for (size_t j = 0; j < width; j++) lanes[j] += lanes[j + width];
    out[i] = lanes[0];
  }
}

const weir_index_kernels weir_index_kernels_scalar = {
  .quantize = quantize, .query = query, .signs = signs, .dots = dots, .dot = dot, .distances = distances,
  .float_dots = float_dots,
};
