// The reference: plain C, one operation at a time, in the orders that CWeirKernels.h defines.
#include <math.h>

#include "encoder.h"

#pragma STDC FP_CONTRACT OFF

#include "scalar_products.h"

enum { LANES = 16 };

static void quantize(const float *x, size_t blocks, int8_t *codes, float *scales, int32_t *sums, int32_t *half_sums) {
  for (size_t b = 0; b < blocks; b++, x += WEIR_BLOCK, codes += WEIR_BLOCK) {
    float maximum = 0;
    for (size_t i = 0; i < WEIR_BLOCK; i++) maximum = fabsf(x[i]) > maximum ? fabsf(x[i]) : maximum;
    const bool empty = maximum <= SMALLEST_BLOCK_MAXIMUM;
    const float factor = empty ? 0 : 127 / maximum;
    scales[b] = empty ? 0 : maximum / 127;
    int32_t sum = 0;
    for (size_t i = 0; i < WEIR_BLOCK; i++) {
      float value = rintf(x[i] * factor);
      // Written so that a NaN becomes a defined code, the same one everywhere.
      value = value < 127 ? value : 127;
      value = value > -127 ? value : -127;
      codes[i] = (int8_t)value;
      sum += codes[i];
      if (i == WEIR_BLOCK / 2 - 1) half_sums[b] = sum;
    }
    sums[b] = sum;
  }
}

// MARK: reductions

static float sum_of_lanes(float lanes[LANES]) {
  for (size_t width = LANES / 2; width > 0; width /= 2)
    for (size_t j = 0; j < width; j++) lanes[j] += lanes[j + width];
  return lanes[0];
}

static float dot(const float *a, const float *b, size_t n) {
  float lanes[LANES] = {0};
  for (size_t i = 0; i < n; i++) lanes[i % LANES] = fmaf(a[i], b[i], lanes[i % LANES]);
  return sum_of_lanes(lanes);
}

static float sum(const float *x, size_t n) {
  float lanes[LANES] = {0};
  for (size_t i = 0; i < n; i++) lanes[i % LANES] += x[i];
  return sum_of_lanes(lanes);
}

static float largest(const float *x, size_t n) {
  float found = x[0];
  for (size_t i = 1; i < n; i++) found = x[i] > found ? x[i] : found;
  return found;
}

static void rms_norm(float *y, const float *x, const float *weight, float epsilon, size_t n) {
  const float factor = 1 / sqrtf(dot(x, x, n) / (float)n + epsilon);
  for (size_t i = 0; i < n; i++) y[i] = x[i] * factor * weight[i];
}

static void layer_norm(float *y, const float *x, const float *weight, const float *bias, float epsilon, size_t n) {
  const float mean = sum(x, n) / (float)n;
  float lanes[LANES] = {0};
  for (size_t i = 0; i < n; i++) lanes[i % LANES] = fmaf(x[i] - mean, x[i] - mean, lanes[i % LANES]);
  const float factor = 1 / sqrtf(sum_of_lanes(lanes) / (float)n + epsilon);
  for (size_t i = 0; i < n; i++) y[i] = fmaf((x[i] - mean) * factor, weight[i], bias[i]);
}

// MARK: element by element

static void add(float *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += x[i];
}

static void add_scaled(float *y, const float *x, float scale, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = fmaf(scale, x[i], y[i]);
}

static void scale(float *y, float scale, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] *= scale;
}

static float exponential_of(float x) {
  float held = x > EXP_LOWEST ? x : EXP_LOWEST;
  held = held < EXP_HIGHEST ? held : EXP_HIGHEST;
  const float n = rintf(held * LOG2_E);
  const float r = fmaf(n, -LN2_LOW, fmaf(n, -LN2_HIGH, held));
  float series = fmaf(EXP_C7, r, EXP_C6);
  series = fmaf(series, r, EXP_C5);
  series = fmaf(series, r, EXP_C4);
  series = fmaf(series, r, EXP_C3);
  series = fmaf(series, r, 0.5f);
  series = fmaf(series, r, 1);
  series = fmaf(series, r, 1);
  const float power = series * float_of_bits((uint32_t)((int32_t)n + 127) << 23);
  if (x != x) return x;
  return x < EXP_LOWEST ? 0 : power;
}

