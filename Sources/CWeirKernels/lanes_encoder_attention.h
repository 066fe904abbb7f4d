// The encoder's attention in terms of lanes: a head's keys are transposed, so that a lane is a key, and a few queries
// share what is loaded. Included once by each instruction set's file, after lanes_vector.h.
#include "encoder.h"
#include "lanes.h"

// Scores of a few queries with `vectors` times sixteen keys.
INLINE void score_keys(const weir_encoder_attention *a, const float *q, const float *keys, size_t padded, int queries,
                       int vectors, float *scores) {
  f32x16 sums[ATTENTION_QUERIES][2];
  const size_t stride = 3 * a->heads * a->width;
  UNROLL for (int t = 0; t < queries; t++)
    UNROLL for (int n = 0; n < vectors; n++) sums[t][n] = 0;
  for (size_t i = 0; i < a->width; i++) {
    f32x16 k[2];
    UNROLL for (int n = 0; n < vectors; n++) k[n] = load(keys + i * padded + n * LANES);
    UNROLL for (int t = 0; t < queries; t++)
      UNROLL for (int n = 0; n < vectors; n++) sums[t][n] = fused((f32x16)q[t * stride + i], k[n], sums[t][n]);
  }
  UNROLL for (int t = 0; t < queries; t++)
    UNROLL for (int n = 0; n < vectors; n++) store(scores + t * padded + n * LANES, sums[t][n]);
}

// Lanes below `count` of a, the others of b.
INLINE f32x16 first_lanes(size_t count, f32x16 a, f32x16 b) {
  const i32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < (i32x16)(int32_t)(count < LANES ? count : LANES) ? a : b;
}

// In place: e^((score - largest) * scale), zeros beyond the tokens; returns the sum.
INLINE float exponentials(float *scores, size_t tokens, float scale) {
  f32x16 found = scores[0];
  for (size_t j = 0; j < tokens; j += LANES) {
    const f32x16 value = load(scores + j);
    found = first_lanes(tokens - j, value > found ? value : found, found);
  }
  const float most = largest_of(found);
  f32x16 total = 0;
  for (size_t j = 0; j < tokens; j += LANES) {
    const f32x16 power = first_lanes(tokens - j, exponential_of((load(scores + j) - most) * scale), (f32x16)0);
    store(scores + j, power);
    total += power;
  }
  return sum_of(total);
}

// `vectors` times sixteen columns of the result for a few queries, or `count` < 16 of them with one vector.
INLINE void gather_values(const weir_encoder_attention *a, const float *v, const float *scores, size_t padded,
                          const float *factors, int queries, int vectors, size_t count, float *out) {
  f32x16 sums[ATTENTION_QUERIES][2];
  const size_t model = a->heads * a->width;
  UNROLL for (int t = 0; t < queries; t++)
    UNROLL for (int n = 0; n < vectors; n++) sums[t][n] = 0;
  for (size_t j = 0; j < a->tokens; j++, v += 3 * model) {
    f32x16 value[2];
    UNROLL for (int n = 0; n < vectors; n++) value[n] = count < LANES ? load_some(v, count, 0) : load(v + n * LANES);
    UNROLL for (int t = 0; t < queries; t++)
      UNROLL for (int n = 0; n < vectors; n++)
        sums[t][n] = fused((f32x16)scores[t * padded + j], value[n], sums[t][n]);
  }
  UNROLL for (int t = 0; t < queries; t++)
    UNROLL for (int n = 0; n < vectors; n++) {
      if (count < LANES) {
        store_some(out + t * model, sums[t][n] * factors[t], count);
      } else {
        store(out + t * model + n * LANES, sums[t][n] * factors[t]);
      }
    }
}

INLINE void attend_queries(const weir_encoder_attention *a, size_t head, size_t query, int queries) {
  const size_t model = a->heads * a->width, padded = attention_padded(a->tokens);
  const float *const q = a->qkv + query * 3 * model + head * a->width;
  const float *const v = a->qkv + 2 * model + head * a->width;
  float *const keys = a->scratch, *const scores = keys + a->width * padded;
  float *const out = a->out + query * model + head * a->width;
  float factors[ATTENTION_QUERIES];
  size_t key = 0;
  for (; key + 2 * LANES <= padded; key += 2 * LANES) score_keys(a, q, keys + key, padded, queries, 2, scores + key);
  if (key < padded) score_keys(a, q, keys + key, padded, queries, 1, scores + key);
  for (int t = 0; t < queries; t++) factors[t] = 1 / exponentials(scores + t * padded, a->tokens, a->scale);
  size_t i = 0;
  for (; i + 2 * LANES <= a->width; i += 2 * LANES)
    gather_values(a, v + i, scores, padded, factors, queries, 2, LANES, out + i);
  for (; i + LANES <= a->width; i += LANES)
    gather_values(a, v + i, scores, padded, factors, queries, 1, LANES, out + i);
  if (i < a->width) gather_values(a, v + i, scores, padded, factors, queries, 1, a->width - i, out + i);
}

// Sixteen keys, four of their elements: rows of four become columns of sixteen.
INLINE void transpose_keys(const weir_encoder_attention *a, const float *k, size_t key, size_t element, size_t padded) {
  const size_t stride = 3 * a->heads * a->width, left = a->width - element;
  float rows[LANES][4];
  for (size_t j = 0; j < LANES; j++) {
    if (key + j >= a->tokens) {
      memset(rows[j], 0, sizeof rows[j]);
    } else if (left >= 4) {
      memcpy(rows[j], k + (key + j) * stride, sizeof rows[j]);
    } else {
      memcpy(rows[j], k + (key + j) * stride, left * sizeof(float));
    }
  }
  float *const out = a->scratch + element * padded + key;
  for (size_t i = 0; i < (left < 4 ? left : 4); i++)
    for (size_t j = 0; j < LANES; j++) out[i * padded + j] = rows[j][i];
}

static void encoder_attend(const weir_encoder_attention *a) {
  const size_t model = a->heads * a->width, padded = attention_padded(a->tokens);
  for (size_t head = 0; head < a->heads; head++) {
    const float *const k = a->qkv + model + head * a->width;
    for (size_t j = 0; j < padded; j += LANES)
      for (size_t i = 0; i < a->width; i += 4) transpose_keys(a, k + i, j, i, padded);
    size_t query = 0;
    for (; query + ATTENTION_QUERIES <= a->tokens; query += ATTENTION_QUERIES)
      attend_queries(a, head, query, ATTENTION_QUERIES);
    for (; query < a->tokens; query++) attend_queries(a, head, query, 1);
  }
}
