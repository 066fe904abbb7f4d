// Operations on single vectors: quantizing, reductions, norms, element by element. Included once by each instruction
// set's file, after lanes_product.h.
#include <math.h>

#include "lanes.h"

static void quantize(const float *x, size_t blocks, int8_t *codes, float *scales, int32_t *sums, int32_t *half_sums) {
  for (size_t b = 0; b < blocks; b++, x += WEIR_BLOCK, codes += WEIR_BLOCK) {
    const f32x16 halves[2] = {load(x), load(x + LANES)};
    const f32x16 zero = 0, first = magnitude(halves[0]), second = magnitude(halves[1]);
    const f32x16 kept = first > zero ? first : zero;  // not a NaN
    const float maximum = largest_of(second > kept ? second : kept);
    const bool empty = maximum <= SMALLEST_BLOCK_MAXIMUM;
    const float factor = empty ? 0 : 127 / maximum;
    scales[b] = empty ? 0 : maximum / 127;
    i32x16 whole[2];
    UNROLL for (int h = 0; h < 2; h++) {
      const f32x16 high = 127, low = -127;
      f32x16 value = rounded(halves[h] * factor);
      value = value < high ? value : high;
      value = value > low ? value : low;
      whole[h] = __builtin_convertvector(value, i32x16);
    }
    // One store of 32 bytes: narrowing into memory is slow on several processors.
    const i8x16 narrow[2] = {__builtin_convertvector(whole[0], i8x16), __builtin_convertvector(whole[1], i8x16)};
    const i8x32 both = __builtin_shufflevector(
      narrow[0], narrow[1], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
      25, 26, 27, 28, 29, 30, 31);
    memcpy(codes, &both, sizeof both);
    half_sums[b] = __builtin_reduce_add(whole[0]);
    sums[b] = __builtin_reduce_add(whole[0] + whole[1]);
  }
}

// MARK: reductions

static float dot(const float *a, const float *b, size_t n) {
  f32x16 sum = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) sum = fused(load(a + i), load(b + i), sum);
  if (i < n) sum = fused(load_some(a + i, n - i, 0), load_some(b + i, n - i, 0), sum);
  return sum_of(sum);
}

static float sum(const float *x, size_t n) {
  f32x16 sum = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) sum += load(x + i);
  if (i < n) sum += load_some(x + i, n - i, 0);
  return sum_of(sum);
}

static float largest(const float *x, size_t n) {
  f32x16 found = x[0];
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const f32x16 value = load(x + i);
    found = value > found ? value : found;
  }
  if (i < n) {
    const f32x16 value = load_some(x + i, n - i, x[0]);
    found = value > found ? value : found;
  }
  return largest_of(found);
}

static void rms_norm(float *y, const float *x, const float *weight, float epsilon, size_t n) {
  const float factor = 1 / __builtin_sqrtf(dot(x, x, n) / (float)n + epsilon);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, load(x + i) * factor * load(weight + i));
  for (; i < n; i++) y[i] = x[i] * factor * weight[i];
}

static void layer_norm(float *y, const float *x, const float *weight, const float *bias, float epsilon, size_t n) {
  const float mean = sum(x, n) / (float)n;
  f32x16 squares = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const f32x16 centred = load(x + i) - mean;
    squares = fused(centred, centred, squares);
  }
  if (i < n) {
    const f32x16 centred = load_some(x + i, n - i, mean) - mean;
    squares = fused(centred, centred, squares);
  }
  const float factor = 1 / __builtin_sqrtf(sum_of(squares) / (float)n + epsilon);
  for (i = 0; i + LANES <= n; i += LANES)
    store(y + i, fused((load(x + i) - mean) * factor, load(weight + i), load(bias + i)));
  for (; i < n; i++) y[i] = __builtin_fmaf((x[i] - mean) * factor, weight[i], bias[i]);
}

// MARK: element by element

static void add(float *y, const float *x, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, load(y + i) + load(x + i));
  for (; i < n; i++) y[i] += x[i];
}

static void add_scaled(float *y, const float *x, float scale, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, fused((f32x16)scale, load(x + i), load(y + i)));
  for (; i < n; i++) y[i] = __builtin_fmaf(scale, x[i], y[i]);
}

static void scale(float *y, float scale, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, load(y + i) * scale);
  for (; i < n; i++) y[i] *= scale;
}

INLINE f32x16 exponential_of(f32x16 x) {
  const f32x16 lowest = EXP_LOWEST, highest = EXP_HIGHEST, one = 1, zero = 0;
  f32x16 held = x > lowest ? x : lowest;
  held = held < highest ? held : highest;
  const f32x16 n = rounded(held * LOG2_E);
  const f32x16 r = fused(n, (f32x16)-LN2_LOW, fused(n, (f32x16)-LN2_HIGH, held));
  f32x16 series = fused((f32x16)EXP_C7, r, (f32x16)EXP_C6);
  series = fused(series, r, (f32x16)EXP_C5);
  series = fused(series, r, (f32x16)EXP_C4);
  series = fused(series, r, (f32x16)EXP_C3);
  series = fused(series, r, (f32x16)0.5f);
  series = fused(series, r, one);
  series = fused(series, r, one);
  const f32x16 power = series * __builtin_bit_cast(f32x16, (__builtin_convertvector(n, i32x16) + 127) << 23);
  const f32x16 held_up = x < lowest ? zero : power;
  return x != x ? x : held_up;
}

