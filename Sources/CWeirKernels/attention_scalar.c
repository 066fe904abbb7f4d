// The reference of attention over a paged cache, and the one way in which keys and values are written to it.
#include <math.h>

#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

// One cached number: element `lane` of 16 at `lanes`.
static float cached(weir_cache type, const uint8_t *lanes, size_t lane) {
  return type == WEIR_CACHE_F16 ? float_of_f16(load_u16(lanes + 2 * lane)) : (float)(int8_t)lanes[lane];
}

void weir_attention_scores_scalar(const weir_attention_step *s, const weir_attention_row *rows, size_t count,
                                  size_t first, size_t end) {
  const size_t lane_bytes = cache_lane_bytes(s->type);
  for (size_t position = first; position < end; position++) {
    const uint8_t *const head = s->blocks[position / WEIR_CACHE_POSITIONS] + s->head_offset;
    const size_t inside = position % WEIR_CACHE_POSITIONS;
    const uint8_t *const keys = head + cache_scale_bytes(s->type) + inside / WEIR_PANEL_ROWS * s->width * lane_bytes;
    for (size_t r = 0; r < count; r++) {
      float sum = 0;
      for (size_t i = 0; i < s->width; i++)
        sum = fmaf(cached(s->type, keys + i * lane_bytes, inside % WEIR_PANEL_ROWS), rows[r].q[i], sum);
      if (s->type == WEIR_CACHE_Q8) sum *= ((const float *)head)[inside];
      rows[r].scores[position] = sum;
    }
  }
}

void weir_attention_mix_scalar(const weir_attention_step *s, const weir_attention_row *rows, size_t count,
                               size_t first, size_t end) {
  const size_t lane_bytes = cache_lane_bytes(s->type), panel_bytes = WEIR_CACHE_POSITIONS * lane_bytes;
  for (size_t r = 0; r < count; r++)
    for (size_t i = 0; i < s->width; i++) {
      float sum = 0;
      for (size_t position = first; position < end; position++) {
        const uint8_t *const head = s->blocks[position / WEIR_CACHE_POSITIONS] + s->head_offset;
        const uint8_t *const values = head + cache_values_offset(s->type, s->width) +
                                      i / WEIR_PANEL_ROWS * panel_bytes + position % WEIR_CACHE_POSITIONS * lane_bytes;
        sum = fmaf(cached(s->type, values, i % WEIR_PANEL_ROWS), rows[r].scores[position], sum);
      }
      rows[r].out[i] = sum;
    }
}

void weir_halves_scalar(uint16_t *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float held = x[i] > LARGEST_F16 ? LARGEST_F16 : x[i] < -LARGEST_F16 ? -LARGEST_F16 : x[i];
    y[i] = f16_of_float(held);
  }
}

size_t weir_cache_head_bytes(weir_cache type, size_t width) {
  return cache_values_offset(type, width) + cache_value_bytes(type, width);
}

// The scale with which the largest of `width` numbers becomes 127.
static float scale_of(const float *x, size_t width) {
  float largest = 0;
  for (size_t i = 0; i < width; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
  return largest <= SMALLEST_BLOCK_MAXIMUM ? 0 : largest / 127;
}

static int8_t code_of(float value, float factor) {
  float code = rintf(value * factor);
  code = code < 127 ? code : 127;
  return (int8_t)(code > -127 ? code : -127);
}

static void store_halves(const weir_kernels *kernels, uint8_t *keys, uint8_t *values, size_t width, size_t lane,
                         const float *key, const float *value) {
  const size_t lane_bytes = cache_lane_bytes(WEIR_CACHE_F16), panel_bytes = WEIR_CACHE_POSITIONS * lane_bytes;
  for (size_t first = 0; first < width; first += WEIR_PANEL_ROWS) {
    const size_t left = width - first, count = left < WEIR_PANEL_ROWS ? left : WEIR_PANEL_ROWS;
    uint16_t halves[WEIR_PANEL_ROWS];
    kernels->halves(halves, value + first, count);
    memcpy(values + first / WEIR_PANEL_ROWS * panel_bytes, halves, 2 * count);
    kernels->halves(halves, key + first, count);
    for (size_t i = 0; i < count; i++) memcpy(keys + (first + i) * lane_bytes + 2 * lane, halves + i, 2);
  }
}

void weir_cache_store(const weir_kernels *kernels, weir_cache type, uint8_t *head, size_t width, size_t position,
                      const float *key, const float *value) {
  const size_t lane_bytes = cache_lane_bytes(type), lane = position % WEIR_PANEL_ROWS;
  uint8_t *const keys = head + cache_scale_bytes(type) + position / WEIR_PANEL_ROWS * width * lane_bytes;
  uint8_t *const values = head + cache_values_offset(type, width) + position * lane_bytes;
  const size_t panel_bytes = WEIR_CACHE_POSITIONS * lane_bytes;
  if (type == WEIR_CACHE_F16) {
    store_halves(kernels, keys, values, width, lane, key, value);
    return;
  }
  float *const scales = (float *)head;
  const float key_scale = scale_of(key, width), value_scale = scale_of(value, width);
  const float key_factor = key_scale > 0 ? 1 / key_scale : 0, value_factor = value_scale > 0 ? 1 / value_scale : 0;
  scales[position] = key_scale;
  scales[WEIR_CACHE_POSITIONS + position] = value_scale;
  for (size_t i = 0; i < width; i++) {
    keys[i * lane_bytes + lane] = (uint8_t)code_of(key[i], key_factor);
    values[i / WEIR_PANEL_ROWS * panel_bytes + i % WEIR_PANEL_ROWS] = (uint8_t)code_of(value[i], value_factor);
  }
}
