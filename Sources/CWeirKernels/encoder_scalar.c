// The encoder's reference: plain C, one operation at a time, in the orders that CWeirEncoderKernels.h defines.
#include "encoder.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

// The rows first ..< end; y[0] is the first one of token 0.
static void linear_rows(const weir_linear *map, size_t first_row, size_t end_row, size_t tokens, const weir_codes *x,
                        float *y, size_t stride) {
  const size_t padded = weir_linear_padded(map->columns), groups = weir_linear_groups(map->columns);
  for (size_t row = first_row; row < end_row; row++) {
    const uint8_t *const panel = linear_panel(map, row / WEIR_LINEAR_ROWS);
    const float *const head = (const float *)panel + row % WEIR_LINEAR_ROWS;
    const uint8_t *const codes = panel + LINEAR_HEAD_BYTES + 4 * (row % WEIR_LINEAR_ROWS);
    for (size_t t = 0; t < tokens; t++) {
      float sum = 0;
      for (size_t g = 0; g < groups; g++) {
        const size_t first = g * WEIR_LINEAR_GROUP, left = padded - first;
        const size_t end = first + (left < WEIR_LINEAR_GROUP ? left : WEIR_LINEAR_GROUP);
        int32_t whole = 0;
        for (size_t k = first; k < end; k++)
          whole += ((int32_t)codes[k / 4 * FOUR_BYTES + k % 4] - 128) * x->codes[t * padded + k];
        sum = fmaf(x->scales[t * groups + g], (float)whole, sum);
      }
      y[t * stride + row - first_row] = fmaf(sum, head[0], head[WEIR_LINEAR_ROWS]);
    }
  }
}

static void linear(const weir_linear *map, size_t tokens, const weir_codes *x, float *y, size_t stride) {
  linear_rows(map, 0, map->rows, tokens, x, y, stride);
}

// One token's group: `count` floats become codes.
static void encode_group(const weir_linear *map, const float *x, size_t token, size_t group, const weir_codes *out) {
  const size_t padded = weir_linear_padded(map->columns), groups = weir_linear_groups(map->columns);
  const size_t first = group * WEIR_LINEAR_GROUP, end_of_codes = padded - first;
  const float *const multipliers = linear_multipliers(map) + first;
  int8_t *const codes = out->codes + token * padded + first;
  float maximum = 0;
  for (size_t i = 0; i < WEIR_LINEAR_GROUP && first + i < map->columns; i++) {
    const float magnitude = fabsf(x[i] * multipliers[i]);
    maximum = magnitude > maximum ? magnitude : maximum;
  }
  const bool empty = maximum <= SMALLEST_BLOCK_MAXIMUM;
  const float factor = empty ? 0 : 127 / maximum;
  int32_t sum = 0;
  for (size_t i = 0; i < WEIR_LINEAR_GROUP && i < end_of_codes; i++) {
    float value = first + i < map->columns ? rintf(x[i] * multipliers[i] * factor) : 0;
    value = value < 127 ? value : 127;  // what is not a number becomes 127
    codes[i] = (int8_t)value;
    sum += codes[i];
  }
  out->scales[token * groups + group] = empty ? 0 : maximum / 127;
  out->sums[token * groups + group] = sum;
}

static void encode(const weir_linear *map, const float *x, size_t tokens, const weir_codes *out) {
  for (size_t t = 0; t < tokens; t++)
    for (size_t g = 0; g < weir_linear_groups(map->columns); g++)
      encode_group(map, x + t * map->columns + g * WEIR_LINEAR_GROUP, t, g, out);
}

static void set_row(uint8_t *packed, size_t columns, size_t row, const float *weights,
                    const float *smoothing, float bias) {
  float maximum = 0;
  for (size_t k = 0; k < columns; k++) {
    const float magnitude = fabsf(weights[k] * smoothing[k]);
    maximum = magnitude > maximum ? magnitude : maximum;
  }
  const bool empty = maximum <= SMALLEST_BLOCK_MAXIMUM;
  const float factor = empty ? 0 : 127 / maximum;
  linear_set_head(packed, columns, row, empty ? 0 : maximum / 127, bias);
  uint8_t *const codes = linear_row(packed, columns, row);
  for (size_t k = 0; k < columns; k++) {
    const float value = rintf(weights[k] * smoothing[k] * factor);
    codes[k / 4 * FOUR_BYTES + k % 4] = (uint8_t)((int)(value < 127 ? value : 127) + 128);
  }
}