INLINE f32x16 gelu_of(f32x16 x) {
  const f32x16 one = 1, zero = 0, z = magnitude(x) * SQRT_HALF;
  const f32x16 t = one / fused(z, (f32x16)ERF_P, one);
  f32x16 series = fused((f32x16)ERF_A5, t, (f32x16)ERF_A4);
  series = fused(series, t, (f32x16)ERF_A3);
  series = fused(series, t, (f32x16)ERF_A2);
  series = fused(series, t, (f32x16)ERF_A1);
  const f32x16 tail = series * t * exponential_of(-(z * z));  // 1 - erf(z)
  return x * 0.5f * (x < zero ? tail : 2 - tail);
}

static void exponential(float *x, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(x + i, exponential_of(load(x + i)));
  if (i < n) store_some(x + i, exponential_of(load_some(x + i, n - i, 0)), n - i);
}

static void exponential_sums(const float *x, float shift, size_t n, double *plain, double *weighted) {
  const f32x16 lowest = LOGIT_DEPTH;
  *plain = *weighted = 0;
  for (size_t first = 0; first < n; first += LOGIT_BLOCK) {
    const size_t end = n - first < LOGIT_BLOCK ? n : first + LOGIT_BLOCK;
    f32x16 sums = 0, products = 0;
    size_t i = first;
    for (; i + LANES <= end; i += LANES) {
      const f32x16 depth = load(x + i) - shift, held = depth < lowest ? lowest : depth, power = exponential_of(held);
      sums += power;
      products = fused(power, held, products);
    }
    if (i < end) {
      // Lanes beyond the end are so deep that their power is 0.
      const f32x16 depth = load_some(x + i, end - i, -INFINITY) - shift, held = depth < lowest ? lowest : depth;
      const f32x16 power = exponential_of(held);
      sums += power;
      products = fused(power, held, products);
    }
    *plain += (double)sum_of(sums);
    *weighted += (double)sum_of(products);
  }
}

static void softmax(float *x, float scale, size_t n) {
  const float maximum = largest(x, n);
  f32x16 total = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const f32x16 power = exponential_of((load(x + i) - maximum) * scale);
    store(x + i, power);
    total += power;
  }
  if (i < n) {
    const f32x16 power = exponential_of((load_some(x + i, n - i, 0) - maximum) * scale);
    store_some(x + i, power, n - i);
    total += load_some(x + i, n - i, 0);  // without the lanes beyond the end
  }
  const float factor = 1 / sum_of(total);
  for (i = 0; i + LANES <= n; i += LANES) store(x + i, load(x + i) * factor);
  for (; i < n; i++) x[i] *= factor;
}

static void gelu(float *x, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(x + i, gelu_of(load(x + i)));
  if (i < n) store_some(x + i, gelu_of(load_some(x + i, n - i, 0)), n - i);
}

INLINE f32x16 silu_of(f32x16 gate, f32x16 up) { return gate / (1 + exponential_of(-gate)) * up; }

static void silu_multiply(float *gate, const float *up, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(gate + i, silu_of(load(gate + i), load(up + i)));
  if (i < n) store_some(gate + i, silu_of(load_some(gate + i, n - i, 0), load_some(up + i, n - i, 0)), n - i);
}

// x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3), which is x / (1 + e^-2u).
INLINE f32x16 gelu_gate_of(f32x16 x, f32x16 up) {
  const f32x16 twice_u = x * fused(x * x, (f32x16)GELU_CUBIC, (f32x16)GELU_LINEAR);
  return x / (1 + exponential_of(-twice_u)) * up;
}

static void gelu_multiply(float *gate, const float *up, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(gate + i, gelu_gate_of(load(gate + i), load(up + i)));
  if (i < n) store_some(gate + i, gelu_gate_of(load_some(gate + i, n - i, 0), load_some(up + i, n - i, 0)), n - i);
}

// Rotations are a small share of a token's work; the compiler vectorizes these loops.
static void rotate_pairs(float *x, const float *cosine, const float *sine, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = __builtin_fmaf(a, cosine[i], -(b * sine[i]));
    x[2 * i + 1] = __builtin_fmaf(a, sine[i], b * cosine[i]);
  }
}

static void rotate_halves(float *restrict x, const float *restrict cosine, const float *restrict sine, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    const float a = x[i], b = x[pairs + i];
    x[i] = __builtin_fmaf(a, cosine[i], -(b * sine[i]));
    x[pairs + i] = __builtin_fmaf(a, sine[i], b * cosine[i]);
  }
}

static void halves(uint16_t *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i += LANES) {
    const size_t count = n - i < LANES ? n - i : LANES;
    const f32x16 high = LARGEST_F16, low = -LARGEST_F16;
    f32x16 value = count == LANES ? load(x + i) : load_some(x + i, count, 0);
    value = value > high ? high : value;
    value = value < low ? low : value;
    const f16x16 half = __builtin_convertvector(value, f16x16);
    memcpy(y + i, &half, count * sizeof(uint16_t));
  }
}

// The table of the instruction set that includes this, and what measures its limit.
#define WEIR_KERNELS_TABLE(title, its_probe, its_index)                                                                      \
  {                                                                                                                 \
    .name = title, .product = WEIR_PRODUCTS, .quantize = quantize, .dot = dot, .sum = sum, .largest = largest, .add = add, .add_scaled = add_scaled,         \
    .scale = scale, .rms_norm = rms_norm, .layer_norm = layer_norm, .softmax = softmax, .exponential = exponential, \
    .gelu = gelu, .silu_multiply = silu_multiply, .gelu_multiply = gelu_multiply,                                   \
    .rotate_pairs = rotate_pairs, .rotate_halves = rotate_halves, .attention_scores = attention_scores,             \
    .halves = halves, .exponential_sums = exponential_sums,                                                         \
    .attention_mix = attention_mix, .encoder = &encoder_kernels, .index = &its_index, .probe = &its_probe,           \
  }