static void exponential(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = exponential_of(x[i]);
}

static void exponential_sums(const float *x, float shift, size_t n, double *plain, double *weighted) {
  *plain = *weighted = 0;
  for (size_t first = 0; first < n; first += LOGIT_BLOCK) {
    float sums[LANES] = {0}, products[LANES] = {0};
    for (size_t i = first; i < n && i < first + LOGIT_BLOCK; i++) {
      const float depth = x[i] - shift, held = depth < LOGIT_DEPTH ? LOGIT_DEPTH : depth, power = exponential_of(held);
      sums[i % LANES] += power;
      products[i % LANES] = fmaf(power, held, products[i % LANES]);
    }
    *plain += (double)sum_of_lanes(sums);
    *weighted += (double)sum_of_lanes(products);
  }
}

static void softmax(float *x, float scale, size_t n) {
  const float maximum = largest(x, n);
  for (size_t i = 0; i < n; i++) x[i] = exponential_of((x[i] - maximum) * scale);
  const float factor = 1 / sum(x, n);
  for (size_t i = 0; i < n; i++) x[i] *= factor;
}

static void gelu(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float z = fabsf(x[i]) * SQRT_HALF;
    const float t = 1 / fmaf(z, ERF_P, 1);
    float series = fmaf(ERF_A5, t, ERF_A4);
    series = fmaf(series, t, ERF_A3);
    series = fmaf(series, t, ERF_A2);
    series = fmaf(series, t, ERF_A1);
    const float tail = series * t * exponential_of(-(z * z));  // 1 - erf(z)
    x[i] = x[i] * 0.5f * (x[i] < 0 ? tail : 2 - tail);
  }
}

static void silu_multiply(float *gate, const float *up, size_t n) {
  for (size_t i = 0; i < n; i++) gate[i] = gate[i] / (1 + exponential_of(-gate[i])) * up[i];
}

static void gelu_multiply(float *gate, const float *up, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float x = gate[i], twice_u = x * fmaf(x * x, GELU_CUBIC, GELU_LINEAR);
    gate[i] = x / (1 + exponential_of(-twice_u)) * up[i];
  }
}

static void rotate_pairs(float *x, const float *cosine, const float *sine, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = fmaf(a, cosine[i], -(b * sine[i]));
    x[2 * i + 1] = fmaf(a, sine[i], b * cosine[i]);
  }
}

static void rotate_halves(float *x, const float *cosine, const float *sine, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    const float a = x[i], b = x[pairs + i];
    x[i] = fmaf(a, cosine[i], -(b * sine[i]));
    x[pairs + i] = fmaf(a, sine[i], b * cosine[i]);
  }
}

const weir_kernels weir_kernels_scalar = {
  .name = "scalar",
  .product = WEIR_PRODUCTS,
  .quantize = quantize,
  .dot = dot,
  .sum = sum,
  .largest = largest,
  .add = add,
  .add_scaled = add_scaled,
  .scale = scale,
  .rms_norm = rms_norm,
  .layer_norm = layer_norm,
  .softmax = softmax,
  .exponential = exponential,
  .gelu = gelu,
  .silu_multiply = silu_multiply,
  .gelu_multiply = gelu_multiply,
  .rotate_pairs = rotate_pairs,
  .rotate_halves = rotate_halves,
  .exponential_sums = exponential_sums,
  .halves = weir_halves_scalar,
  .attention_scores = weir_attention_scores_scalar,
  .attention_mix = weir_attention_mix_scalar,
  .encoder = &weir_encoder_kernels_scalar,
  .index = &weir_index_kernels_scalar,
  .probe = &weir_probe_scalar,
};