static void unpack_q8_0(const uint8_t *source, size_t blocks, float *out) {
  for (size_t b = 0; b < blocks; b++)
    for (size_t i = 0; i < WEIR_BLOCK; i++)
      out[b * WEIR_BLOCK + i] = float_of_f16(load_u16(source + b * 34)) * (float)(int8_t)source[b * 34 + 2 + i];
}

static float gelu(float x) {
  float z = x < GELU_END ? x : GELU_END;
  z = z > -GELU_END ? z : -GELU_END;
  const float y = z * z;
  float p = fmaf(GELU_P7, y, GELU_P6);
  p = fmaf(p, y, GELU_P5);
  p = fmaf(p, y, GELU_P4);
  p = fmaf(p, y, GELU_P3);
  p = fmaf(p, y, GELU_P2);
  p = fmaf(p, y, GELU_P1);
  p = fmaf(p, y, GELU_P0);
  return x * fmaf(z, p, 0.5f);
}

static void linear_gelu(const weir_linear *map, size_t tokens, const weir_codes *x, const weir_linear *next,
                        const weir_codes *out, float *strip) {
  for (size_t g = 0; g < weir_linear_groups(map->rows); g++) {
    const size_t first = g * WEIR_LINEAR_GROUP, left = map->rows - first;
    const size_t count = left < WEIR_LINEAR_GROUP ? left : WEIR_LINEAR_GROUP;
    linear_rows(map, first, first + count, tokens, x, strip, WEIR_LINEAR_GROUP);
    for (size_t t = 0; t < tokens; t++) {
      float *const row = strip + t * WEIR_LINEAR_GROUP;
      for (size_t i = 0; i < count; i++) row[i] = gelu(row[i]);
      encode_group(next, row, t, g, out);
    }
  }
}

static void finish(const weir_encoder_finish *f) {
  for (size_t t = 0; t < f->tokens; t++) {
    float *const row = f->hidden + t * f->columns;
    weir_kernels_scalar.add(row, f->update + t * f->columns, f->columns);
    weir_kernels_scalar.layer_norm(row, row, f->weight, f->bias, f->epsilon, f->columns);
  }
  if (f->next) encode(f->next, f->hidden, f->tokens, &f->codes);
}

static void attend(const weir_encoder_attention *a) {
  const size_t model = a->heads * a->width;
  float *const scores = a->scratch;
  for (size_t h = 0; h < a->heads; h++)
    for (size_t t = 0; t < a->tokens; t++) {
      const float *const q = a->qkv + t * 3 * model + h * a->width;
      const float *const k = a->qkv + model + h * a->width, *const v = k + model;
      for (size_t j = 0; j < a->tokens; j++) {
        float sum = 0;
        for (size_t i = 0; i < a->width; i++) sum = fmaf(q[i], k[j * 3 * model + i], sum);
        scores[j] = sum;
      }
      const float largest = weir_kernels_scalar.largest(scores, a->tokens);
      for (size_t j = 0; j < a->tokens; j++) scores[j] = (scores[j] - largest) * a->scale;
      weir_kernels_scalar.exponential(scores, a->tokens);
      const float factor = 1 / weir_kernels_scalar.sum(scores, a->tokens);
      for (size_t i = 0; i < a->width; i++) {
        float sum = 0;
        for (size_t j = 0; j < a->tokens; j++) sum = fmaf(scores[j], v[j * 3 * model + i], sum);
        a->out[t * model + h * a->width + i] = sum * factor;
      }
    }
}

const weir_encoder_kernels weir_encoder_kernels_scalar = {
  .linear = linear, .linear_gelu = linear_gelu, .encode = encode, .set_row = set_row,
  .unpack_q8_0 = unpack_q8_0, .finish = finish, .attend = attend,
};
